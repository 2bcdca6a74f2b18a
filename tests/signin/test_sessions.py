"""A session: what the cookie says, how long it lasts, what it costs."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from portal.store import schema as t
from portal.store.database import Database
from tests.conftest import FrozenClock
from tests.portals import FROM_OUR_PAGE
from tests.signin.conftest import Portal, make_portal
from tests.signin.misbehaving import Provider


def test_cookies__over_http_are_httponly_and_lax(portal: Portal) -> None:
    browser = portal.browser()
    begun = browser.client.get("/sign-in/start?automatic=1")
    back = browser.start()
    for response in (begun, browser.client.get(back)):
        for cookie in response.headers.getlist("Set-Cookie"):
            assert "HttpOnly" in cookie
            assert "SameSite=Lax" in cookie
            assert "Path=/" in cookie


def test_cookies__over_https_belong_to_this_host_only(provider: Provider, sqlite_database: Database,
                                                      clock: FrozenClock) -> None:
    """S01."""
    portal = make_portal(provider, sqlite_database, clock, base_url="https://localhost")
    response = portal.app.test_client().get("/sign-in/start?automatic=1", base_url="https://localhost")
    cookies = response.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert cookie.startswith("__Host-homeroom")
        assert "Secure" in cookie
        assert "Domain" not in cookie
    assert response.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_session__ends_when_unused(portal: Portal, clock: FrozenClock) -> None:
    """S05; eight hours by default."""
    browser = portal.browser()
    browser.sign_in()
    clock.forward(hours=7, minutes=59)
    assert browser.is_signed_in()
    clock.forward(hours=8)
    assert not browser.is_signed_in()


def test_session__ends_in_any_case(provider: Provider, sqlite_database: Database, clock: FrozenClock) -> None:
    """S06: constant use does not stretch it."""
    portal = make_portal(provider, sqlite_database, clock, session_hours=2)
    browser = portal.browser()
    browser.sign_in()
    for _ in range(4):
        clock.forward(minutes=29)
        assert browser.is_signed_in()
    clock.forward(minutes=5)
    assert not browser.is_signed_in()


def test_session__ends_when_the_provider_says(portal: Portal, provider: Provider, clock: FrozenClock) -> None:
    """X46."""
    provider.claims["session_expiry"] = provider.now() + 600
    browser = portal.browser()
    browser.sign_in()
    clock.forward(minutes=9)
    assert browser.is_signed_in()
    clock.forward(minutes=1)
    assert not browser.is_signed_in()


def test_session__row_holds_a_hash_only(portal: Portal) -> None:
    """S03."""
    browser = portal.browser()
    browser.sign_in()
    cookie = browser.client.get_cookie("homeroom")
    assert cookie is not None
    assert len(cookie.value) == 43
    assert cookie.value not in str(portal.rows(t.signin_session))


@pytest.mark.parametrize("value", ["", "short", "A" * 43, "A" * 4_000, "'; DROP TABLE learner; --"])
def test_session__unknown_cookie_is_nobody(portal: Portal, value: str) -> None:
    browser = portal.browser()
    browser.client.set_cookie("homeroom", value)
    assert not browser.is_signed_in()


def statements(portal: Portal, act: Any) -> list[str]:
    """What is sent to the database meanwhile, without transaction control."""
    seen: list[str] = []
    database = portal.app.extensions["homeroom"].database

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.split(maxsplit=1)[0] not in ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA"):
            seen.append(statement)
    event.listen(database.engine, "before_cursor_execute", note)
    act()
    event.remove(database.engine, "before_cursor_execute", note)
    return seen


def test_session__costs_one_statement_and_a_write_a_minute(portal: Portal, clock: FrozenClock) -> None:
    browser = portal.browser()
    browser.sign_in()
    clock.forward(seconds=59)
    assert len(statements(portal, browser.is_signed_in)) == 1
    clock.forward(seconds=1)
    written = statements(portal, browser.is_signed_in)
    assert [text.split()[0] for text in written] == ["SELECT", "UPDATE", "UPDATE"]
    assert len(statements(portal, browser.is_signed_in)) == 1


def test_session__static_files_and_strangers_cost_nothing(portal: Portal) -> None:
    browser = portal.browser()
    assert statements(portal, lambda: browser.client.get("/sign-in")) == []
    browser.sign_in()
    assert statements(portal, lambda: browser.client.get("/static/mark.svg").close()) == []


def test_sign_out__ends_the_session_first_then_goes_to_the_provider(portal: Portal, provider: Provider) -> None:
    """C32, S07: a copied cookie is worth nothing afterwards."""
    browser, thief = portal.browser(), portal.browser()
    browser.sign_in()
    cookie = browser.client.get_cookie("homeroom")
    assert cookie is not None
    thief.client.set_cookie("homeroom", cookie.value)
    response = browser.client.post("/sign-out", headers=FROM_OUR_PAGE, data={"csrf_token": token_of(portal, browser)})
    assert response.status_code == 303
    assert response.headers["Location"].startswith(f"{provider.issuer}/end?client_id=homeroom")
    assert "post_logout_redirect_uri=http%3A%2F%2Flocalhost%2Fsigned-out" in response.headers["Location"]
    assert "id_token_hint=" in response.headers["Location"]
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not browser.is_signed_in()
    assert not thief.is_signed_in()
    assert portal.audit()[-1][0] == "session.ended"


def test_sign_out__works_while_the_provider_is_down(portal: Portal, provider: Provider, clock: FrozenClock) -> None:
    browser = portal.browser()
    browser.sign_in()
    clock.forward(hours=2)
    provider.replace["/.well-known/openid-configuration"] = lambda: ("", 404)
    response = browser.client.post("/sign-out", headers=FROM_OUR_PAGE, data={"csrf_token": token_of(portal, browser)})
    assert response.headers["Location"] == "/signed-out"
    assert not browser.is_signed_in()


def test_sign_out__leaves_out_a_hint_too_long_for_an_address(portal: Portal, provider: Provider) -> None:
    provider.claims["groups"] = ["a group with a long name"] * 500
    browser = portal.browser()
    browser.sign_in()
    response = browser.client.post("/sign-out", headers=FROM_OUR_PAGE, data={"csrf_token": token_of(portal, browser)})
    assert len(response.headers["Location"]) < 4_500
    assert "id_token_hint" not in response.headers["Location"]


@pytest.mark.parametrize("query", ["", "?state=other", "?state=other&next=https://evil.example"])
def test_signed_out__is_a_page_whatever_the_provider_adds(portal: Portal, query: str) -> None:
    """C33, C34, X50."""
    response = portal.app.test_client().get(f"/signed-out{query}")
    assert response.status_code == 200
    assert "evil" not in response.get_data(as_text=True)


def test_sign_out__by_link_is_impossible(portal: Portal) -> None:
    """X49."""
    browser = portal.browser()
    browser.sign_in()
    assert browser.client.get("/sign-out").status_code == 405
    assert browser.is_signed_in()


def token_of(portal: Portal, browser: Any) -> str:
    """The CSRF token a page of this browser's session would carry."""
    with browser.client:
        browser.client.get("/whoami")
        token: str = portal.app.jinja_env.globals["csrf_token"]()  # type: ignore[operator]
        return token

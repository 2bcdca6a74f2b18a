"""The way to the provider and back: one browser, one use, and a landing place of our own."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from portal.signin.next_path import own_path
from portal.store import schema as t
from tests.conftest import FrozenClock
from tests.signin.conftest import Portal
from tests.signin.misbehaving import Provider

PAYLOADS = ["//evil.example", "////evil.example", "/\\evil.example", "\\/evil.example", "/%09/evil.example",
            "%09//evil.example", "/\t/evil.example", "/%0d%0a/evil.example", "/\r\n/evil.example", "/.//evil.example",
            "https:evil.example", "https:///evil.example", "javascript:alert(1)", "data:text/html,x",
            "https://localhost@evil.example", "https://localhost.evil.example", "/%2f%2fevil.example",
            "/%5cevil.example", "/\u2028/evil.example", "/nowhere", "/sign-in", "/sign-in/start", "/static/mark.svg",
            "/" + "a" * 2_000, "", "?next=/whoami", "whoami", "/%ff%fe", "/whoami\x00"]


@pytest.mark.parametrize("wanted", PAYLOADS)
def test_next__foreign_or_unknown_address_becomes_home(portal: Portal, wanted: str) -> None:
    """S05, X37; trust in what the routes say, not in what the text looks like."""
    response = portal.browser().sign_in(next=wanted)
    assert (response.status_code, response.headers["Location"]) == (303, "/")


@pytest.mark.parametrize(("wanted", "lands"), [
    ("/whoami", "/whoami"), ("/whoami?a=1&b=%C3%A4", "/whoami?a=1&b=%C3%A4"), ("/whoami#part", "/whoami"),
    ("/whoami?x=//evil", "/whoami?x=%2F%2Fevil"), ("/change/a%20b", "/change/a%20b"),
    ("/change/%2f%2fevil", "/"),
])
def test_next__own_page_is_rebuilt(portal: Portal, wanted: str, lands: str) -> None:
    assert own_path(wanted, portal.app.url_map) == lands


def test_next__page_that_only_takes_posts_becomes_home() -> None:
    app = Flask("posts")
    app.post("/act")(lambda: "")
    assert own_path("/act", app.url_map) == "/"


def test_state__is_used_once(portal: Portal) -> None:
    """X29, X33: Back and forth again is a friendly page, and the session stays."""
    browser = portal.browser()
    back = browser.start()
    assert browser.client.get(back).status_code == 303
    again = browser.client.get(back)
    assert again.status_code == 400
    assert 'href="/sign-in/start"' in again.get_data(as_text=True)
    assert browser.is_signed_in()


def test_state__of_another_browser_is_refused(portal: Portal) -> None:
    """X29: a link with somebody else's code signs nobody in as them."""
    attacker, victim = portal.browser(), portal.browser()
    victim.start()
    assert victim.client.get(attacker.start()).status_code == 400
    assert not victim.is_signed_in()


def test_state__is_good_for_ten_minutes(portal: Portal, clock: FrozenClock) -> None:
    browser = portal.browser()
    back = browser.start()
    clock.forward(minutes=10)
    assert browser.client.get(back).status_code == 400


def test_tabs__forty_of_them_leave_five_and_a_small_cookie(portal: Portal, clock: FrozenClock) -> None:
    """X35, S02."""
    browser = portal.browser()
    ways_back = []
    for _ in range(40):
        clock.forward(seconds=1)
        ways_back.append(browser.start())
    assert len(portal.rows(t.pending_sign_in)) == 5
    assert browser.client.get(ways_back[-5]).status_code == 303
    assert browser.client.get(ways_back[0]).status_code == 400


def test_pending__holds_no_value_a_copy_could_use(portal: Portal) -> None:
    browser = portal.browser()
    state = parse_qs(urlsplit(browser.start()).query)["state"][0]
    cookie = browser.client.get_cookie("homeroom-browser")
    assert cookie is not None
    told = str(portal.rows(t.pending_sign_in))
    assert state not in told
    assert cookie.value not in told


def test_session__gets_a_new_id_at_every_sign_in(portal: Portal) -> None:
    """X36, S04: neither an id that was planted before nor the one of the session before survives."""
    browser = portal.browser()
    planted = "A" * 43
    browser.client.set_cookie("homeroom", planted)
    browser.sign_in()
    first = browser.client.get_cookie("homeroom")
    assert first is not None
    assert first.value != planted
    browser.sign_in()
    second = browser.client.get_cookie("homeroom")
    assert second is not None
    assert second.value != first.value
    for dead in (planted, first.value):
        other = portal.browser()
        other.client.set_cookie("homeroom", dead)
        assert not other.is_signed_in()
    assert len(portal.rows(t.signin_session)) == 1


def test_identity__is_issuer_and_subject_and_never_the_address(portal: Portal, provider: Provider) -> None:
    """X44."""
    portal.browser().sign_in()
    provider.claims["sub"] = provider.userinfo["sub"] = "another-anna"
    portal.browser().sign_in()
    assert [(row.subject, row.email) for row in portal.rows(t.learner)] == [
        ("anna", "anna@example.com"), ("another-anna", "anna@example.com")]


def test_sign_in__enqueues_nothing_without_platforms_and_tells_the_audit(portal: Portal) -> None:
    portal.browser().sign_in()
    assert portal.audit() == [("auth.success", {"roles": ["learner"]})]


def test_page__first_visit_goes_straight_to_the_provider(portal: Portal) -> None:
    client = portal.app.test_client()
    first = client.get("/whoami?a=1")
    assert (first.status_code, first.headers["Location"]) == (303, "/sign-in/start?next=/whoami?a%3D1&automatic=1")
    begun = client.get(first.headers["Location"])
    assert begun.headers["Location"].startswith("http://127.0.0.1")


def test_page__second_visit_within_a_minute_asks_first(portal: Portal) -> None:
    """No loop, whatever the provider or the browser does with cookies."""
    client = portal.app.test_client()
    client.get(client.get("/whoami").headers["Location"])
    second = client.get("/whoami")
    assert second.headers["Location"] == "/sign-in?next=/whoami"
    page = client.get(second.headers["Location"])
    assert page.status_code == 200
    assert '/sign-in/start?next=/whoami"' in page.get_data(as_text=True)


def test_fragment__is_told_to_leave_the_page_and_never_redirected(portal: Portal) -> None:
    """S05."""
    response = portal.app.test_client().get("/whoami", headers={
        "HX-Request": "true", "HX-Current-URL": "http://localhost/change/layout"})
    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/sign-in?next=/change/layout"
    assert response.get_data() == b""


def test_fragment__foreign_current_page_is_not_believed(portal: Portal) -> None:
    response = portal.app.test_client().get("/whoami", headers={
        "HX-Request": "true", "HX-Current-URL": "https://evil.example/whoami"})
    assert response.headers["HX-Redirect"] == "/sign-in?next=/"


def test_image__without_a_session_starts_no_sign_in(portal: Portal) -> None:
    response = portal.app.test_client().get("/whoami", headers={"Sec-Fetch-Dest": "image"})
    assert response.status_code == 401


def test_host__other_than_ours_is_refused(portal: Portal, provider: Provider) -> None:
    """S39: a forged Host never reaches an address we send somebody to."""
    assert portal.app.test_client().get("/sign-in/start", base_url="http://evil.example").status_code == 400
    portal.browser().start()
    assert provider.seen["authorize"]["redirect_uri"] == "http://localhost/sign-in/callback"


@pytest.mark.parametrize("auth_time", [None, -11 * 60], ids=["absent", "eleven minutes ago"])
def test_fresh__old_or_unknown_proof_is_asked_for_again(portal: Portal, provider: Provider, auth_time: int | None,
                                                        clock: FrozenClock) -> None:
    """X41, S11: a sensitive page sends even an admin back to the provider, with max_age."""
    provider.claims["auth_time"] = None if auth_time is None else provider.now() + auth_time
    provider.userinfo["groups"] = ["hr-admins"]
    browser = portal.browser()
    browser.sign_in()
    asked = browser.client.get("/admin-only")
    assert asked.status_code == 303
    assert "fresh=1" in asked.headers["Location"]
    begun: Any = browser.client.get(asked.headers["Location"])
    assert parse_qs(urlsplit(begun.headers["Location"]).query)["max_age"] == ["600"]


def test_fresh__recent_proof_opens_the_page_for_ten_minutes(portal: Portal, provider: Provider,
                                                            clock: FrozenClock) -> None:
    provider.userinfo["groups"] = ["hr-admins"]
    browser = portal.browser()
    browser.sign_in()
    clock.forward(minutes=10)
    assert browser.client.get("/admin-only").status_code == 200
    clock.forward(seconds=1)
    assert browser.client.get("/admin-only").status_code == 303

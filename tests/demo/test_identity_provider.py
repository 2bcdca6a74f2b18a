"""The demo's identity provider is a real one: the portal signs in through it, and it refuses what it should."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from werkzeug.test import TestResponse

from portal.app import create_app
from portal.clock import now
from portal.demo.identity_provider import NotLoopback, create_identity_provider, ensure_loopback
from portal.demo.people import DemoClient, DemoPerson
from portal.store import schema as t
from portal.store.database import Database
from tests.portals import settings_for
from tests.running import free_port, running
from tests.signin.conftest import Portal

ISSUER, BACK, OUT = "http://127.0.0.1:9", "http://127.0.0.1:8/sign-in/callback", "http://127.0.0.1:8/signed-out"
VERIFIER = "v" * 43
PEOPLE = (
    DemoPerson(subject="u-1", email="anna@demo.example", name="Anna Berg", given_name="Anna", username="aberg",
               id_number="1001", locale="de", zone="Europe/Vienna", groups=("hr-admins",), note="L&D admin"),
    DemoPerson(subject="u-2", email="bob@demo.example", name="Bob Kaya", given_name="Bob", username="bkaya",
               id_number="1002", locale="en"),
)


def client_at(portal: str, **changes: Any) -> DemoClient:
    values: dict[str, Any] = {
        "client_id": "homeroom", "client_secret": "client secret for tests", "name": "Homeroom",
        "redirect_uris": (f"{portal}/sign-in/callback",), "post_logout_redirect_uris": (f"{portal}/signed-out",),
        "back_channel_logout_uri": f"{portal}/sign-in/back-channel-logout"}
    return DemoClient(**values | changes)


@pytest.fixture
def provider(tmp_path: Path) -> Flask:
    return create_identity_provider(ISSUER, PEOPLE, [client_at("http://127.0.0.1:8", back_channel_logout_uri=None)],
                                    tmp_path)


@pytest.fixture
def visitor(provider: Flask) -> FlaskClient:
    return provider.test_client()


def asked(**changes: str | None) -> str:
    good = {"response_type": "code", "client_id": "homeroom", "redirect_uri": BACK, "scope": "openid profile email",
            "state": "s", "nonce": "n", "code_challenge": create_s256_code_challenge(VERIFIER),
            "code_challenge_method": "S256"}
    return "/authorize?" + urlencode({k: v for k, v in {**good, **changes}.items() if v is not None})


def sign_in(visitor: FlaskClient, subject: str = "u-1", **changes: str | None) -> TestResponse:
    """Choose a person on the sign-in page; the answer that goes back to the application."""
    page = visitor.get(asked(**changes))
    assert page.status_code == 200, page.get_data(as_text=True)
    chosen = visitor.post("/sign-in?" + urlsplit(asked(**changes)).query, data={"subject": subject})
    return visitor.get(chosen.headers["Location"])


def answer_of(response: TestResponse) -> dict[str, str]:
    assert response.headers["Location"].startswith(BACK)
    return {k: v[0] for k, v in parse_qs(urlsplit(response.headers["Location"]).query).items()}


def exchange(visitor: FlaskClient, code: str, secret: str = "client secret for tests", **changes: str) -> TestResponse:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    return visitor.post("/token", data={**form, **changes}, auth=("homeroom", secret))


def test_page__offers_personas_and_finds_the_others(visitor: FlaskClient) -> None:
    page = visitor.get(asked()).get_data(as_text=True)
    assert "Anna Berg" in page
    assert "L&amp;D admin" in page
    assert "Bob Kaya" not in page
    assert "Bob Kaya" in visitor.get(asked(find="kaya b")).get_data(as_text=True)
    assert "Nobody called" in visitor.get(asked(find="<b>")).get_data(as_text=True)


def test_flow__gives_claims_and_a_second_application_asks_nothing(visitor: FlaskClient) -> None:
    answer = answer_of(sign_in(visitor))
    assert (answer["state"], answer["iss"]) == ("s", ISSUER)
    tokens = exchange(visitor, answer["code"]).json
    assert tokens is not None
    claims = visitor.get("/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"}).json
    assert claims == {
        "sub": "u-1", "name": "Anna Berg", "given_name": "Anna", "nickname": "Anna", "preferred_username": "aberg",
        "locale": "de", "zoneinfo": "Europe/Vienna", "employee_id": "1001", "email": "anna@demo.example",
        "email_verified": True, "groups": ["hr-admins"]}
    assert "code" in answer_of(visitor.get(asked(state="t")))


BAD_REQUESTS: list[tuple[str, dict[str, str | None]]] = [
    ("no PKCE", {"code_challenge": None, "code_challenge_method": None}),
    ("plain PKCE", {"code_challenge_method": "plain"}),
    ("PKCE without its method", {"code_challenge_method": None}),
    ("no nonce", {"nonce": None}),
    ("no openid", {"scope": "profile"}),
    ("implicit flow", {"response_type": "id_token"}),
    ("silent without a session", {"prompt": "none"}),
]


@pytest.mark.parametrize("changes", [pytest.param(c, id=name) for name, c in BAD_REQUESTS])
def test_authorize__bad_request_goes_back_with_an_error(visitor: FlaskClient, changes: dict[str, str | None]) -> None:
    answer = answer_of(visitor.get(asked(**changes)))
    assert "error" in answer
    assert "code" not in answer
    assert answer["iss"] == ISSUER


@pytest.mark.parametrize("changes", [
    {"redirect_uri": "https://evil.example/"}, {"redirect_uri": BACK + "/"}, {"redirect_uri": BACK + "?a=1"},
    {"redirect_uri": None}, {"client_id": "nobody"}, {"client_id": None}], ids=str)
def test_authorize__unknown_address_or_application_gets_a_page_here(visitor: FlaskClient,
                                                                    changes: dict[str, str | None]) -> None:
    response = visitor.get(asked(**changes))
    assert response.status_code == 400
    assert "Location" not in response.headers


@pytest.mark.parametrize("changes", [
    {"code_verifier": "w" * 43}, {"code_verifier": ""}, {"redirect_uri": "http://127.0.0.1:8/other"}], ids=str)
def test_token__wrong_proof_is_refused_and_the_code_is_spent(visitor: FlaskClient, changes: dict[str, str]) -> None:
    code = answer_of(sign_in(visitor))["code"]
    assert exchange(visitor, code, **changes).status_code == 400
    assert exchange(visitor, code).status_code == 400


def test_token__wrong_secret_is_refused(visitor: FlaskClient) -> None:
    assert exchange(visitor, answer_of(sign_in(visitor))["code"], secret="guess").status_code == 401


def test_token__code_is_good_once(visitor: FlaskClient) -> None:
    code = answer_of(sign_in(visitor))["code"]
    assert exchange(visitor, code).status_code == 200
    assert exchange(visitor, code).status_code == 400


@pytest.mark.parametrize("changes", [{"prompt": "login"}, {"max_age": "0"}], ids=str)
def test_authorize__asks_again_when_told_to(visitor: FlaskClient, changes: dict[str, str],
                                            monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(visitor)
    monkeypatch.setattr("portal.demo.identity_provider.time", lambda: now().timestamp() + 5)
    assert "Who would you like to be?" in visitor.get(asked(**changes)).get_data(as_text=True)


def hint_of(visitor: FlaskClient) -> str:
    tokens = exchange(visitor, answer_of(sign_in(visitor))["code"]).json
    assert tokens is not None
    return str(tokens["id_token"])


def is_known(visitor: FlaskClient) -> bool:
    return visitor.get(asked()).status_code == 302


def test_end_session__with_a_hint_goes_back(visitor: FlaskClient) -> None:
    query = urlencode({"id_token_hint": hint_of(visitor), "post_logout_redirect_uri": OUT, "state": "s"})
    assert visitor.get(f"/end-session?{query}").headers["Location"] == OUT + "?state=s"
    assert not is_known(visitor)


def test_end_session__without_a_hint_asks_first(visitor: FlaskClient) -> None:
    sign_in(visitor)
    query = {"client_id": "homeroom", "post_logout_redirect_uri": OUT}
    assert "Sign out, Anna?" in visitor.get("/end-session", query_string=query).get_data(as_text=True)
    assert is_known(visitor)
    foreign = visitor.post("/end-session", data=query, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    assert is_known(visitor)
    assert visitor.post("/end-session", data=query).headers["Location"] == OUT
    assert not is_known(visitor)


def test_end_session__never_goes_to_an_unregistered_address(visitor: FlaskClient) -> None:
    query = urlencode({"id_token_hint": hint_of(visitor), "post_logout_redirect_uri": "https://evil.example/"})
    response = visitor.get(f"/end-session?{query}")
    assert (response.status_code, response.headers.get("Location")) == (200, None)


def test_key__is_kept_between_starts_and_nobody_elses(tmp_path: Path) -> None:
    def published() -> Any:
        return create_identity_provider(ISSUER, PEOPLE, [], tmp_path).test_client().get("/keys").json
    first = published()
    assert first == published()
    assert set(first["keys"][0]) == {"kty", "kid", "n", "e", "use", "alg"}
    file, = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "demo.example.com", "", "127.0.0.1.evil.example"])
def test_loopback__anything_else_is_refused(host: str) -> None:
    with pytest.raises(NotLoopback):
        ensure_loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_loopback__this_machine_is_fine(host: str) -> None:
    assert ensure_loopback(host) == host


def test_issuer__beyond_loopback_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotLoopback):
        create_identity_provider("http://192.168.1.5:9000", PEOPLE, [], tmp_path)



@pytest.fixture
def house(sqlite_database: Database, tmp_path: Path) -> Iterator[tuple[str, str, Portal]]:
    """The portal and the demo provider side by side: addresses of both, and the portal."""
    portal_port, provider_port = free_port(), free_port()
    address, issuer = f"http://127.0.0.1:{portal_port}", f"http://127.0.0.1:{provider_port}"
    settings = settings_for(sqlite_database, base_url=address, issuer=issuer, insecure_loopback=True)
    portal = Portal(create_app(settings, clock=now), sqlite_database)
    provider = create_identity_provider(issuer, PEOPLE, [client_at(address)], tmp_path / "keys")
    with running(portal.app, portal_port), running(provider, provider_port):
        yield address, issuer, portal


def test_portal__signs_in_with_one_click_and_out_everywhere(house: tuple[str, str, Portal], page: Page) -> None:
    """In Chromium, because the content policies of both pages only count there."""
    address, issuer, portal = house
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if "Policy" in message.text else None)
    page.goto(f"{address}/whoami")
    page.get_by_role("button", name="Anna Berg").click()
    page.wait_for_url(f"{address}/whoami")
    learner, = portal.rows(t.learner)
    assert (learner.subject, learner.roles, learner.zone) == ("u-1", ["learner", "admin"], "Europe/Vienna")
    page.goto(f"{address}/admin-only")
    assert "secrets" in page.content()      # auth_time is always sent, so the proof counts as fresh
    page.goto(f"{address}/way-out")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{address}/signed-out")
    page.goto(issuer)
    expect(page.get_by_role("heading")).to_have_text("Nobody is signed in")
    assert problems == []


def test_portal__loses_sessions_when_somebody_signs_out_at_the_provider(house: tuple[str, str, Portal],
                                                                        page: Page) -> None:
    address, issuer, _ = house
    page.goto(f"{address}/whoami")
    page.get_by_role("searchbox").fill("bob")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name="Bob Kaya").click()
    page.wait_for_url(f"{address}/whoami")
    page.goto(issuer)
    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading")).to_have_text("You are signed out")
    cookies = {str(c.get("name")): str(c.get("value")) for c in page.context.cookies()}
    for _ in range(50):
        status = requests.get(f"{address}/whoami", cookies=cookies, allow_redirects=False, timeout=5).status_code
        if status != 200:
            break
        page.wait_for_timeout(100)
    assert status == 303


def test_page__works_on_a_phone_and_loads_only_its_own(house: tuple[str, str, Portal], page: Page) -> None:
    address, issuer, _ = house
    page.set_viewport_size({"width": 375, "height": 700})
    called: list[str] = []
    page.on("request", lambda request: called.append(request.url))
    page.goto(f"{address}/whoami")
    expect(page.get_by_role("heading")).to_have_text("Who would you like to be?")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert all(re.match(rf"({re.escape(address)}|{re.escape(issuer)})/", url) for url in called)

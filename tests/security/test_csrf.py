"""Unsafe requests need both: a browser that says they come from our page, and the page's token."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.app import create_app
from portal.security.roles import Role, allow
from portal.store.database import Database
from tests.conftest import FrozenClock
from tests.portals import settings_for, signed_in

OURS = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}


@pytest.fixture
def app(sqlite_database: Database, clock: FrozenClock) -> Flask:
    app = create_app(settings_for(sqlite_database), clock=clock)
    app.route("/act", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])(allow(Role.LEARNER)(_act))
    return app


def _act() -> str:
    return "done"


def client_of(app: Flask, database: Database, clock: FrozenClock, subject: str = "anna") -> tuple[FlaskClient, str]:
    """A signed-in client and the token its pages carry."""
    client = app.test_client()
    signed_in(client, database, clock(), subject=subject)
    return client, token_for(app, client)


def token_for(app: Flask, client: FlaskClient) -> str:
    with client:
        assert client.get("/act").status_code == 200
        token: str = app.jinja_env.globals["csrf_token"]()  # type: ignore[operator]
        return token


@pytest.mark.parametrize("where", [
    pytest.param({"Sec-Fetch-Site": "same-origin"}, id="same origin"),
    pytest.param({"Sec-Fetch-Site": "none"}, id="the person"),
    pytest.param({"Origin": "http://localhost"}, id="old browser with Origin"),
])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_csrf__own_page_with_token_passes(app: Flask, sqlite_database: Database, clock: FrozenClock, method: str,
                                          where: dict[str, str]) -> None:
    client, token = client_of(app, sqlite_database, clock)
    assert client.open("/act", method=method, headers={**where, "X-CSRF-Token": token}).status_code == 200
    assert client.open("/act", method=method, headers=where, data={"csrf_token": token}).status_code == 200


@pytest.mark.parametrize("where", [
    pytest.param({"Sec-Fetch-Site": "cross-site"}, id="cross-site"),
    pytest.param({"Sec-Fetch-Site": "same-site"}, id="a sister host"),
    pytest.param({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, id="contradiction"),
    pytest.param({"Origin": "https://evil.example"}, id="foreign Origin"),
    pytest.param({"Origin": "null"}, id="Origin null"),
    pytest.param({"Origin": "http://localhost.evil.example"}, id="Origin that starts like ours"),
    pytest.param({}, id="no word of where"),
])
def test_csrf__other_page_is_refused_even_with_the_token(app: Flask, sqlite_database: Database, clock: FrozenClock,
                                                         where: dict[str, str]) -> None:
    """S12."""
    client, token = client_of(app, sqlite_database, clock)
    assert client.post("/act", headers={**where, "X-CSRF-Token": token}).status_code == 403


@pytest.mark.parametrize("token", ["", "A", "A" * 86, "!" * 86, "ä" * 86, None])
def test_csrf__no_or_wrong_token_is_refused(app: Flask, sqlite_database: Database, clock: FrozenClock,
                                            token: str | None) -> None:
    client, _ = client_of(app, sqlite_database, clock)
    form = {} if token is None else {"csrf_token": token}
    assert client.post("/act", headers=OURS, data=form).status_code == 403


def test_csrf__token_as_plain_text_body_is_none(app: Flask, sqlite_database: Database, clock: FrozenClock) -> None:
    client, token = client_of(app, sqlite_database, clock)
    assert client.post("/act", headers=OURS, data=f"csrf_token={token}", content_type="text/plain").status_code == 403


def test_csrf__token_of_another_session_is_refused(app: Flask, sqlite_database: Database, clock: FrozenClock) -> None:
    _, hers = client_of(app, sqlite_database, clock)
    client, _ = client_of(app, sqlite_database, clock, subject="bob")
    assert client.post("/act", headers=OURS, data={"csrf_token": hers}).status_code == 403


def test_csrf__token_looks_different_every_time_and_stays_good(app: Flask, sqlite_database: Database,
                                                               clock: FrozenClock) -> None:
    """Compression side channels (BREACH) find nothing that repeats."""
    client, first = client_of(app, sqlite_database, clock)
    second = token_for(app, client)
    assert first[:43] != second[:43]
    assert first[43:] != second[43:]
    for token in (first, second):
        assert client.post("/act", headers=OURS, data={"csrf_token": token}).status_code == 200


def test_csrf__reading_needs_nothing(app: Flask, sqlite_database: Database, clock: FrozenClock) -> None:
    client, _ = client_of(app, sqlite_database, clock)
    assert client.get("/act", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_csrf__without_a_session_there_is_no_token(app: Flask) -> None:
    with app.test_client() as client:
        client.get("/sign-in")
        token: Any = app.jinja_env.globals["csrf_token"]
        assert token() == ""


def test_csrf__visitor_from_elsewhere_signs_nobody_out(app: Flask, sqlite_database: Database,
                                                       clock: FrozenClock) -> None:
    client, _ = client_of(app, sqlite_database, clock)
    assert client.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.get("/act").status_code == 200

"""What every answer says to the browser, whatever the answer is."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from portal.app import create_app
from portal.security.roles import PUBLIC, Role, allow
from portal.store.database import Database
from tests.conftest import FrozenClock
from tests.portals import settings_for, signed_in


@pytest.fixture
def app(sqlite_database: Database, clock: FrozenClock) -> Flask:
    app = create_app(settings_for(sqlite_database), clock=clock)

    @app.get("/broken")
    @allow(PUBLIC)
    def broken() -> str:
        raise RuntimeError("/etc/secret SELECT * FROM learner WHERE password = 'hunter2'")

    @app.get("/mine")
    @allow(Role.LEARNER)
    def mine() -> str:
        return "mine"

    @app.get("/theirs")
    @allow(Role.ADMIN, Role.PRODUCT_MANAGER)
    def theirs() -> str:
        return "theirs"

    @app.get("/forgotten")
    def forgotten() -> str:
        return "nobody said who may see this"

    return app


PATHS = ["/sign-in", "/signed-out", "/mine", "/nowhere", "/broken", "/forgotten", "/static/mark.svg",
         "/static/nothing.svg", "/sign-out"]


@pytest.mark.parametrize("path", PATHS)
def test_headers__are_on_every_answer(app: Flask, path: str) -> None:
    """S13, S16, S17, S18: pages, redirects, errors and files."""
    with app.test_client().get(path, headers={"Origin": "https://evil.example"}) as response:
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "form-action 'self' https://login.example.com" in policy
        assert response.headers["X-Frame-Options"] == "DENY"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in response.headers
        assert "Strict-Transport-Security" not in response.headers     # over http it would mean nothing


def test_cache__a_learners_page_is_private(app: Flask, sqlite_database: Database, clock: FrozenClock) -> None:
    """S37."""
    client = app.test_client()
    signed_in(client, sqlite_database, clock())
    response = client.get("/mine")
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in response.headers["Vary"]


@pytest.mark.parametrize("path", ["/sign-in", "/signed-out"])
def test_cache__sign_in_pages_are_kept_nowhere(app: Flask, path: str) -> None:
    assert app.test_client().get(path).headers["Cache-Control"] == "no-store"


def page(response: TestResponse) -> str:
    return response.get_data(as_text=True)


@pytest.mark.parametrize(("path", "method", "status"), [
    ("/nowhere", "GET", 404), ("/sign-out", "GET", 405), ("/broken", "GET", 500), ("/forgotten", "GET", 500),
])
def test_error__is_a_page_with_a_number_and_nothing_inside(app: Flask, path: str, method: str, status: int) -> None:
    """S41."""
    response = app.test_client().open(path, method=method)
    assert response.status_code == status
    assert "tell your learning team this number" in page(response)
    for inside in ("hunter2", "SELECT", "Traceback", "/etc/", "forgotten"):
        assert inside not in page(response)


def test_error__number_is_in_the_log_beside_the_trace(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    text = page(app.test_client().get("/broken"))
    record = next(r for r in caplog.records if r.levelname == "ERROR")
    assert record.exc_info is not None
    assert record.getMessage().split()[1] in text


def test_error__needs_no_database(app: Flask, sqlite_database: Database, clock: FrozenClock) -> None:
    """Also when reading the session is what failed."""
    client = app.test_client()
    signed_in(client, sqlite_database, clock())
    with sqlite_database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE signin_session")
    assert client.get("/mine").status_code == 500


@pytest.mark.parametrize(("roles", "status"), [((), 403), (("admin",), 200), (("product_manager",), 200)],
                         ids=["learner", "admin", "product manager"])
def test_roles__wrong_one_gets_a_page_not_a_sign_in(app: Flask, sqlite_database: Database, clock: FrozenClock,
                                                    roles: tuple[str, ...], status: int) -> None:
    client = app.test_client()
    signed_in(client, sqlite_database, clock(), *roles)
    assert client.get("/theirs").status_code == status


def test_roles__forgotten_mark_denies_even_an_admin(app: Flask, sqlite_database: Database, clock: FrozenClock) -> None:
    client = app.test_client()
    signed_in(client, sqlite_database, clock(), "admin", "product_manager")
    assert client.get("/forgotten").status_code == 500


def test_roles__allow_without_anybody_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="PUBLIC"):
        allow()


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "PROPFIND"])
def test_method__unusual_ones_tell_nothing(app: Flask, method: str) -> None:
    """S40."""
    assert app.test_client().open("/mine", method=method).status_code in (200, 401, 303, 405)
    assert page(app.test_client().open("/mine", method=method)) != "mine"


def test_create_app__opens_no_database(clock: FrozenClock, tmp_path: Path) -> None:
    path = tmp_path / "homeroom.sqlite"
    app = create_app(settings_for(Database(f"sqlite:///{path}")), clock=clock)
    assert app.test_client().get("/sign-in").status_code == 200
    assert not path.exists()

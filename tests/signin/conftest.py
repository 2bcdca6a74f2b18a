"""A portal beside a provider whose behaviour each test decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.app import create_app
from portal.security.roles import Role, allow
from portal.signin.sessions import current_learner
from portal.store import schema as t
from portal.store.database import Database
from tests.conftest import FrozenClock
from tests.portals import settings_for
from tests.running import running
from tests.signin.misbehaving import Provider


@pytest.fixture(scope="session")
def _served_provider() -> Iterator[Provider]:
    provider = Provider()
    with running(provider.app) as address:
        provider.issuer = address
        yield provider


@pytest.fixture
def provider(_served_provider: Provider, clock: FrozenClock) -> Provider:
    _served_provider.reset(clock)
    return _served_provider


class Browser:
    """One browser in front of the portal; it follows the provider's redirects by itself."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def start(self, **query: str) -> str:
        """Begin to sign in; the provider's answer, as the path that the browser would open next."""
        begun = self.client.get("/sign-in/start", query_string=query)
        assert begun.status_code == 303, begun.get_data(as_text=True)
        answered = requests.get(begun.headers["Location"], allow_redirects=False, timeout=5)
        back = urlsplit(answered.headers["Location"])
        return f"{back.path}?{back.query}"

    def sign_in(self, **query: str) -> TestResponse:
        return self.client.get(self.start(**query))

    def is_signed_in(self) -> bool:
        return self.client.get("/whoami").status_code == 200


class Portal:
    """The application under test with a page for learners, and its store."""

    def __init__(self, app: Flask, database: Database) -> None:
        self.app, self.database = app, database
        self.signed_in: list[str] = []

        @app.get("/whoami")
        @allow(Role.LEARNER)
        def whoami() -> dict[str, Any]:
            learner = current_learner()
            return {"subject": learner.subject, "name": learner.name, "roles": list(learner.roles)}

        @app.route("/admin-only", methods=["GET", "POST"])
        @allow(Role.ADMIN, fresh=True)
        def admin_only() -> str:
            return "secrets"

        @app.get("/way-out")
        @allow(Role.LEARNER)
        def way_out() -> str:
            return render_template_string(
                '<!doctype html><title>x</title><form method="post" action="/sign-out">'
                '<input type="hidden" name="csrf_token" value="{{ csrf_token() }}"><button>Sign out</button></form>')

        @app.route("/change/<path:what>", methods=["GET", "POST"])
        @allow(Role.LEARNER)
        def change(what: str) -> str:
            return what

    def browser(self) -> Browser:
        return Browser(self.app)

    def audit(self) -> list[tuple[str, dict[str, Any]]]:
        with self.database.read() as tx:
            return [(row.action, row.details) for row in tx.execute(select(t.audit).order_by(t.audit.c.id))]

    def rows(self, table: Any) -> list[Any]:
        with self.database.read() as tx:
            return list(tx.execute(select(table)))


@pytest.fixture
def portal(provider: Provider, sqlite_database: Database, clock: FrozenClock) -> Portal:
    return make_portal(provider, sqlite_database, clock)


def make_portal(provider: Provider, database: Database, clock: FrozenClock, **changes: Any) -> Portal:
    settings = settings_for(database, issuer=provider.issuer, insecure_loopback=True, **changes)
    return Portal(create_app(settings, clock=clock), database)

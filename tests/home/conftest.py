"""A portal with one signed-in learner, and pages of made-up views."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask, render_template
from flask.testing import FlaskClient

from portal.app import create_app
from portal.config import Settings
from portal.home.page import Page, assemble
from portal.home.reader import Reader
from portal.learner_view import Learner, LearnerView
from portal.store import sessions
from portal.store.database import Database
from tests.conftest import FrozenClock
from tests.factories import a_learner
from tests.home.learners import reader


@dataclass(frozen=True)
class Portal:
    """app: over the store of this test. sign_in: a browser of somebody with these roles."""

    app: Flask
    database: Database
    clock: FrozenClock

    def sign_in(self, name: str = "ada", *roles: str) -> tuple[FlaskClient, Learner]:
        value, now = secrets.token_urlsafe(32), self.clock()
        with self.database.write() as tx:
            learner = a_learner(tx, name, now=now)
            if roles:
                tx.exec_driver_sql(f"UPDATE learner SET roles = '[\"{roles[0]}\"]' WHERE id = {learner.id}")
            sessions.open_session(tx, sessions.hash_of(value), learner, sid=None, id_token="", now=now,
                                  authenticated_at=now, ends_at=now + timedelta(hours=12))
        client = self.app.test_client()
        client.set_cookie("homeroom", value)
        return client, learner


@pytest.fixture
def portal(sqlite_database: Database, clock: FrozenClock) -> Portal:
    settings = Settings(
        base_url="http://localhost", database=str(sqlite_database.engine.url), secret_key="k" * 40,
        issuer="http://127.0.0.1:1", client_id="homeroom", client_secret="s", insecure_loopback=True,
        organisation="Northwind", default_zone="Europe/Berlin")
    return Portal(create_app(settings, clock=clock), sqlite_database, clock)


@pytest.fixture
def rendered(portal: Portal) -> Callable[..., str]:
    """A view as a whole page, without a store."""
    def render(view: LearnerView, who: Reader | None = None, *, page: Page | None = None) -> str:
        made = page or assemble(view, who or reader())
        with portal.app.test_request_context("/"):
            return render_template("home/page.html", page=made, viewer=made.viewer)
    return render

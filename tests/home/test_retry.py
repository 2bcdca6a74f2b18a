"""Asking a platform again: who may, how often, what the ledger gets, and what the learner is told."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.app import create_app
from portal.learner_view import Learner
from portal.priority import Priority
from portal.store import ledger, platforms
from portal.store import schema as t
from portal.store.database import Database
from tests.factories import NOW, a_connection, a_learner
from tests.home.conftest import Portal
from tests.home.dom import parsed
from tests.portals import settings_for

MINUTE = timedelta(minutes=1)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def woken() -> list[bool]:
    return []


@pytest.fixture
def portal(portal: Portal, woken: list[bool]) -> Portal:
    app = create_app(settings_for(portal.database), clock=portal.clock, wake=lambda: woken.append(True))
    return Portal(app, portal.database, portal.clock)


def connected(portal: Portal, learner: Learner, **row: Any) -> int:
    """A platform that has been failing for hours."""
    values: dict[str, Any] = {
        "subject": f"learner:{learner.id}", "learner_id": learner.id, "warnings": [], "failure": "TimedOut",
        "succeeded_at": NOW - timedelta(hours=3), "failing_since": NOW - timedelta(hours=2),
        "started_at": NOW - timedelta(hours=1), "failed_at": NOW - timedelta(hours=1),
        "due_at": NOW + timedelta(hours=1)}
    with portal.database.write() as tx:
        connection_id = a_connection(tx, "Moodle")
        tx.execute(t.refresh.insert().values(**{**values, **row}, connection_id=connection_id))
    return connection_id


def press(client: FlaskClient, connection_id: int, *, htmx: bool = False) -> Any:
    token = parsed(client.get("/").text).all("input")[0].attributes["value"]
    return client.post(f"/refresh/{connection_id}" + ("?layout=1" if htmx else ""), data={"csrf_token": token},
                       headers={"Sec-Fetch-Site": "same-origin", **(HTMX if htmx else {})})


def due(portal: Portal, connection_id: int) -> tuple[Any, int]:
    with portal.database.read() as tx:
        row = tx.execute(select(t.refresh).where(t.refresh.c.connection_id == connection_id)).one()
    return row.due_at, row.priority


def test_button__posts_the_form_of_the_page(portal: Portal) -> None:
    client, learner = portal.sign_in()
    connection_id = connected(portal, learner)
    page = parsed(client.get("/").text)
    button, = page.all("button", class_="again")
    assert (button.attributes["form"], button.attributes["formaction"]) == ("act", f"/refresh/{connection_id}")
    assert button.words == "Try again: Moodle"
    assert len(page.all("input", name="csrf_token")) == 1


def test_plain_form__asks_at_once_and_comes_back(portal: Portal, woken: list[bool]) -> None:
    client, learner = portal.sign_in()
    connection_id = connected(portal, learner)
    answer = press(client, connection_id)
    assert (answer.status_code, answer.location) == (303, "/#sources")
    assert due(portal, connection_id) == (NOW, Priority.INTERACTIVE)
    assert woken == [True]
    assert "Asking Moodle …" in client.get("/").text


def test_htmx__gets_the_sources_and_one_message(portal: Portal, woken: list[bool]) -> None:
    client, learner = portal.sign_in()
    connection_id = connected(portal, learner)
    answer = press(client, connection_id, htmx=True)
    assert answer.status_code == 200
    assert json.loads(answer.headers["HX-Trigger"]) == {"announce": "Asking Moodle …"}
    later = client.get(f"/sections/sources?layout=1&asked={connection_id}", headers=HTMX)
    assert later.text == answer.text
    assert "HX-Trigger" not in later.headers, "what the page fetches by itself is silent"
    section, = parsed(answer.text).all("section", id="sources")
    assert section.attributes["data-hx-get"] == f"/sections/sources?layout=1&asked={connection_id}"
    assert woken == [True]


def test_answer__is_offered_when_it_has_arrived(portal: Portal) -> None:
    client, learner = portal.sign_in()
    connection_id = connected(portal, learner, failure=None, failing_since=None, succeeded_at=NOW, due_at=None)
    assert "Show what has arrived" not in client.get("/sections/sources?layout=1").text
    assert "Show what has arrived: Moodle" in parsed(
        client.get(f"/sections/sources?layout=1&asked={connection_id}").text).words


@pytest.mark.parametrize(("row", "said"), [
    pytest.param({"failed_at": NOW - MINUTE / 2}, "Moodle was asked just now.", id="failed half a minute ago"),
    pytest.param({"started_at": NOW - MINUTE / 2}, "Moodle was asked just now.", id="started half a minute ago"),
    pytest.param({"failure": "CredentialsRefused", "failing_since": None},
                 "Moodle is disconnected; your L&D team can repair it. What you see is from 3 hours ago.",
                 id="credentials refused"),
    pytest.param({"failure": "NotLinked"}, "We have not found an account of yours on Moodle. If you have one, your L&D "
                 "team can connect it.", id="not linked"),
    pytest.param({"failure": "Forbidden"}, "Your account on Moodle may not show this. Your L&D team can change that.",
                 id="forbidden"),
    pytest.param({"failure": None}, "Moodle was updated 3 hours ago.", id="fresh"),
])
def test_press__where_it_does_not_help_asks_nobody(portal: Portal, woken: list[bool], row: dict[str, Any],
                                                   said: str) -> None:
    client, learner = portal.sign_in()
    connection_id = connected(portal, learner, **row)
    before = due(portal, connection_id)
    assert json.loads(press(client, connection_id, htmx=True).headers["HX-Trigger"]) == {"announce": said}
    assert press(client, connection_id).status_code == 303
    assert (due(portal, connection_id), woken) == (before, [])
    assert not parsed(client.get("/").text).all("button", class_="again")


def test_press__counts_again_after_a_minute(portal: Portal, woken: list[bool]) -> None:
    client, learner = portal.sign_in()
    connection_id = connected(portal, learner, failed_at=NOW)
    press(client, connection_id)
    portal.clock.forward(minutes=1)
    press(client, connection_id)
    assert woken == [True]


@pytest.mark.parametrize("away", ["unknown", "paused", "archived"])
def test_press__for_a_platform_that_is_not_there_is_not_found(portal: Portal, woken: list[bool], away: str) -> None:
    client, learner = portal.sign_in()
    connection_id = connected(portal, learner)
    with portal.database.write() as tx:
        if away == "archived":
            platforms.archive(tx, connection_id, NOW)
        if away == "paused":
            tx.execute(t.connection.update().values(paused_at=NOW))
    assert press(client, connection_id + (away == "unknown")).status_code == 404
    assert woken == []


def test_press__is_for_oneself_only(portal: Portal) -> None:
    """Another learner's row stays as it is, and another learner's haste does not slow this one down."""
    (ada, learner), (_, bob) = portal.sign_in("ada"), portal.sign_in("bob")
    connection_id = connected(portal, bob, failed_at=NOW)
    with portal.database.write() as tx:
        tx.execute(t.refresh.insert().values(
            connection_id=connection_id, subject=f"learner:{learner.id}", learner_id=learner.id, warnings=[],
            failure="TimedOut", failed_at=NOW - timedelta(hours=1)))
    press(ada, connection_id)
    with portal.database.read() as tx:
        dues = {row.learner_id: row.due_at for row in tx.execute(select(t.refresh))}
    assert dues == {learner.id: NOW, bob.id: NOW + timedelta(hours=1)}


def test_press__without_the_token_is_refused(portal: Portal, woken: list[bool]) -> None:
    client, learner = portal.sign_in()
    connection_id = connected(portal, learner)
    assert client.post(f"/refresh/{connection_id}", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 403
    assert woken == []


@pytest.mark.parametrize(("stamp", "ago", "lately"), [
    (stamp, ago, ago < 60) for stamp in ("started_at", "failed_at", "succeeded_at") for ago in (59, 60)])
def test_asked_lately__looks_at_every_moment_of_the_row(database: Database, stamp: str, ago: int, lately: bool) -> None:
    with database.write() as tx:
        learner, other = a_learner(tx), a_learner(tx, "bob")
        connection_id = a_connection(tx)
        for one, at in ((learner, NOW - timedelta(seconds=ago)), (other, NOW)):
            tx.execute(t.refresh.insert().values(connection_id=connection_id, subject=f"learner:{one.id}",
                                                 learner_id=one.id, warnings=[], **{stamp: at}))
        assert ledger.asked_lately(tx, learner.id, NOW - MINUTE) == (frozenset({connection_id}) if lately else set())

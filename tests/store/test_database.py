"""A database that cannot be used says what to do, stores nothing, and still lets pages be read."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from portal.app import create_app
from portal.priority import Priority
from portal.store import ledger, people
from portal.store.database import Database, DatabaseUnusable
from tests.conftest import FrozenClock
from tests.factories import NOW, a_connection, a_person
from tests.portals import FROM_OUR_PAGE, settings_for, signed_in


@pytest.mark.parametrize(("address", "advice"), [
    ("nonsense", "is no database address"),
    ("sqlite:////proc/nowhere/x.sqlite", "folder"),
    ("postgresql+psycopg://postgres@127.0.0.1:1/x", "start PostgreSQL"),
], ids=["no address", "no folder", "no server"])
def test_unusable__names_the_remedy(address: str, advice: str) -> None:
    with pytest.raises(DatabaseUnusable, match=advice):
        Database(address).check_usable()


def test_write__an_error_inside_rolls_everything_back(database: Database) -> None:
    def half_way() -> None:
        with database.write() as tx:
            people.save(tx, a_person(), NOW)
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError):
        half_way()
    with database.read() as tx:
        assert people.by_email(tx, "ada@example.org") == []


def test_read_only__pages_are_read_and_writing_is_refused_with_a_page(
        sqlite_database: Database, clock: FrozenClock, tmp_path: Path) -> None:
    app = create_app(settings_for(sqlite_database), clock=clock)
    client = app.test_client()
    learner = signed_in(client, sqlite_database, clock())
    with sqlite_database.write() as tx:
        ledger.enqueue_learner(tx, learner.id, Priority.ACTIVE, clock())
        connection = a_connection(tx)
        tx.exec_driver_sql(
            "INSERT INTO resource (connection_id, external_id, title, url, type, summary, provider, topics, "
            "identifiers, open_to_all, popularity, observed_at, changed_at) VALUES (?, '1', 'Fire', "
            "'https://campus.example/1', 'course', '', '', '[]', '[]', 1, 0, '2026-11-20', '2026-11-20')",
            (connection,))
    services = app.extensions["homeroom"]

    @event.listens_for(services.database.engine, "connect")
    def _read_only(raw: Any, _record: Any) -> None:
        raw.execute("PRAGMA query_only=ON")

    services.database.engine.dispose()
    clock.moment += timedelta(minutes=5)     # the session would be touched now
    assert client.get("/").status_code == 200
    assert client.get("/go/resource/1").location == "https://campus.example/1"
    (token,) = set(re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/").text))
    refused = client.post("/sign-out", data={"csrf_token": token}, headers=FROM_OUR_PAGE)
    assert refused.status_code == 503
    assert refused.headers["Retry-After"]
    assert b"readonly" not in refused.data

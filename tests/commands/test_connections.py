"""``homeroom connections list``: what an operator is told about every platform."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from portal import clock
from portal.cli import homeroom
from portal.quota import Lane
from portal.store import guards, platforms, syncs
from portal.store.condition import conditions
from portal.store.database import Database, Transaction
from portal.store.syncs import Sync
from tests.factories import NOW, a_connection


def _one(database: Database) -> dict[str, Any]:
    with database.read() as tx:
        (one,) = conditions(tx, NOW)
    return one


def _waits(tx: Transaction, connection: int) -> None:
    guards.told_to_wait(tx, connection, NOW, NOW + timedelta(minutes=2))


def _rests(tx: Transaction, connection: int) -> None:
    for _ in range(5):
        guards.record(tx, connection, {"catalogue": "refused"}, NOW, 0.5)


def _refused(tx: Transaction, connection: int) -> None:
    guards.refuse(tx, connection, "401", NOW)


def _paused(tx: Transaction, connection: int) -> None:
    guards.stop(tx, connection, "another learner", NOW)


@pytest.mark.parametrize(("happened", "state", "reason"), [
    (lambda _tx, _c: None, "ok", ""), (_waits, "waiting", ""), (_rests, "resting", "refused"),
    (_refused, "refused", "401"), (_paused, "paused", "another learner"),
], ids=["ok", "waiting", "resting", "refused", "paused"])
def test_state__says_what_holds_the_connection_back(database: Database, happened: Any, state: str,
                                                    reason: str) -> None:
    with database.write() as tx:
        happened(tx, a_connection(tx))
    assert (_one(database)["state"], _one(database)["reason"]) == (state, reason)


def test_condition__tells_quota_breakers_and_the_progress_of_a_sync(database: Database) -> None:
    with database.write() as tx:
        connection = a_connection(tx)
        guards.spend(tx, connection, Lane.BACKFILL, NOW)
        _rests(tx, connection)
        syncs.save(tx, Sync(connection_id=connection, operation="catalogue", started_at=NOW, credentials_version=1,
                            cursor="secret-looking cursor", pages=3, items=150, total=900))
    one = _one(database)
    assert one["quota"] == {"used": 1, "allowance": None}
    assert one["breakers"]["catalogue"]["state"] == "open"
    assert one["syncs"]["catalogue"] == {
        "started_at": NOW.isoformat(), "finished_at": None, "pages": 3, "items": 150, "total": 900, "complete": True,
        "note": ""}
    assert "cursor" not in json.dumps(one)


def test_condition__a_disconnected_platform_is_not_listed(database: Database) -> None:
    with database.write() as tx:
        platforms.archive(tx, a_connection(tx), NOW)
    with database.read() as tx:
        assert conditions(tx, NOW) == []


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["text", "json"])
def test_command__prints_the_platforms(sqlite_database: Database, options: list[str]) -> None:
    with sqlite_database.write() as tx:
        _refused(tx, a_connection(tx))
        syncs.save(tx, Sync(connection_id=1, operation="catalogue", started_at=clock.now(), credentials_version=1,
                            items=7, total=9, pages=1))
    done = CliRunner().invoke(homeroom, ["connections", "list", *options], env={
        "HOMEROOM_DATABASE": str(sqlite_database.engine.url), "HOMEROOM_SECRET_KEY": "x" * 40,
        "HOMEROOM_ISSUER": "https://id.example.com", "HOMEROOM_CLIENT_ID": "homeroom",
        "HOMEROOM_CLIENT_SECRET": "client-secret"}, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    if options:
        assert [one["name"] for one in json.loads(done.output)] == ["Campus"]
    else:
        assert "Campus (scripted): refused since" in done.output
        assert "catalogue: 7 of 9 items on 1 pages" in done.output

"""The plan on a real store: paces follow from quotas and visits, and who is here comes first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from adapters.errors import Ambiguous, Forbidden, NotLinked, PlatformError, RateLimited, Unreachable
from adapters.records import Account
from portal.learner_view import Learner
from portal.priority import Priority
from portal.refresh import plan
from portal.refresh.planning import Crowd, Paces, paces
from portal.store import guards, ledger, people, platforms
from portal.store import schema as t
from portal.store.database import Database, Transaction
from tests.conftest import FrozenClock
from tests.factories import NOW, a_connection, a_learner

EVERY, LEASE = timedelta(minutes=30), timedelta(minutes=5)
AGES = (timedelta(minutes=59), timedelta(hours=23), timedelta(days=13), timedelta(days=15))
DAY = timedelta(days=1)


def _people(tx: Transaction, connection: int, *ages: timedelta) -> list[Learner]:
    found = []
    for number, age in enumerate(ages):
        learner = a_learner(tx, f"p{connection}-{number}", now=NOW - age)
        platforms.link(tx, learner.id, connection, Account(external_id=f"a{number}", matched_by="email"), NOW)
        found.append(learner)
    return found


def _limited(tx: Transaction, name: str, calls_per_minute: int) -> int:
    connection = a_connection(tx, name)
    tx.execute(update(t.connection).where(t.connection.c.id == connection).values(calls_per_minute=calls_per_minute))
    return connection


def test_paces__count_only_people_with_an_account_there_by_their_last_visit(database: Database) -> None:
    with database.write() as tx:
        free, limited = a_connection(tx, "Free"), _limited(tx, "Limited", 1)
        _people(tx, free, *AGES)
        _people(tx, limited, *AGES, AGES[0])
        a_learner(tx, "without an account")
        found = plan.paces_now(tx, NOW, EVERY)
    assert found == {limited: paces(Crowd(here=2, today=1, lately=1), 1, EVERY)}


def test_paces__a_429_teaches_them_too(database: Database) -> None:
    with database.write() as tx:
        connection = a_connection(tx)
        assert plan.paces_now(tx, NOW, EVERY) == {}
        guards.told_to_wait(tx, connection, NOW, NOW + timedelta(minutes=1))
        assert plan.paces_now(tx, NOW, EVERY).keys() == {connection}


def test_paces__are_kept_for_all_processes_until_the_limit_has_gone(database: Database) -> None:
    slow = paces(Crowd(here=600), 20, EVERY)
    with database.write() as tx:
        connection = _limited(tx, "Limited", 20)
        kept: list[Paces] = []
        for reckoned in ({connection: slow}, {}):
            plan.keep_paces(tx, reckoned)
            (row,) = platforms.active(tx)
            kept.append(plan.paces_of(row, EVERY))
    assert kept == [slow, paces(Crowd(), None, EVERY)]


@pytest.mark.parametrize(("ago", "expected"), [
    (AGES[0], timedelta(minutes=30)), (AGES[1], timedelta(hours=4)), (AGES[2], DAY), (AGES[3], None)], ids=str)
def test_next_refresh__depends_on_the_last_visit(database: Database, ago: timedelta, expected: timedelta | None,
                                                 ) -> None:
    with database.write() as tx:
        learner = a_learner(tx, now=NOW - ago)
    at = plan.next_refresh(learner, NOW, paces(Crowd(), None, EVERY))
    assert at == (None if expected is None else NOW + expected)


def test_tick__who_is_here_overtakes_routine_work_that_was_due_before(database: Database, clock: FrozenClock) -> None:
    with database.write() as tx:
        connection = a_connection(tx)
        lately, here = _people(tx, connection, AGES[2], timedelta(0))
        for learner in (lately, here):
            ledger.enqueue(tx, learner.id, [connection], Priority.ACTIVE, NOW)
            job = ledger.claim(tx, "w", NOW, LEASE)
            assert job is not None
            ledger.finish(tx, job, NOW, NOW + EVERY, complete=True)
        clock.forward(minutes=30)
        assert plan.tick(tx, clock(), EVERY) >= 1
        order = [job.learner_id for job in iter(lambda: ledger.claim(tx, "w", clock(), LEASE), None) if job.learner_id]
    assert order == [here.id, lately.id]


def test_tick__leaves_people_alone_where_the_quota_asks_for_a_slower_pace(database: Database, clock: FrozenClock,
                                                                          ) -> None:
    with database.write() as tx:
        free, limited = a_connection(tx, "Free"), _limited(tx, "Limited", 1)
        (learner,) = _people(tx, free, timedelta(0))
        for connection in (free, limited):
            ledger.enqueue(tx, learner.id, [connection], Priority.ACTIVE, NOW)
            job = ledger.claim(tx, "w", NOW, LEASE)
            assert job is not None
            ledger.finish(tx, job, NOW, None, complete=True)
        plan.keep_paces(tx, {limited: paces(Crowd(here=100), 1, EVERY)})
        clock.forward(minutes=30)
        people.seen(tx, learner.id, clock())
        plan.tick(tx, clock(), EVERY)
        asked = [job.connection_id for job in iter(lambda: ledger.claim(tx, "w", clock(), LEASE), None)
                 if job.learner_id]
    assert asked == [free]


@pytest.mark.parametrize(("error", "away"), [
    (NotLinked("nobody"), False), (Ambiguous("two"), False), (Forbidden("no licence"), False),
    (Unreachable("refused"), True), (RateLimited("429", not_before=NOW), True)], ids=lambda v: getattr(v, "kind", v))
def test_next_try__nobody_asks_every_day_about_somebody_who_is_away(database: Database, error: PlatformError,
                                                                    away: bool) -> None:
    with database.write() as tx:
        here, gone = a_learner(tx, "here"), a_learner(tx, "gone", now=NOW - AGES[3])
    assert plan.next_try(here, error, 1, NOW) is not None
    assert (plan.next_try(gone, error, 1, NOW) is not None) is away

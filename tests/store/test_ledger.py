"""The ledger: nothing runs twice, nothing is lost, whoever is waiting comes first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from portal.priority import Priority
from portal.store import guards, ledger, platforms
from portal.store.database import Database
from tests.conftest import FrozenClock
from tests.factories import NOW, a_connection, a_learner

LEASE = timedelta(minutes=5)


def _one_job(database: Database) -> tuple[int, int]:
    with database.write() as tx:
        learner, connection = a_learner(tx), a_connection(tx)
        ledger.enqueue(tx, learner.id, [connection], Priority.BACKFILL, NOW)
    return learner.id, connection


def test_enqueue__twice_is_one_row_with_the_higher_priority(database: Database) -> None:
    learner, connection = _one_job(database)
    with database.write() as tx:
        second = a_connection(tx, "Other")
        ledger.enqueue(tx, learner, [second], Priority.ACTIVE, NOW)
        ledger.enqueue(tx, learner, [connection], Priority.AT_SIGN_IN, NOW)
        ledger.enqueue(tx, learner, [connection], Priority.BACKFILL, NOW)
        assert ledger.progress(tx) == (0, 2)
        first, then = ledger.claim(tx, "w", NOW, LEASE), ledger.claim(tx, "w", NOW, LEASE)
        assert first is not None
        assert then is not None
        assert (first.connection_id, then.connection_id) == (connection, second)
        assert ledger.claim(tx, "w", NOW, LEASE) is None


def test_claim__a_leased_row_is_not_given_to_a_second_worker(database: Database) -> None:
    with database.write() as tx:
        learner = a_learner(tx)
        ids = [a_connection(tx, f"Platform {n}") for n in range(12)]
        ledger.enqueue(tx, learner.id, ids, Priority.ACTIVE, NOW)

    def work(worker: int) -> list[int]:
        got = []
        while True:
            with database.write() as tx:
                job = ledger.claim(tx, f"w{worker}", NOW, LEASE)
            if job is None:
                return got
            got.append(job.connection_id)

    with ThreadPoolExecutor(6) as pool:
        taken = [c for got in pool.map(work, range(6)) for c in got]
    assert sorted(taken) == sorted(ids)


def test_claim__a_dead_workers_row_comes_back_when_the_lease_has_ended(database: Database, clock: FrozenClock) -> None:
    _one_job(database)
    with database.write() as tx:
        dead = ledger.claim(tx, "dead", clock(), LEASE)
    clock.forward(minutes=4)
    with database.write() as tx:
        assert ledger.claim(tx, "alive", clock(), LEASE) is None
    clock.forward(minutes=2)
    with database.write() as tx:
        again = ledger.claim(tx, "alive", clock(), LEASE)
        assert again is not None
        assert again.attempts == 2
        assert dead is not None
        assert not ledger.holds(tx, dead)
        assert ledger.holds(tx, again)


def test_finish__what_was_asked_for_meanwhile_runs_again(database: Database) -> None:
    learner, connection = _one_job(database)
    with database.write() as tx:
        job = ledger.claim(tx, "w", NOW, LEASE)
        assert job is not None
        ledger.enqueue(tx, learner, [connection], Priority.INTERACTIVE, NOW)
        ledger.finish(tx, job, NOW, NOW + timedelta(hours=1), complete=True)
        again = ledger.claim(tx, "w", NOW, LEASE)
        assert again is not None
        assert again.run == job.run + 1


def test_finish__without_a_wish_it_waits_for_its_next_date(database: Database, clock: FrozenClock) -> None:
    _one_job(database)
    with database.write() as tx:
        job = ledger.claim(tx, "w", clock(), LEASE)
        assert job is not None
        ledger.finish(tx, job, clock(), clock() + timedelta(minutes=30), complete=True)
        assert ledger.claim(tx, "w", clock(), LEASE) is None
        clock.forward(minutes=31)
        assert ledger.claim(tx, "w", clock(), LEASE) is not None


def test_postpone__remembers_since_when_it_fails_and_forgets_it_after_success(
        database: Database, clock: FrozenClock) -> None:
    learner, _connection = _one_job(database)
    for _ in range(2):
        with database.write() as tx:
            job = ledger.claim(tx, "w", clock(), LEASE)
            assert job is not None
            ledger.postpone(tx, job, clock(), clock(), failure="Unreachable", reason="refused")
        clock.forward(minutes=10)
    with database.write() as tx:
        (state,) = ledger.states(tx, learner)
        assert (state["failure"], state["failing_since"]) == ("Unreachable", NOW.isoformat())
        job = ledger.claim(tx, "w", clock(), LEASE)
        assert job is not None
        ledger.finish(tx, job, clock(), None, complete=True)
        (state,) = ledger.states(tx, learner)
        assert (state["failure"], state["failing_since"]) == (None, None)


def test_told_to_wait__nobody_calls_before_the_named_moment(database: Database, clock: FrozenClock) -> None:
    _learner, connection = _one_job(database)
    with database.write() as tx:
        guards.told_to_wait(tx, connection, clock(), clock() + timedelta(minutes=2))
        assert ledger.claim(tx, "w", clock(), LEASE) is None
        clock.forward(minutes=2)
        assert ledger.claim(tx, "w", clock(), LEASE) is not None


def test_enqueue_active__only_people_who_are_here_and_whose_data_is_old(database: Database, clock: FrozenClock) -> None:
    with database.write() as tx:
        connection = a_connection(tx)
        here, away = a_learner(tx, "here"), a_learner(tx, "away", signed_in=False)
        for learner in (here, away):
            ledger.enqueue(tx, learner.id, [connection], Priority.ACTIVE, clock())
            job = ledger.claim(tx, "w", clock(), LEASE)
            assert job is not None
            ledger.finish(tx, job, clock(), None, complete=True)
        clock.forward(minutes=40)
        since = clock() - timedelta(hours=1)
        assert ledger.enqueue_active(tx, since, {connection: clock() - timedelta(hours=1)}, clock()) == 0
        assert ledger.enqueue_active(tx, since, {connection: clock() - timedelta(minutes=30)}, clock()) == 1
        job = ledger.claim(tx, "w", clock(), LEASE)
        assert job is not None
        assert job.learner_id == here.id


def test_archive__a_disconnected_platform_loses_its_secrets_but_no_learning(database: Database) -> None:
    learner, connection = _one_job(database)
    with database.write() as tx:
        platforms.put_secret(tx, connection, platforms.SealedSecret("token", "k1", b"x"), NOW)
        platforms.archive(tx, connection, NOW)
        assert platforms.secrets_of(tx, connection) == []
        assert platforms.active(tx) == []
        assert platforms.get(tx, connection) is not None
        assert ledger.claim(tx, "w", NOW, LEASE) is None
        assert ledger.states(tx, learner) == []

"""Sessions, pending sign-ins and spent tokens, on both databases."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from portal.learner_view import Learner
from portal.store import people, sessions
from portal.store.database import Database
from portal.store.people import Person
from portal.store.sessions import PendingSignIn, hash_of
from tests.conftest import FrozenClock

PENDING = PendingSignIn(nonce="n", code_verifier="v", next_path="/")
HOUR = timedelta(hours=1)


def learner(database: Database, now: datetime, subject: str = "anna", issuer: str = "https://one") -> Learner:
    with database.write() as tx:
        return people.save(tx, Person(issuer=issuer, subject=subject, roles=("learner",)), now)


def opened(database: Database, whose: Learner, now: datetime, name: str, sid: str | None = "sid") -> str:
    with database.write() as tx:
        sessions.open_session(tx, hash_of(name), whose, sid=sid, id_token="token", now=now, authenticated_at=now,
                              ends_at=now + HOUR)
    return hash_of(name)


def alive(database: Database, *names: str) -> list[str]:
    with database.read() as tx:
        return [name for name in names if sessions.load(tx, hash_of(name))]


def test_load__brings_the_learner_along(database: Database, clock: FrozenClock) -> None:
    anna = learner(database, clock())
    id_hash = opened(database, anna, clock(), "one")
    with database.read() as tx:
        found = sessions.load(tx, id_hash)
        assert sessions.load(tx, hash_of("other")) is None
        assert sessions.id_token_of(tx, id_hash) == "token"
    assert found is not None
    assert found.learner == anna
    assert (found.seen_at, found.ends_at) == (clock(), clock() + HOUR)


def test_touch__moves_session_and_learner(database: Database, clock: FrozenClock) -> None:
    id_hash = opened(database, learner(database, clock()), clock(), "one")
    clock.forward(minutes=5)
    with database.write() as tx:
        sessions.touch(tx, id_hash, clock())
    with database.read() as tx:
        found = sessions.load(tx, id_hash)
    assert found is not None
    assert (found.seen_at, found.learner.seen_at) == (clock(), clock())


def test_end__by_sid_or_subject_stays_with_the_issuer(database: Database, clock: FrozenClock) -> None:
    now = clock()
    anna, bob, namesake = (learner(database, now), learner(database, now, "bob"),
                           learner(database, now, issuer="https://two"))
    for name, whose, sid in (("a1", anna, "s1"), ("a2", anna, "s2"), ("b", bob, "s3"), ("n", namesake, "s1")):
        opened(database, whose, now, name, sid)
    with database.write() as tx:
        assert sessions.end_by_sid(tx, "https://one", "s1") == 1
    assert alive(database, "a1", "a2", "b", "n") == ["a2", "b", "n"]
    with database.write() as tx:
        assert sessions.end_by_subject(tx, "https://one", "anna") == 1
        assert sessions.end_by_subject(tx, "https://one", "nobody") == 0
    assert alive(database, "a1", "a2", "b", "n") == ["b", "n"]


def test_end_over__takes_idle_and_expired_ones(database: Database, clock: FrozenClock) -> None:
    anna = learner(database, clock())
    opened(database, anna, clock(), "old")
    clock.forward(minutes=40)
    opened(database, anna, clock(), "young")
    with database.write() as tx:
        assert sessions.end_over(tx, clock(), timedelta(minutes=40)) == 1
    assert alive(database, "old", "young") == ["young"]
    clock.forward(hours=1)
    with database.write() as tx:
        assert sessions.end_over(tx, clock(), timedelta(days=1)) == 1


def test_take__needs_state_and_browser_and_works_once(database: Database, clock: FrozenClock) -> None:
    with database.write() as tx:
        sessions.remember(tx, "state", "browser", PENDING, clock())
    with database.write() as tx:
        assert sessions.take(tx, "state", "other", clock()) is None
        assert sessions.take(tx, "other", "browser", clock()) is None
        assert sessions.take(tx, "state", "browser", clock()) == PENDING
        assert sessions.take(tx, "state", "browser", clock()) is None


def test_take__twice_at_the_same_time_gives_it_to_one(database: Database, clock: FrozenClock) -> None:
    with database.write() as tx:
        sessions.remember(tx, "state", "browser", PENDING, clock())
    found: list[PendingSignIn | None] = []
    gate = threading.Barrier(4)

    def take() -> None:
        gate.wait()
        with database.write() as tx:
            found.append(sessions.take(tx, "state", "browser", clock()))
    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found, key=bool) == [None, None, None, PENDING]


def test_remember__keeps_five_per_browser_and_drops_the_old_of_all(database: Database, clock: FrozenClock) -> None:
    with database.write() as tx:
        sessions.remember(tx, "theirs", "another browser", PENDING, clock())
        for n in range(7):
            sessions.remember(tx, f"s{n}", "browser", PENDING, clock())
            clock.forward(seconds=1)
    with database.write() as tx:
        kept = [n for n in range(7) if sessions.take(tx, f"s{n}", "browser", clock())]
        assert kept == [2, 3, 4, 5, 6]
        assert sessions.take(tx, "theirs", "another browser", clock() + timedelta(minutes=10)) is None


def test_spend__is_true_once_until_it_is_forgotten(database: Database, clock: FrozenClock) -> None:
    with database.write() as tx:
        until = clock() + timedelta(minutes=2)
        assert sessions.spend(tx, "jti", until, clock())
        assert not sessions.spend(tx, "jti", until, clock())
        assert sessions.spend(tx, "other", until, clock())
        assert sessions.spend(tx, "jti", until + HOUR, until)

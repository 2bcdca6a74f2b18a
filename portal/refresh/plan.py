"""Who is refreshed when, by itself. People who are here come first; people who are away cost nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from adapters.errors import Forbidden, NotLinked, PlatformError
from portal.learner_view import Learner
from portal.priority import Priority
from portal.refresh.planning import HERE, LATELY, TODAY, Crowd, Paces, paces, recency
from portal.refresh.reactions import next_attempt
from portal.store import guards, ledger, people, platforms
from portal.store.database import Transaction
from portal.store.platforms import ConnectionRow

CATALOGUE_EVERY = timedelta(hours=6)
CHANGES_EVERY, CHANGES_AT_REST = timedelta(minutes=2), timedelta(minutes=30)
"""How often it is asked who changed: while somebody is here, and while nobody is."""
HELD_AGAIN = timedelta(minutes=11)
"""An answer that shrank too much is believed when it is the same after at least ten minutes."""


def paces_now(tx: Transaction, now: datetime, active_every: timedelta) -> dict[int, Paces]:
    """By connection, for those whose vendor limits the calls: how often whom, given who is and was here. Only reads.

    active_every: what the settings ask for.
    """
    limits = guards.limits(tx, now)
    crowds = people.crowds(tx, limits, now - HERE, now - TODAY, now - LATELY)
    return {one: paces(Crowd(*crowds.get(one, ())), limit, active_every) for one, limit in limits.items()}


def keep_paces(tx: Transaction, found: Mapping[int, Paces]) -> None:
    """For all processes, until the next reckoning. A connection without any is not limited."""
    for row in platforms.active(tx):
        stored = found[row.id].as_json() if row.id in found else None
        if stored != row.paces:
            platforms.keep_paces(tx, row.id, stored)


def paces_of(row: ConnectionRow, active_every: timedelta) -> Paces:
    return Paces.from_json(row.paces) if row.paces else paces(Crowd(), None, active_every)


def next_refresh(learner: Learner, now: datetime, found: Paces) -> datetime | None:
    """When the same reading is due again; None = not before the learner comes back."""
    every = found.of(recency(learner.seen_at, now))
    return None if every is None else now + every


def next_try(learner: Learner | None, error: PlatformError, attempts: int, now: datetime) -> datetime | None:
    """After a failure; None = not by itself. What is wrong with one learner's account waits until that learner comes
    back, if they are away: nobody is asked about every day for ever."""
    if learner is not None and isinstance(error, NotLinked | Forbidden) and recency(learner.seen_at, now) is None:
        return None
    return next_attempt(error, attempts, now)


def next_changes(now: datetime, *, somebody_is_here: bool) -> datetime:
    """When to ask again who changed."""
    return now + (CHANGES_EVERY if somebody_is_here else CHANGES_AT_REST)


def tick(tx: Transaction, now: datetime, active_every: timedelta) -> int:
    """The planner's regular look: learners who came back without signing in again, with data too old for them,
    connections that were never synced, and platforms whose rest is over. Returns how many refreshes became due.
    """
    every = {row.id: paces_of(row, active_every).here.every for row in platforms.active(tx)}
    stale_before = {one: now - pace for one, pace in every.items() if pace is not None}
    if people.anybody_since(tx, now - HERE):
        ledger.hasten(tx, guards.CHANGES, now + CHANGES_EVERY)
    return (ledger.enqueue_probes(tx, now - HERE, now) + ledger.enqueue_missing_syncs(tx, now)
            + ledger.enqueue_active(tx, now - HERE, stale_before, now))


def at_sign_in(tx: Transaction, learner: Learner, now: datetime) -> None:
    """Everything of this learner, ahead of all routine work."""
    ledger.enqueue_learner(tx, learner.id, Priority.AT_SIGN_IN, now)


def after_connecting(tx: Transaction, connection_id: int, now: datetime) -> None:
    """The catalogue of a new connection, and who changes there from now on."""
    for operation in sorted(guards.SYNCS):
        ledger.enqueue_sync(tx, operation, [connection_id], Priority.ACTIVE, now)


def all_active_connections(tx: Transaction) -> list[int]:
    return [row.id for row in platforms.active(tx)]

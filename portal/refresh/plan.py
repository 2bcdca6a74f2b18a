"""Who is refreshed when, by itself. People who are here come first; people who are away cost nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.learner_view import Learner
from portal.priority import Priority
from portal.store import guards, ledger, people, platforms
from portal.store.database import Transaction

CATALOGUE_EVERY = timedelta(hours=6)
CHANGES_EVERY, CHANGES_AT_REST = timedelta(minutes=2), timedelta(minutes=30)
"""How often it is asked who changed: while somebody is here, and while nobody is."""
HELD_AGAIN = timedelta(minutes=11)
"""An answer that shrank too much is believed when it is the same after at least ten minutes."""
HERE = timedelta(hours=1)
"""Somebody seen within this time is active: their data is kept as fresh as the settings say."""
LATELY, LATELY_EVERY = timedelta(days=14), timedelta(hours=24)


def next_refresh(learner: Learner, now: datetime, active_every: timedelta) -> datetime | None:
    """When the same reading is due again; None = not before the learner comes back."""
    if learner.seen_at is None or now - learner.seen_at > LATELY:
        return None
    return now + (active_every if now - learner.seen_at <= HERE else LATELY_EVERY)


def next_changes(now: datetime, *, somebody_is_here: bool) -> datetime:
    """When to ask again who changed."""
    return now + (CHANGES_EVERY if somebody_is_here else CHANGES_AT_REST)


def tick(tx: Transaction, now: datetime, active_every: timedelta) -> int:
    """The planner's regular look: learners who came back without signing in again, with data too old for them,
    connections that were never synced, and platforms whose rest is over. Returns how many refreshes became due.
    """
    if people.anybody_since(tx, now - HERE):
        ledger.hasten(tx, guards.CHANGES, now + CHANGES_EVERY)
    return (ledger.enqueue_probes(tx, now - HERE, now) + ledger.enqueue_missing_syncs(tx, now)
            + ledger.enqueue_active(tx, now - HERE, now - active_every, now))


def at_sign_in(tx: Transaction, learner: Learner, now: datetime) -> None:
    """Everything of this learner, ahead of all routine work."""
    ledger.enqueue_learner(tx, learner.id, Priority.AT_SIGN_IN, now)


def after_connecting(tx: Transaction, connection_id: int, now: datetime) -> None:
    """The catalogue of a new connection, and who changes there from now on."""
    for operation in sorted(guards.SYNCS):
        ledger.enqueue_sync(tx, operation, [connection_id], Priority.ACTIVE, now)


def all_active_connections(tx: Transaction) -> list[int]:
    return [row.id for row in platforms.active(tx)]

"""Who is refreshed when, by itself. People who are here come first; people who are away cost nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.learner_view import Learner
from portal.priority import Priority
from portal.store import ledger, platforms
from portal.store.database import Transaction

CATALOGUE_EVERY = timedelta(hours=6)
HERE = timedelta(hours=1)
"""Somebody seen within this time is active: their data is kept as fresh as the settings say."""
LATELY, LATELY_EVERY = timedelta(days=14), timedelta(hours=24)


def next_refresh(learner: Learner | None, now: datetime, active_every: timedelta) -> datetime | None:
    """When the same reading is due again; None = not before the learner comes back. learner None: the catalogue."""
    if learner is None:
        return now + CATALOGUE_EVERY
    if learner.seen_at is None or now - learner.seen_at > LATELY:
        return None
    return now + (active_every if now - learner.seen_at <= HERE else LATELY_EVERY)


def tick(tx: Transaction, now: datetime, active_every: timedelta) -> int:
    """The planner's regular look: learners who came back without signing in again, with data too old for them.

    Returns how many refreshes became due.
    """
    return ledger.enqueue_active(tx, now - HERE, now - active_every, now)


def at_sign_in(tx: Transaction, learner: Learner, now: datetime) -> None:
    """Everything of this learner, ahead of all routine work."""
    ledger.enqueue_learner(tx, learner.id, Priority.AT_SIGN_IN, now)


def after_connecting(tx: Transaction, connection_id: int, now: datetime) -> None:
    """The catalogue of a new connection, and everybody who is here at the moment."""
    ledger.enqueue(tx, None, [connection_id], Priority.ACTIVE, now)


def all_active_connections(tx: Transaction) -> list[int]:
    return [row.id for row in platforms.active(tx)]

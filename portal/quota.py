"""How many calls a connection may make in this minute, and for whom. Pure functions.

A vendor's quota is spent by lanes: whoever waits at the page comes before who just signed in, and both before the
routine. A lane may use the minute up to its share, so the routine can never eat what the others need. A platform that
answers 429 teaches a lower limit (halved), which grows back by a tenth a minute (AIMD, as in TCP).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from adapters.errors import RateLimited
from portal.priority import Priority

WINDOW = timedelta(minutes=1)
GROWTH_PER_MINUTE = 1.1
LEAST_LEARNED = 10.0
"""Calls per minute that a 429 leaves at least: one learner's refresh takes a few, and with fewer none would ever end.
The pause that the platform asks for is kept in any case."""
UNLIMITED = 100_000.0


class OwnQuota(RateLimited):
    """Not the platform but our own share of its quota says wait. Nobody's failure, and told to nobody."""


class Lane(Enum):
    """value: how much of the minute's quota this lane may have used up when it calls."""

    INTERACTIVE = 1.0
    SIGN_IN = 0.8
    BACKFILL = 0.5


@dataclass(frozen=True, slots=True)
class Quota:
    """used: calls in the window that began at window_started_at. learned: what a 429 taught, in calls per minute."""

    window_started_at: datetime
    used: int = 0
    learned: float | None = None
    learned_at: datetime | None = None


def lane_of(priority: int) -> Lane:
    if priority >= Priority.INTERACTIVE:
        return Lane.INTERACTIVE
    return Lane.SIGN_IN if priority >= Priority.AT_SIGN_IN else Lane.BACKFILL


def allowance(quota: Quota, declared: int | None, now: datetime) -> float:
    """Calls per minute now. declared: the vendor's published quota, None = none is known."""
    ceiling = float(declared) if declared else UNLIMITED
    if quota.learned is None or quota.learned_at is None:
        return ceiling
    minutes = max(0.0, (now - quota.learned_at) / timedelta(minutes=1))
    grown: float = quota.learned * GROWTH_PER_MINUTE ** min(minutes, 500)
    return min(ceiling, grown)


def take(quota: Quota, declared: int | None, lane: Lane, now: datetime) -> Quota | datetime:
    """The quota with one more call in it – or the moment from which this lane may call again."""
    if now - quota.window_started_at >= WINDOW or now < quota.window_started_at:
        quota = replace(quota, window_started_at=now, used=0)
    share = max(1.0, allowance(quota, declared, now) * lane.value)
    if quota.used + 1 > share:
        return quota.window_started_at + WINDOW
    return replace(quota, used=quota.used + 1)


def stormed(quota: Quota, declared: int | None, now: datetime) -> Quota:
    """After a 429: half of what was really used, but at least what a refresh takes. One lesson a second is enough: the
    answers to calls already on their way say nothing new."""
    if quota.learned_at is not None and now - quota.learned_at < timedelta(seconds=1):
        return quota
    seen = max(1.0, float(quota.used))
    return replace(quota, learned=max(LEAST_LEARNED, min(seen, allowance(quota, declared, now)) / 2), learned_at=now)

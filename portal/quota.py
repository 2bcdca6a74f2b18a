"""How many calls a connection may make in any minute, and for whom. Pure functions.

A vendor's quota is spent by lanes: whoever waits at the page comes before who just signed in, and both before the
routine. A lane may use the minute up to its share, so the routine can never eat what the others need. A platform that
answers 429 teaches a lower limit (halved), which grows back by a tenth a minute (AIMD, as in TCP).

The minute slides: whenever the vendor's own minute begins, it never holds more than the quota. Calls are counted in
slots of five seconds, and a slot counts until the whole of it is more than a minute ago.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum

from adapters.errors import RateLimited
from portal.priority import Priority

SLOT_SECONDS = 5
SLOTS = 60 // SLOT_SECONDS + 1
"""Any minute touches at most so many slots."""
CALLS_PER_REFRESH = 6
"""An estimate: reading one learner takes 2 to 10 calls with the adapters at hand."""
GROWTH_PER_MINUTE = 1.1
LEAST_LEARNED = 10.0
"""Calls per minute that a 429 leaves at least: one learner's refresh takes a few, and with fewer none would ever end.
The pause that the platform asks for is kept in any case."""
UNLIMITED = 100_000.0


class OwnQuota(RateLimited):
    """Not the platform but our own share of its quota says wait. Nobody's failure, and told to nobody."""


class Lane(Enum):
    """value: how much of the minute's quota may have been used up when this lane calls."""

    INTERACTIVE = 1.0
    SIGN_IN = 0.8
    BACKFILL = 0.5


@dataclass(frozen=True, slots=True)
class Quota:
    """spent: (number of the slot since 1970, calls in it), oldest first. learned: what a 429 taught, in calls per
    minute."""

    spent: tuple[tuple[int, int], ...] = ()
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


def used(quota: Quota, now: datetime) -> int:
    """Calls of the last minute."""
    return sum(calls for _, calls in _recent(quota, now))


def take(quota: Quota, declared: int | None, lane: Lane, now: datetime) -> Quota | datetime:
    """The quota with one more call in it – or the moment from which this lane may call again."""
    later = room(quota, declared, lane, now, 1)
    if later is not None:
        return later
    spent = dict(_recent(quota, now))
    spent[_slot(now)] = spent.get(_slot(now), 0) + 1
    return replace(quota, spent=tuple(sorted(spent.items())))


def room(quota: Quota, declared: int | None, lane: Lane, now: datetime, calls: int, ahead: int = 0) -> datetime | None:
    """None when this lane has so many calls left in this minute, else the moment from which it may have. ahead: calls
    that others are about to make. A lane that never has as many is asked for all it has."""
    share = max(1, int(allowance(quota, declared, now) * lane.value))
    recent = _recent(quota, now)
    too_many = sum(count for _, count in recent) + ahead + min(calls, share) - share
    if too_many <= 0:
        return None
    for number, count in recent:
        too_many -= count
        if too_many <= 0:
            return datetime.fromtimestamp((number + SLOTS) * SLOT_SECONDS, UTC)
    return now + timedelta(seconds=SLOT_SECONDS)


def stormed(quota: Quota, declared: int | None, now: datetime) -> Quota:
    """After a 429: half of what was really used, but at least what a refresh takes. One lesson a second is enough: the
    answers to calls already on their way say nothing new. The platform says itself when to come back, so what was
    spent before counts no more."""
    if quota.learned_at is not None and now - quota.learned_at < timedelta(seconds=1):
        return quota
    seen = max(1.0, float(used(quota, now)))
    learned = max(LEAST_LEARNED, min(seen, allowance(quota, declared, now)) / 2)
    return Quota(spent=(), learned=learned, learned_at=now)


def _slot(now: datetime) -> int:
    return int(now.timestamp() // SLOT_SECONDS)


def _recent(quota: Quota, now: datetime) -> list[tuple[int, int]]:
    """What still counts. Slots of the future come from a clock that was set back."""
    slot = _slot(now)
    return [(number, calls) for number, calls in quota.spent if slot - SLOTS < number <= slot]

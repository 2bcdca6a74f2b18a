"""When to stop asking a platform that fails, and when to try again. Pure functions.

One breaker per connection and operation, kept in the store and so shared by all processes. It opens after five
failures in a row, or when half of at least five calls within 30 seconds failed; stays open for 30 seconds, twice as
long each time up to ten minutes; lets one probe through; and closes after two successes (Envoy's outlier detection,
Hystrix; see also Google SRE, chapter 22).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

WINDOW = timedelta(seconds=30)
LEAST_CALLS, IN_A_ROW, TO_CLOSE = 5, 5, 2
FIRST_REST, LONGEST_REST, PROBE = timedelta(seconds=30), timedelta(minutes=10), timedelta(seconds=60)
JITTER = 0.2


class State(Enum):
    CLOSED = "closed"
    OPEN = "open"
    PROBING = "probing"


@dataclass(frozen=True, slots=True)
class Breaker:
    """since: when it opened first in this bad time; openings: how often since; reason: the failure that opened it."""

    window_started_at: datetime
    calls: int = 0
    failures: int = 0
    in_a_row: int = 0
    openings: int = 0
    open_until: datetime | None = None
    successes: int = 0
    reason: str = ""
    since: datetime | None = None


def state(breaker: Breaker, now: datetime) -> State:
    if breaker.open_until is None:
        return State.CLOSED
    return State.OPEN if now < breaker.open_until else State.PROBING


def probing(breaker: Breaker, now: datetime) -> Breaker:
    """The breaker while one probe is on its way: closed to everybody else until it is back or lost."""
    return replace(breaker, open_until=now + PROBE)


def succeeded(breaker: Breaker, now: datetime) -> Breaker:
    """After a good call."""
    if breaker.open_until is None:
        return replace(_in_window(breaker, now), in_a_row=0, calls=_in_window(breaker, now).calls + 1)
    if breaker.successes + 1 >= TO_CLOSE:
        return Breaker(window_started_at=now)
    return replace(breaker, successes=breaker.successes + 1, open_until=now)


def failed(breaker: Breaker, now: datetime, reason: str, chance: float) -> Breaker:
    """After a call whose failure is the platform's fault. chance: 0 to 1, spreads the next try (jitter)."""
    current = _in_window(breaker, now)
    current = replace(current, calls=current.calls + 1, failures=current.failures + 1, in_a_row=current.in_a_row + 1)
    half = current.calls >= LEAST_CALLS and current.failures * 2 >= current.calls
    if breaker.open_until is None and not half and current.in_a_row < IN_A_ROW:
        return current
    rest = min(FIRST_REST * 2 ** min(breaker.openings, 10), LONGEST_REST)
    return replace(current, openings=breaker.openings + 1, successes=0, reason=reason, since=breaker.since or now,
                   open_until=now + rest * (1 - JITTER + 2 * JITTER * chance))


def _in_window(breaker: Breaker, now: datetime) -> Breaker:
    if now - breaker.window_started_at < WINDOW:
        return breaker
    return replace(breaker, window_started_at=now, calls=0, failures=0)

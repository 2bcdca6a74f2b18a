"""How often a learner's data is renewed by itself, given the vendor's quota and how many learners there are. Pure.

Routine refreshes live on the backfill lane's share of a connection's quota (``portal.quota``). Whoever is here now is
served first, at the pace the settings ask for or as near to it as the share allows; what is left goes to those who
were here today, then to those of the last fortnight. Whoever was away longer is not refreshed before they come back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Self

from portal.quota import CALLS_PER_REFRESH, Lane

HERE, TODAY, LATELY = timedelta(hours=1), timedelta(hours=24), timedelta(days=14)
"""Seen within this time: here now, here today, here lately."""
TODAY_EVERY, LATELY_EVERY = timedelta(hours=4), timedelta(hours=24)
ROUTINE = 0.8
"""Of the lane's share; the rest is left for syncs, for what has to be tried again, and for a wrong estimate."""


class Recency(Enum):
    HERE = "here"
    TODAY = "today"
    LATELY = "lately"


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many learners of a connection were seen how long ago; nobody is counted twice."""

    here: int = 0
    today: int = 0
    lately: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """every: time between two refreshes of the same learner; None = not by itself."""

    every: timedelta | None

    @property
    def typical_age(self) -> timedelta | None:
        """How old the data is on average when it is looked at; at most twice that while the platform answers."""
        return self.every / 2 if self.every is not None else None


@dataclass(frozen=True, slots=True)
class Paces:
    here: Pace
    today: Pace
    lately: Pace

    def of(self, recency: Recency | None) -> timedelta | None:
        """None = not by itself."""
        if recency is None:
            return None
        pace: Pace = getattr(self, recency.value)
        return pace.every

    def as_json(self) -> dict[str, float | None]:
        """Seconds between two refreshes, by recency."""
        return {one.value: every.total_seconds() if (every := self.of(one)) is not None else None for one in Recency}

    @classmethod
    def from_json(cls, stored: Mapping[str, float | None]) -> Self:
        return cls(*(Pace(None if (seconds := stored[one.value]) is None else timedelta(seconds=seconds))
                     for one in Recency))


def recency(seen_at: datetime | None, now: datetime) -> Recency | None:
    """None = away for longer than a fortnight, or never here. A clock that ran ahead means here."""
    if seen_at is None or now - seen_at > LATELY:
        return None
    if now - seen_at <= HERE:
        return Recency.HERE
    return Recency.TODAY if now - seen_at <= TODAY else Recency.LATELY


def paces(crowd: Crowd, calls_per_minute: float | None, here_every: timedelta,
          calls_per_refresh: float = CALLS_PER_REFRESH) -> Paces:
    """calls_per_minute: what the platform allows, None = no limit is known. here_every: what the settings ask for.

    A pace slower than once a fortnight is none at all: by then its people have come back or count as away.
    """
    wanted = ((crowd.here, here_every), (crowd.today, max(here_every, TODAY_EVERY)),
              (crowd.lately, max(here_every, LATELY_EVERY)))
    if calls_per_minute is None:
        return Paces(*(Pace(every) for _, every in wanted))
    left = calls_per_minute * Lane.BACKFILL.value * ROUTINE / calls_per_refresh      # refreshes per minute
    found: list[Pace] = []
    for learners, every in wanted:
        slowest = found[-1].every if found else every
        pace = None if slowest is None else _stretched(learners, max(every, slowest), left)
        left -= learners * (timedelta(minutes=1) / pace) if pace else left
        found.append(Pace(pace))
    return Paces(*found)


def _stretched(learners: int, every: timedelta, refreshes_per_minute: float) -> timedelta | None:
    """The shortest interval, not under ``every``, at which so many learners fit."""
    if learners == 0:
        return every
    if refreshes_per_minute * (LATELY / timedelta(minutes=1)) < learners:
        return None
    # a microsecond more, so that rounding never spends more than there is
    return max(every, timedelta(minutes=learners / refreshes_per_minute) + timedelta(microseconds=1))

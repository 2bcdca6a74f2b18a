"""Moments around today, so that the demo looks the same on any day and nothing that happened lies in the future."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Calendar:
    """now: aware. Two calendars of the same day differ in nothing but the due days of zones that are already ahead."""

    now: datetime

    @property
    def today(self) -> datetime:
        """Midnight in UTC: everything that happened lies before it."""
        return datetime.combine(self.now.astimezone(UTC).date(), time.min, UTC)

    @property
    def year(self) -> int:
        return self.today.year

    def ago(self, days: int, chance: Random) -> datetime:
        """A moment in working hours, at least one day ago."""
        return self.today - timedelta(days=max(days, 1)) + timedelta(minutes=chance.randint(6 * 60, 17 * 60))

    def within_year(self, year: int, chance: Random) -> datetime | None:
        """A moment of the past in this year; None while the year is too young for one."""
        first = datetime(year, 1, 8, tzinfo=UTC)
        last = min(datetime(year, 12, 1, tzinfo=UTC), self.today - timedelta(days=1))
        share, minutes = chance.random(), chance.randint(6 * 60, 17 * 60)
        days = (last - first).days
        return first + timedelta(days=int(share * days), minutes=minutes) if days > 0 else None

    def end_of_day(self, zone: str, days: int) -> datetime:
        """The last minute of the day that lies this many days ahead (or back) where somebody works, in UTC."""
        day: date = self.now.astimezone(ZoneInfo(zone)).date() + timedelta(days=days)
        return datetime.combine(day, time(23, 59), ZoneInfo(zone)).astimezone(UTC)

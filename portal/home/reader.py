"""Who reads the page, when, where and in which language: everything that words and dates depend on.

Sections stay functions of their arguments: this is the argument that turns facts into sentences. Babel and the
standard library's gettext only; no web framework.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from gettext import NullTranslations
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, format_timedelta

_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """now: aware moment in UTC. zone: where the learner lives. locale: CLDR locale of dates and numbers."""

    now: datetime
    zone: ZoneInfo
    locale: Locale = field(default_factory=lambda: Locale("en"))
    translations: NullTranslations = field(default_factory=NullTranslations)

    def say(self, message: str, /, **values: object) -> str:
        """The sentence in the reader's language; ``{name}`` stands for a value."""
        text = self.translations.gettext(message)
        return text.format_map(values) if values else text

    def say_n(self, singular: str, plural: str, number: int, /, **values: object) -> str:
        """Like say, in the form the language has for this number; ``{n}`` is the number."""
        return self.translations.ngettext(singular, plural, number).format_map({"n": number, **values})

    @property
    def today(self) -> date:
        """The day it is where the learner lives."""
        return self.local_day(self.now)

    def ago(self, moment: datetime) -> str:
        """"3 hours ago". Within the last minute, and for clocks that run ahead, "just now"."""
        age = self.now - moment
        if age < timedelta(minutes=1):
            return self.say("just now")
        return format_timedelta(-age, add_direction=True, threshold=1.0, locale=self.locale)

    def day(self, day: date) -> str:
        """"Mon 24 Nov", with the year where it is not this one."""
        return format_skeleton("MMMEd" if day.year == self.today.year else "yMMMEd", day, locale=self.locale)

    def local_day(self, moment: datetime) -> date:
        """The day it was where the learner lives."""
        return moment.astimezone(self.zone).date()

    def since(self, moment: datetime) -> str:
        """"9:10 AM" today, else "Mon 24 Nov". A clock that runs ahead means now."""
        past = min(moment, self.now)
        day = self.local_day(past)
        return self.time(past) if day == self.today else self.day(day)

    def weekday(self, day: date) -> str:
        return format_date(day, "EEEE", locale=self.locale)

    def month(self, day: date) -> str:
        """"Nov", for the tile beside a due date."""
        return format_date(day, "LLL", locale=self.locale)

    def month_of_year(self, moment: datetime) -> str:
        """"Nov 2026", for what was earned."""
        return format_skeleton("yMMM", moment.astimezone(self.zone), locale=self.locale)

    def time(self, moment: datetime) -> str:
        """"17:00" or "5:00 PM", where the learner lives."""
        return format_time(moment, "short", tzinfo=self.zone, locale=self.locale)

    def is_within_a_week(self, day: date) -> bool:
        return 0 <= (day - self.today).days < _WEEK

    def duration(self, length: timedelta) -> str:
        """"2 h 30 min". Less than a minute is "1 min"; beyond a working week whole hours are enough."""
        minutes = max(1, round(length.total_seconds() / 60))
        hours, rest = divmod(minutes, 60)
        if not hours:
            return self.say("{minutes} min", minutes=rest)
        if not rest or hours >= 40:
            return self.say("{hours} h", hours=hours)
        return self.say("{hours} h {minutes} min", hours=hours, minutes=rest)

    def language(self, tag: str | None) -> str:
        """The name of a language other than the reader's own ("German"); empty for the own and for unknown tags."""
        if not tag:
            return ""
        base = tag.replace("_", "-").split("-", 1)[0].lower()
        return "" if base == self.locale.language else self.locale.languages.get(base, "")

    def listing(self, names: tuple[str, ...]) -> str:
        """"Moodle, Canvas and Coursera"; of more than three the first two and "10 more"."""
        if len(names) < 2:
            return "".join(names)
        if len(names) > 3:
            rest = len(names) - 2
            names = (*names[:2], self.say_n("{n} more", "{n} more", rest))
        return self.say("{first} and {last}", first=", ".join(names[:-1]), last=names[-1])

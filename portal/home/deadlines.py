"""When is it due, in the words of somebody who plans a week?

Days are the learner's: a day that a platform means elsewhere is late when it has ended there, and is printed as it
was written (``adapters.records.Due``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from adapters.records import Assignment, Due, Status
from portal.home.reader import Reader

SETTLED = frozenset({Status.COMPLETED, Status.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Deadline:
    """words: "2 days overdue". tone: late, today, soon (within a week) or later."""

    words: str
    tone: str


def is_open(assignment: Assignment) -> bool:
    """Something remains to be done, and it has a date or somebody insists on it."""
    return assignment.status not in SETTLED and (assignment.due is not None or assignment.required)


def is_late(assignment: Assignment, reader: Reader) -> bool:
    return assignment.due is not None and assignment.due.is_overdue(reader.now, reader.zone)


def deadline(due: Due, reader: Reader) -> Deadline:
    day = due.local_day(reader.zone)
    ahead = (day - reader.today).days
    if due.is_overdue(reader.now, reader.zone):
        if ahead >= 0:
            return Deadline(reader.say("Overdue since today"), "late")
        return Deadline(reader.say_n("{n} day overdue", "{n} days overdue", -ahead), "late")
    if ahead <= 0:
        if isinstance(due.at, datetime):
            return Deadline(reader.say("Due today at {time}", time=reader.time(due.at)), "today")
        return Deadline(reader.say("Due today"), "today")
    if ahead == 1:
        return Deadline(reader.say("Due tomorrow"), "soon")
    if reader.is_within_a_week(day):
        return Deadline(reader.say("Due on {weekday}", weekday=reader.weekday(day)), "soon")
    return Deadline(reader.say("Due {day}", day=reader.day(day)), "later")

"""Overdue or not, in every zone of the world, with the words a person would use."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from adapters.records import Due, Status
from portal.home.deadlines import deadline, is_open
from tests.home.learners import assignment, reader

DAY = date(2026, 11, 20)


@pytest.mark.parametrize(("zone", "last_moment", "too_late"), [
    ("Etc/GMT+11", datetime(2026, 11, 21, 10, 59, tzinfo=UTC), datetime(2026, 11, 21, 11, 0, tzinfo=UTC)),
    ("UTC", datetime(2026, 11, 20, 23, 59, tzinfo=UTC), datetime(2026, 11, 21, 0, 0, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 11, 20, 22, 59, tzinfo=UTC), datetime(2026, 11, 20, 23, 0, tzinfo=UTC)),
    ("Pacific/Kiritimati", datetime(2026, 11, 20, 9, 59, tzinfo=UTC), datetime(2026, 11, 20, 10, 0, tzinfo=UTC)),
])
def test_a_day__lasts_until_midnight_where_the_learner_lives(zone: str, last_moment: datetime,
                                                                  too_late: datetime) -> None:
    assert deadline(Due(DAY), reader(last_moment, zone)).words == "Due today"
    late = deadline(Due(DAY), reader(too_late, zone))
    assert (late.words, late.tone) == ("1 day overdue", "late")


@pytest.mark.parametrize(("day", "still", "over"), [
    pytest.param(date(2026, 3, 29), datetime(2026, 3, 29, 21, 59, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC),
                 id="spring: the day has 23 hours"),
    pytest.param(date(2026, 10, 25), datetime(2026, 10, 25, 22, 59, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC),
                 id="autumn: the day has 25 hours"),
])
def test_a_day__ends_at_local_midnight_when_clocks_change(day: date, still: datetime, over: datetime) -> None:
    assert deadline(Due(day), reader(still, "Europe/Berlin")).tone == "today"
    assert deadline(Due(day), reader(over, "Europe/Berlin")).tone == "late"


@pytest.mark.parametrize(("now", "zone", "words"), [
    pytest.param(datetime(2026, 11, 20, 20, tzinfo=UTC), "Pacific/Kiritimati", "Due today",
                 id="the learner's next day, not yet over where it is meant"),
    pytest.param(datetime(2026, 11, 21, 6, tzinfo=UTC), "Etc/GMT+11", "Overdue since today",
                 id="the learner's same day, over where it is meant"),
])
def test_a_day__meant_in_another_zone_is_late_only_there(now: datetime, zone: str, words: str) -> None:
    assert deadline(Due(DAY, zone="UTC"), reader(now, zone)).words == words


@pytest.mark.parametrize(("due", "words", "tone"), [
    (date(2026, 11, 18), "2 days overdue", "late"),
    (date(2026, 11, 20), "Due today", "today"),
    (datetime(2026, 11, 20, 11, tzinfo=UTC), "Overdue since today", "late"),
    (datetime(2026, 11, 20, 15, 30, tzinfo=UTC), "Due today at 3:30\u202fPM", "today"),
    (date(2026, 11, 21), "Due tomorrow", "soon"),
    (date(2026, 11, 26), "Due on Thursday", "soon"),
    (date(2026, 11, 27), "Due Fri, Nov 27", "later"),
    (date(2027, 1, 8), "Due Fri, Jan 8, 2027", "later"),
])
def test_words__are_those_of_somebody_who_plans_a_week(due: date | datetime, words: str, tone: str) -> None:
    said = deadline(Due(due), reader())
    assert (said.words, said.tone) == (words, tone)


@pytest.mark.parametrize(("status", "due", "required", "expected"), [
    (Status.NOT_STARTED, Due(DAY), False, True),
    (Status.FAILED, Due(DAY), True, True),
    (Status.IN_PROGRESS, None, True, True),
    (Status.NOT_STARTED, None, False, False),
    (Status.COMPLETED, Due(DAY), True, False),
    (Status.WITHDRAWN, Due(DAY), True, False),
])
def test_open__is_what_remains_to_be_done(status: Status, due: Due | None, required: bool, expected: bool) -> None:
    assert is_open(assignment(1, due, required=required, status=status).assignment) is expected

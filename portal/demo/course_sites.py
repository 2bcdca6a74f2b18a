"""The two course sites: who takes which course, how far, and by when.

They can tell progress, completion, last visit, open due dates (as instants) and badges; nothing else is in their world.
What must be repeated every year is a course of its own each year, as customers of such systems do it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from adapters.records import Assignment, Badge, Due, Enrolment, LearningResource, Status
from adapters.world import World
from portal.demo.catalogue.courses import FINAL_TEST, Course
from portal.demo.moments import Calendar
from portal.demo.staff import Employee, Story

YEARS_BACK = 2
_OPEN_DUE_DAYS: dict[Story, tuple[int, ...]] = {
    Story.MUCH: (0, 3, 9, 24), Story.OVERDUE: (-21, -9, -2, 1, 6), Story.ADMIN: (12,), Story.PRODUCT: (5, 30)}
"""When the compulsory courses that are still open are due, in days from today; the others are done."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One course in one language and, where it is repeated, one year."""

    course: Course
    language: str
    year: int | None
    resource: LearningResource


@dataclass(slots=True)
class _Record:
    """One person's learning on one site, while it is being told."""

    employee: Employee
    number: int
    calendar: Calendar
    chance: Random
    enrolments: list[Enrolment] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    badges: list[Badge] = field(default_factory=list)

    def complete(self, edition: Edition, at: datetime) -> None:
        self._enrol(edition, Status.COMPLETED, 1.0, at, at)

    def begin(self, edition: Edition, progress: float, at: datetime) -> None:
        self._enrol(edition, Status.IN_PROGRESS, progress, None, at)

    def expect(self, edition: Edition) -> None:
        self._enrol(edition, Status.NOT_STARTED, 0.0, None, None)

    def require(self, edition: Edition, days: int) -> None:
        """The final test is due in this many days."""
        self.assignments.append(Assignment(
            external_id=str(500_000 + self.number * 100 + len(self.assignments)), required=True,
            resource_id=edition.resource.external_id,
            title=FINAL_TEST[edition.language],
            due=Due(self.calendar.end_of_day(self.employee.zone, days), origin="activity")))

    def award(self, site: str, edition: Edition, at: datetime) -> None:
        award = hashlib.sha1(f"{site} {self.employee.username} {edition.resource.external_id}".encode(),
                             usedforsecurity=False).hexdigest()
        self.badges.append(Badge(
            external_id=award, name=edition.resource.title, issuer=site, description=edition.resource.summary,
            issued_at=at, expires_at=at.replace(year=at.year + 1, day=min(at.day, 28)) if edition.year else None))

    def _enrol(self, edition: Edition, status: Status, progress: float, completed: datetime | None,
               last: datetime | None) -> None:
        resource_id = edition.resource.external_id
        self.enrolments.append(Enrolment(external_id=resource_id, resource_id=resource_id, status=status,
                                         progress=progress, completed_at=completed, last_activity_at=last))


def course_site(title: str, courses: Sequence[Course], staff: Sequence[Employee], now: datetime) -> World:
    """A site with these courses for these employees."""
    calendar = Calendar(now)
    editions = tuple(_editions(courses, calendar.year))
    records = [_record(title, employee, number, editions, calendar) for number, employee in enumerate(staff)]
    return World(
        title=title, now=now, people=tuple(e.on_a_platform() for e in staff),
        resources=tuple(e.resource for e in editions),
        enrolments={r.employee.username: tuple(r.enrolments) for r in records},
        assignments={r.employee.username: tuple(r.assignments) for r in records},
        badges={r.employee.username: tuple(r.badges) for r in records})


def _editions(courses: Sequence[Course], this_year: int) -> Iterator[Edition]:
    number = 100
    for course in courses:
        years = range(this_year - YEARS_BACK, this_year + 1) if course.yearly else (None,)
        for year in years:
            for language, (title, summary) in course.versions.items():
                number += 1
                yield Edition(course, language, year, LearningResource(
                    external_id=str(number), title=title.format(year=year), summary=summary.format(year=year),
                    language=language, topics=(course.category,), open_to_all=not course.required))


def _record(site: str, employee: Employee, number: int, editions: Sequence[Edition], calendar: Calendar) -> _Record:
    record = _Record(employee, number, calendar, Random(f"{site}: {employee.username}"))  # noqa: S311 – a believable past
    if employee.story is Story.NOTHING:
        return record
    mine = _in_language(editions, employee.language)
    _compulsory(record, site, [e for e in mine if _must(e.course, employee)])
    _chosen(record, site, [e for e in mine if not e.course.required and _may(e.course, employee)])
    return record


def _compulsory(record: _Record, site: str, editions: Sequence[Edition]) -> None:
    """This year's editions come first in the list of what is open."""
    this_year = record.calendar.year
    for edition in editions:
        if edition.year is not None and edition.year < this_year and record.employee.years > this_year - edition.year:
            _done_once(record, site, edition)
    current = [e for e in editions if e.year in (None, this_year)]
    current.sort(key=lambda e: e.year is None)
    open_days = _open_days(record, len(current))
    for edition, days in zip(current, open_days, strict=True):
        if days is None:
            _done_once(record, site, edition)
            continue
        if record.chance.random() < 0.5 and days >= 0:
            record.begin(edition, record.chance.randint(1, 18) / 20, _lately(record))
        else:
            record.expect(edition)
        record.require(edition, days)


def _open_days(record: _Record, count: int) -> list[int | None]:
    """For each compulsory course: due in how many days, or None when it is done."""
    if story := record.employee.story:
        days = [*_OPEN_DUE_DAYS[story]]
        return [days[i] if i < len(days) else None for i in range(count)]
    chance = record.chance
    return [chance.choices([None, chance.randint(1, 60), 0, -chance.randint(1, 30)], weights=[70, 22, 3, 5])[0]
            for _ in range(count)]


def _lately(record: _Record) -> datetime:
    return record.calendar.ago(record.chance.randint(1, 12), record.chance)


def _done_once(record: _Record, site: str, edition: Edition) -> None:
    chance, calendar = record.chance, record.calendar
    at = (calendar.within_year(edition.year, chance) if edition.year
          else calendar.ago(chance.randint(20, 90 + 360 * min(record.employee.years, 4)), chance))
    if at is None:
        record.expect(edition)
        return
    record.complete(edition, at)
    if edition.year or chance.random() < 0.2:
        record.award(site, edition, at)


def _chosen(record: _Record, site: str, editions: Sequence[Edition]) -> None:
    chance, calendar = record.chance, record.calendar
    count = 14 if record.employee.story is Story.MUCH else chance.randint(0, 5)
    for edition in chance.sample(editions, min(count, len(editions))):
        kind = chance.choices(["completed", "begun", "expected"], weights=[40, 45, 15])[0]
        if kind == "completed":
            at = calendar.ago(chance.randint(15, 700), chance)
            record.complete(edition, at)
            if chance.random() < 0.4:
                record.award(site, edition, at)
        elif kind == "begun":
            record.begin(edition, chance.randint(1, 19) / 20, calendar.ago(chance.randint(1, 90), chance))
        else:
            record.expect(edition)


def _in_language(editions: Sequence[Edition], language: str) -> list[Edition]:
    """Each course once: in the person's language where it exists, else in English, else as it is."""
    found: dict[tuple[str, int | None], Edition] = {}
    order = {language: 2, "en": 1}
    for edition in editions:
        key = (edition.course.key, edition.year)
        if key not in found or order.get(edition.language, 0) > order.get(found[key].language, 0):
            found[key] = edition
    return list(found.values())


def _must(course: Course, employee: Employee) -> bool:
    return course.required == "everybody" or employee.department in course.required


def _may(course: Course, employee: Employee) -> bool:
    return not course.departments or employee.department in course.departments

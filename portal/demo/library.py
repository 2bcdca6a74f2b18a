"""Workshop Academy: a library of films, exercises and leaflets, and what team leaders gave their people to do.

The library can tell started and completed, never a share, and has no due dates; nothing else is in its world.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from uuid import NAMESPACE_URL, uuid5

from adapters.records import Assignment, Enrolment, LearningResource, ResourceType, Status
from adapters.world import World
from portal.demo.catalogue.workshop import KIND_SENTENCES, SUBJECTS
from portal.demo.moments import Calendar
from portal.demo.staff import Employee, Story

_PROVIDER = "Nordwind Technical Training"


def library(title: str, staff: Sequence[Employee], now: datetime) -> World:
    calendar, resources = Calendar(now), tuple(_resources())
    told = {e.username: _learning(e, resources, calendar) for e in staff if e.story is not Story.NOTHING}
    return World(
        title=title, now=now, people=tuple(e.on_a_platform() for e in staff), resources=resources,
        enrolments={username: enrolments for username, (enrolments, _) in told.items()},
        assignments={username: assignments for username, (_, assignments) in told.items()})


def _resources() -> Iterator[LearningResource]:
    for subject in SUBJECTS:
        titles = ((ResourceType.VIDEO, subject.film), (ResourceType.EXERCISE, subject.exercise),
                  (ResourceType.DOCUMENT, subject.leaflet))
        for (kind, title), sentence in zip(titles, KIND_SENTENCES[subject.language], strict=True):
            yield LearningResource(
                external_id=_hex(f"{subject.key}/{kind}"), title=title, type=kind, language=subject.language,
                summary=f"{subject.about} {sentence}", topics=(subject.topic,), provider=_PROVIDER, open_to_all=True,
                duration=timedelta(minutes=subject.minutes) if kind is ResourceType.VIDEO else None)


def _learning(employee: Employee, resources: Sequence[LearningResource], calendar: Calendar,
              ) -> tuple[tuple[Enrolment, ...], tuple[Assignment, ...]]:
    chance = Random(f"library: {employee.username}")  # noqa: S311 – a believable past
    mine = [r for r in resources if r.language in (employee.language, "en")]
    much = employee.story is Story.MUCH
    given = chance.sample(mine, 6 if much else chance.randint(1, 4))
    found = chance.sample([r for r in mine if r not in given], 7 if much else chance.randint(0, 3))
    enrolments: list[Enrolment] = []
    assignments: list[Assignment] = []
    for resource in given:
        assigned_days = _assigned_days(employee, resource)
        enrolment = _enrolment(resource, assigned_days - 1, calendar, chance)
        assignments.append(Assignment(
            external_id=_hex(f"lesson/{_team(employee)}/{resource.external_id}"), resource_id=resource.external_id,
            required=True, status=enrolment.status if enrolment else Status.NOT_STARTED, assigned_by=_team(employee),
            assigned_at=calendar.today - timedelta(days=assigned_days) + timedelta(hours=7)))
        enrolments += [enrolment] if enrolment else []
    chosen = (_enrolment(resource, 300, calendar, chance) for resource in found)
    return (*enrolments, *(e for e in chosen if e)), tuple(assignments)


def _enrolment(resource: LearningResource, within_days: int, calendar: Calendar, chance: Random) -> Enrolment | None:
    """None: never opened."""
    status = chance.choices([Status.COMPLETED, Status.IN_PROGRESS, None], weights=[50, 35, 15])[0]
    if status is None:
        return None
    return Enrolment(
        external_id=resource.external_id, resource_id=resource.external_id, status=status,
        progress=1.0 if status is Status.COMPLETED else None,
        last_activity_at=calendar.ago(chance.randint(1, within_days), chance))


def _assigned_days(employee: Employee, resource: LearningResource) -> int:
    """The team got a resource on one day, whoever is asked about."""
    return Random(f"lesson: {_team(employee)} {resource.external_id}").randint(20, 200)  # noqa: S311


def _team(employee: Employee) -> str:
    return f"{employee.department} {employee.city}"


def _hex(name: str) -> str:
    return uuid5(NAMESPACE_URL, f"nordwind/{name}").hex

"""Skills Studio: simulations and micro-courses that report what people do, with scores.

A record store knows only what was done, so nobody's world holds a due date or a catalogue of what else there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from adapters.records import Enrolment, LearningResource, ResourceType, Status
from adapters.world import World
from portal.demo.catalogue.studio import SERIES, Series
from portal.demo.moments import Calendar
from portal.demo.staff import Employee, Story

_KINDS = {Status.COMPLETED: 55, Status.IN_PROGRESS: 28, Status.NOT_STARTED: 8, Status.FAILED: 7, Status.WITHDRAWN: 2}


def simulations(title: str, staff: Sequence[Employee], now: datetime) -> World:
    calendar = Calendar(now)
    return World(
        title=title, now=calendar.today, people=tuple(e.on_a_platform() for e in staff),
        resources=tuple(r for series in SERIES for r in _resources(series)),
        enrolments={e.username: _learning(e, calendar) for e in staff if e.story is not Story.NOTHING})


def _resources(series: Series) -> tuple[LearningResource, ...]:
    return tuple(LearningResource(external_id=f"{series.key}/{part}", title=title, summary=summary, type=series.type,
                                  language="en") for part, (title, summary) in series.parts.items())


def _learning(employee: Employee, calendar: Calendar) -> tuple[Enrolment, ...]:
    chance = Random(f"simulations: {employee.username}")  # noqa: S311 – a believable past
    mine = [r for s in SERIES if not s.departments or employee.department in s.departments for r in _resources(s)]
    count = 12 if employee.story is Story.MUCH else chance.randint(0, 7)
    return tuple(_enrolment(resource, calendar, chance) for resource in chance.sample(mine, count))


def _enrolment(resource: LearningResource, calendar: Calendar, chance: Random) -> Enrolment:
    status = chance.choices(list(_KINDS), weights=list(_KINDS.values()))[0]
    if status is Status.NOT_STARTED:
        return Enrolment(external_id=resource.external_id, resource_id=resource.external_id, status=status)
    started = calendar.ago(chance.randint(3, 400), chance)
    last = min(started + timedelta(days=chance.randint(0, 20), minutes=chance.randint(4, 55)),
               calendar.today - timedelta(hours=chance.randint(5, 15)))
    tested = resource.type is ResourceType.EXERCISE
    progress = {Status.COMPLETED: 1.0, Status.FAILED: None}.get(status, chance.randint(1, 19) / 20)
    score = {Status.COMPLETED: chance.randint(70, 100) / 100, Status.FAILED: chance.randint(25, 59) / 100}.get(status)
    return Enrolment(
        external_id=resource.external_id, resource_id=resource.external_id, status=status, progress=progress,
        score=score if tested else None, started_at=started, last_activity_at=last,
        completed_at=last if status is Status.COMPLETED else None)

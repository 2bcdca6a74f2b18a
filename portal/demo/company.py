"""Nordwind: an invented engineering and logistics group, its people and its five learning platforms.

The same at every start; only the dates move along with ``now``. Four platforms hold more than 450 learning
resources, the fifth holds badges. This file is the one place that says which product stands behind a platform.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from adapters.world import World
from portal.demo.catalogue import campus_chosen, campus_compulsory, hub
from portal.demo.course_sites import course_site
from portal.demo.library import library
from portal.demo.simulations import simulations
from portal.demo.staff import Employee, Story, employees
from portal.demo.wallet import wallet

NAME = "Nordwind"
ON_BOTH_SITES = frozenset({"first-aid", "evacuation"})
"""Courses of the hub that the campus offers too, as it happens in companies: one course, two places to take it."""


@dataclass(frozen=True, slots=True)
class DemoPlatform:
    """path: where it lies below the platforms' address. adapter: key of the adapter that reads it."""

    path: str
    adapter: str
    world: World

    @property
    def name(self) -> str:
        return self.world.title


@dataclass(frozen=True, slots=True)
class Company:
    """people: the five with a story first."""

    people: tuple[Employee, ...]
    platforms: tuple[DemoPlatform, ...]

    def person(self, story: Story) -> Employee:
        return next(e for e in self.people if e.story is story)


def company(now: datetime) -> Company:
    """now: the moment at which people look at it, aware."""
    staff = employees()
    drivers = _of(staff, "Warehouse", "Transport", "Workshop")
    technicians = _of(staff, "Workshop", "Engineering")
    both = tuple(course for course in hub.COURSES if course.key in ON_BOTH_SITES)
    campus = (*campus_compulsory.COURSES, *campus_chosen.COURSES, *both)
    return Company(staff, (
        DemoPlatform("campus", "moodle", course_site("Nordwind Campus", campus, staff, now)),
        DemoPlatform("hub", "moodle", course_site("Safety & Fleet Hub", hub.COURSES, drivers, now)),
        DemoPlatform("workshop", "kolibri", library("Workshop Academy", technicians, now)),
        DemoPlatform("studio", "xapi", simulations("Skills Studio", staff, now)),
        DemoPlatform("wallet", "open_badges", wallet("Badge Wallet", staff, now)),
    ))


def _of(staff: tuple[Employee, ...], *departments: str) -> tuple[Employee, ...]:
    """These departments, and those with a story; the newcomer has no account here yet."""
    return tuple(e for e in staff if e.story is not Story.NOTHING and (e.story or e.department in departments))

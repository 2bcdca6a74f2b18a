"""Badge Wallet: what some seventy people earned outside, as signed Open Badges.

Most are genuine and valid; some have expired, and Amelie shows one that was withdrawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from random import Random

from adapters.records import Badge, Verification
from adapters.world import World
from portal.demo.catalogue.wallet import AWARDS
from portal.demo.moments import Calendar
from portal.demo.staff import Employee, Story

ONE_IN = 5


def wallet(title: str, staff: Sequence[Employee], now: datetime) -> World:
    """Only people with a badge are in it."""
    calendar = Calendar(now)
    holders = [e for place, e in enumerate(staff)
               if e.story is not Story.NOTHING and (e.story or place % ONE_IN == 0)]
    return World(title=title, now=now, people=tuple(e.on_a_platform() for e in holders),
                 badges={e.username: _badges(e, calendar) for e in holders})


def _badges(employee: Employee, calendar: Calendar) -> tuple[Badge, ...]:
    chance = Random(f"wallet: {employee.username}")  # noqa: S311 – a believable past
    if employee.story is Story.MUCH:
        return (
            _badge("Project Management Associate", calendar.ago(210, chance), calendar),
            _badge("Lean Green Belt", calendar.ago(640, chance), calendar),
            _badge("Sustainable Logistics", calendar.ago(33, chance), calendar),
            _badge("Industrial First Aider", calendar.ago(790, chance), calendar),
            _badge("Workplace Mediator", calendar.ago(400, chance), calendar, revoked=True),
        )
    names = chance.sample(list(AWARDS), chance.choices([1, 2, 3], weights=[60, 30, 10])[0])
    return tuple(_badge(name, calendar.ago(chance.randint(20, 1100), chance), calendar) for name in names)


def _badge(name: str, issued: datetime, calendar: Calendar, *, revoked: bool = False) -> Badge:
    issuer, kind, description, criteria, years = AWARDS[name]
    expires = issued.replace(year=issued.year + years, day=min(issued.day, 28)) if years else None
    expired = expires is not None and expires <= calendar.now
    verification = (Verification.REVOKED if revoked else Verification.EXPIRED if expired else Verification.VERIFIED)
    return Badge(
        external_id=name.lower().replace(" ", "-"), name=name, issuer=issuer, kind=kind, description=description,
        criteria=criteria, issued_at=issued, expires_at=expires, verification=verification)

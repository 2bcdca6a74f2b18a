"""From the company to a portal's database: connections, learners, and the refreshes that fetch their learning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from adapters.registry import Registry
from portal.config import Settings
from portal.connections.connecting import connect
from portal.demo.company import Company
from portal.demo.people import DemoPerson
from portal.demo.platforms import Served
from portal.demo.staff import WHAT_ONE_SEES, Employee
from portal.priority import Priority
from portal.refresh import plan
from portal.security.vault import Vault
from portal.store import ledger, people, platforms
from portal.store.database import Database, Transaction


def fill(database: Database, settings: Settings, company: Company, served: Sequence[Served], registry: Registry,
         now: datetime, *, refresh_all: bool) -> None:
    """Connects what is not connected, saves everybody, and asks for their learning. Calls nobody itself.

    refresh_all: the company's dates have moved on since the last time; without it only new connections are read.
    """
    with database.write() as tx:
        known = {row.name for row in platforms.active(tx)}
        new = [s for s in served if s.platform.name not in known]
        for one in new:
            connect(tx, Vault(settings), registry.get(one.platform.adapter), name=one.platform.name, values=one.values,
                    allow_private=True, actor="demo", now=now)
        _ask_for(tx, settings.issuer, company, served if refresh_all else new, now)


def as_signed_in(employee: Employee) -> DemoPerson:
    """How the identity provider knows somebody."""
    return DemoPerson(
        subject=subject_of(employee), email=employee.email, name=employee.name, given_name=employee.given_name,
        username=employee.username, id_number=employee.id_number, locale=employee.language, zone=employee.zone,
        groups=employee.groups, note=WHAT_ONE_SEES[employee.story] if employee.story else "")


def subject_of(employee: Employee) -> str:
    return uuid5(NAMESPACE_URL, f"nordwind/{employee.username}").hex


def _ask_for(tx: Transaction, issuer: str, company: Company, served: Sequence[Served], now: datetime) -> None:
    """The five with a story are read first, and from everywhere; the others where they have an account."""
    names = {s.platform.name: s.platform for s in served}
    rows = [row for row in platforms.active(tx) if row.name in names]
    for row in rows:
        plan.after_connecting(tx, row.id, now)
    accounts = {row.id: {p.username for p in names[row.name].world.people} for row in rows}
    for employee in company.people:
        learner = people.save(tx, _person(employee, issuer), now, signed_in=False)
        has_a_story = employee.story is not None
        wanted = [row.id for row in rows if has_a_story or employee.username in accounts[row.id]]
        ledger.enqueue(tx, learner.id, wanted, Priority.ACTIVE if has_a_story else Priority.BACKFILL, now)


def _person(employee: Employee, issuer: str) -> people.Person:
    return people.Person(
        issuer=issuer, subject=subject_of(employee), email=employee.email, email_verified=True,
        id_number=employee.id_number, username=employee.username, name=employee.name, given_name=employee.given_name,
        language=employee.language, zone=employee.zone)

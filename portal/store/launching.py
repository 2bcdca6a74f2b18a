"""Where a learner may be sent: only to what is theirs or open to all, and only to the connection's hosts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import and_, exists, insert, or_, select

from portal.store import schema as t
from portal.store.database import Transaction


class Target(StrEnum):
    RESOURCE = "resource"
    ASSIGNMENT = "assignment"
    BADGE = "badge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """url: as the platform gave it, not yet trusted. resource_id is None for a badge."""

    connection_id: int
    platform: str
    url: str | None
    resource_id: int | None
    title: str
    launch_hosts: frozenset[str]


def destination(tx: Transaction, learner_id: int, target: Target, target_id: int) -> Destination | None:
    """None when there is nothing of this id for this learner – whether it exists for others is not told."""
    find = {Target.RESOURCE: _resource, Target.ASSIGNMENT: _assignment, Target.BADGE: _badge}[target]
    return find(tx, learner_id, target_id)


def note(tx: Transaction, learner_id: int, place: Destination, section: str, now: datetime) -> None:
    """Remember the launch of a resource."""
    if place.resource_id is not None:
        tx.execute(insert(t.launch).values(learner_id=learner_id, connection_id=place.connection_id,
                                           resource_id=place.resource_id, at=now, section=section))


def _resource(tx: Transaction, learner_id: int, resource_id: int) -> Destination | None:
    r, c, e, p = t.resource, t.connection, t.enrolment, t.recommendation
    mine = or_(r.c.open_to_all.is_(True), e.c.id.is_not(None),
               exists().where(and_(p.c.resource_id == r.c.id, p.c.learner_id == learner_id)))
    row = tx.execute(
        select(r.c.id, r.c.url, r.c.title, r.c.connection_id, c.c.name, c.c.launch_hosts, e.c.launch_url)
        .join(c, c.c.id == r.c.connection_id)
        .outerjoin(e, and_(e.c.resource_id == r.c.id, e.c.learner_id == learner_id, e.c.archived_at.is_(None)))
        .where(r.c.id == resource_id, c.c.archived_at.is_(None), mine)
        .order_by(e.c.last_activity_at.desc()).limit(1)).one_or_none()
    return row and Destination(connection_id=row.connection_id, platform=row.name, url=row.launch_url or row.url,
                               resource_id=row.id, title=row.title, launch_hosts=frozenset(row.launch_hosts))


def _assignment(tx: Transaction, learner_id: int, assignment_id: int) -> Destination | None:
    a, r, c = t.assignment, t.resource, t.connection
    row = tx.execute(
        select(r.c.id, r.c.url, r.c.title, a.c.url.label("own_url"), a.c.title.label("own_title"), r.c.connection_id,
               c.c.name, c.c.launch_hosts)
        .join(r, r.c.id == a.c.resource_id).join(c, c.c.id == r.c.connection_id)
        .where(a.c.id == assignment_id, a.c.learner_id == learner_id, c.c.archived_at.is_(None))).one_or_none()
    return row and Destination(connection_id=row.connection_id, platform=row.name, url=row.own_url or row.url,
                               resource_id=row.id, title=row.own_title or row.title,
                               launch_hosts=frozenset(row.launch_hosts))


def _badge(tx: Transaction, learner_id: int, badge_id: int) -> Destination | None:
    b, c = t.badge, t.connection
    row = tx.execute(
        select(b.c.url, b.c.name.label("title"), b.c.connection_id, c.c.name, c.c.launch_hosts)
        .join(c, c.c.id == b.c.connection_id)
        .where(b.c.id == badge_id, b.c.learner_id == learner_id, c.c.archived_at.is_(None))).one_or_none()
    return row and Destination(connection_id=row.connection_id, platform=row.name, url=row.url, resource_id=None,
                               title=row.title, launch_hosts=frozenset(row.launch_hosts))

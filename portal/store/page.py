"""Everything one learner's page needs, in a fixed number of statements, as records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, select

from adapters.records import Capability
from portal.learner_view import (
    AssignmentItem,
    BadgeItem,
    EnrolmentItem,
    Learner,
    LearnerView,
    Need,
    RecommendationItem,
    Seen,
    Source,
)
from portal.store import schema as t
from portal.store.records import (
    assignment_from,
    badge_from,
    enrolment_from,
    recommendation_from,
    resource_from,
)

MOST_ITEMS = 2_000
"""Of each kind; a learner beyond it sees the newest, and the section says so."""


def load(connection: Connection, learner: Learner, needs: frozenset[Need], now: datetime) -> LearnerView:
    """One statement for the sources and one per need, whatever the number of platforms and items."""
    return LearnerView(
        learner=learner,
        sources=_sources(connection, learner.id, now),
        enrolments=_items(connection, learner.id, t.enrolment, Need.ENROLMENTS in needs, lambda row: EnrolmentItem(
            seen=_seen(row), resource_id=row.resource_id, resource=resource_from(row, "resource_"),
            enrolment=enrolment_from(row))),
        assignments=_items(connection, learner.id, t.assignment, Need.ASSIGNMENTS in needs, lambda row: AssignmentItem(
            seen=_seen(row), resource_id=row.resource_id, resource=resource_from(row, "resource_"),
            assignment=assignment_from(row))),
        recommendations=_items(
            connection, learner.id, t.recommendation, Need.RECOMMENDATIONS in needs, lambda row: RecommendationItem(
                seen=_seen(row), resource_id=row.resource_id, resource=resource_from(row, "resource_"),
                recommendation=recommendation_from(row))),
        badges=_badges(connection, learner.id) if Need.BADGES in needs else (),
    )


def _sources(connection: Connection, learner_id: int, now: datetime) -> tuple[Source, ...]:
    c, r, a = t.connection, t.refresh, t.account
    query = (
        select(c.c.id, c.c.name, c.c.adapter, c.c.capabilities, c.c.paused_at, a.c.external_id.label("account"),
               r.c.succeeded_at, r.c.failing_since, r.c.failure, r.c.due_at, r.c.lease_until)
        .select_from(c)
        .outerjoin(r, and_(r.c.connection_id == c.c.id, r.c.learner_id == learner_id))
        .outerjoin(a, and_(a.c.connection_id == c.c.id, a.c.learner_id == learner_id))
        .where(c.c.archived_at.is_(None)).order_by(c.c.name)
    )
    return tuple(
        Source(connection_id=row.id, name=row.name, adapter=row.adapter,
               capabilities=frozenset(Capability(name) for name in row.capabilities), paused=row.paused_at is not None,
               linked=row.account is not None, succeeded_at=row.succeeded_at, failing_since=row.failing_since,
               failure=row.failure, next_at=row.due_at, running=row.lease_until is not None and row.lease_until > now)
        for row in connection.execute(query))


def _items(connection: Connection, learner_id: int, table: Any, wanted: bool, make: Callable[[Row[Any]], Any],
           ) -> tuple[Any, ...]:
    return tuple(make(row) for row in connection.execute(_with_resource(table, learner_id))) if wanted else ()


def _with_resource(table: Any, learner_id: int) -> Select[Any]:
    """The learner's rows of one table together with their resources, newest first."""
    resource_columns: Sequence[ColumnElement[Any]] = [c.label(f"resource_{c.name}") for c in t.resource.c
                                                      if c.name != "id"]
    return (
        select(table, *resource_columns).join(t.resource, t.resource.c.id == table.c.resource_id)
        .join(t.connection, t.connection.c.id == table.c.connection_id)
        .where(table.c.learner_id == learner_id, table.c.archived_at.is_(None))
        .order_by(table.c.changed_at.desc(), table.c.id).limit(MOST_ITEMS)
    )


def _badges(connection: Connection, learner_id: int) -> tuple[BadgeItem, ...]:
    query = (select(t.badge).where(t.badge.c.learner_id == learner_id, t.badge.c.archived_at.is_(None))
             .order_by(t.badge.c.issued_at.desc(), t.badge.c.id).limit(MOST_ITEMS))
    return tuple(BadgeItem(seen=_seen(row), badge=badge_from(row)) for row in connection.execute(query))


def _seen(row: Row[Any]) -> Seen:
    return Seen(id=row.id, connection_id=row.connection_id, observed_at=row.observed_at, changed_at=row.changed_at)

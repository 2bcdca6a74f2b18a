"""Everything one learner's page needs, in a fixed number of statements, as records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, and_, bindparam, select

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
from portal.store.ledger import NOT_THEIRS
from portal.store.records import (
    RESOURCE_COLUMNS,
    assignment_from,
    badge_from,
    enrolment_from,
    recommendation_from,
    resource_from,
)

MOST_ITEMS = 2_000
"""Of each kind; a learner beyond it sees the newest, and the section says so. One more is read, to know."""

_LEARNER = bindparam("learner_id", type_=t.learner.c.id.type)


def _with_resource(table: Table) -> Select[Any]:
    """One learner's rows of one table together with their resources, newest first."""
    return (
        select(table, *RESOURCE_COLUMNS).join(t.resource, t.resource.c.id == table.c.resource_id)
        .where(table.c.learner_id == _LEARNER, table.c.archived_at.is_(None))
        .order_by(table.c.changed_at.desc(), table.c.id).limit(MOST_ITEMS + 1)
    )


# Statements are built once: describing them costs more than running them.
_ENROLMENTS, _ASSIGNMENTS = _with_resource(t.enrolment), _with_resource(t.assignment)
_RECOMMENDATIONS = _with_resource(t.recommendation)
_BADGES = (select(t.badge).where(t.badge.c.learner_id == _LEARNER, t.badge.c.archived_at.is_(None))
           .order_by(t.badge.c.issued_at.desc(), t.badge.c.id).limit(MOST_ITEMS + 1))
_SOURCES = (
    select(t.connection.c.id, t.connection.c.name, t.connection.c.adapter, t.connection.c.capabilities,
           t.connection.c.paused_at, t.account.c.external_id.label("account"), t.refresh.c.succeeded_at,
           t.refresh.c.failing_since, t.refresh.c.failure, t.refresh.c.due_at, t.refresh.c.lease_until)
    .select_from(t.connection)
    .outerjoin(t.refresh, and_(t.refresh.c.connection_id == t.connection.c.id, t.refresh.c.learner_id == _LEARNER))
    .outerjoin(t.account, and_(t.account.c.connection_id == t.connection.c.id, t.account.c.learner_id == _LEARNER))
    .where(t.connection.c.archived_at.is_(None)).order_by(t.connection.c.name)
)


def load(connection: Connection, learner: Learner, needs: frozenset[Need], now: datetime) -> LearnerView:
    """One statement for the sources and one per need, whatever the number of platforms and items.

    While a platform refuses this learner, or knows none or several of that name, what it said before is kept in the
    store and not shown: it may be somebody else's, or no longer theirs to see.
    """
    def rows(need: Need, statement: Select[Any]) -> Sequence[Row[Any]]:
        found = connection.execute(statement, {"learner_id": learner.id}).all() if need in needs else ()
        return found if not hidden else [row for row in found if row.connection_id not in hidden or _is_ours(row)]

    sources = tuple(_source(row, now) for row in connection.execute(_SOURCES, {"learner_id": learner.id}).all())
    hidden = {source.connection_id for source in sources if source.failure in NOT_THEIRS}
    view = LearnerView(
        learner=learner, sources=sources,
        enrolments=tuple(
            EnrolmentItem(seen=_seen(row), resource_id=row.resource_id, resource=resource_from(row),
                          enrolment=enrolment_from(row)) for row in rows(Need.ENROLMENTS, _ENROLMENTS)),
        assignments=tuple(
            AssignmentItem(seen=_seen(row), resource_id=row.resource_id, resource=resource_from(row),
                           assignment=assignment_from(row)) for row in rows(Need.ASSIGNMENTS, _ASSIGNMENTS)),
        recommendations=tuple(
            RecommendationItem(seen=_seen(row), resource_id=row.resource_id, resource=resource_from(row),
                               recommendation=recommendation_from(row))
            for row in rows(Need.RECOMMENDATIONS, _RECOMMENDATIONS)),
        badges=tuple(BadgeItem(seen=_seen(row), badge=badge_from(row)) for row in rows(Need.BADGES, _BADGES)),
    )
    kinds = ((Need.ENROLMENTS, view.enrolments), (Need.ASSIGNMENTS, view.assignments),
             (Need.RECOMMENDATIONS, view.recommendations), (Need.BADGES, view.badges))
    cut = frozenset(need for need, items in kinds if len(items) > MOST_ITEMS)
    return replace(view, cut=cut) if cut else view


def _is_ours(row: Row[Any]) -> bool:
    """What Homeroom itself proposes from a catalogue is not about the learner's account there."""
    return getattr(row, "source", "") == "homeroom"


def _source(row: Any, now: datetime) -> Source:
    return Source(
        connection_id=row.id, name=row.name, adapter=row.adapter,
        capabilities=frozenset(Capability(name) for name in row.capabilities), paused=row.paused_at is not None,
        linked=row.account is not None, succeeded_at=row.succeeded_at, failing_since=row.failing_since,
        failure=row.failure, next_at=row.due_at, running=row.lease_until is not None and row.lease_until > now)


def _seen(row: Row[Any]) -> Seen:
    return Seen(id=row.id, connection_id=row.connection_id, observed_at=row.observed_at, changed_at=row.changed_at)

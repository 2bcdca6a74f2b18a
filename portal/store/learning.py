"""What is known of one learner on one platform: read it, write changes to it.

Resources belong to a connection and are shared by its learners; everything else belongs to one learner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Row, Table, and_, case, delete, exists, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from adapters.records import (
    Assignment,
    Badge,
    Capability,
    Enrolment,
    LearningResource,
    Recommendation,
    Record,
)
from portal.store import records as rows
from portal.store import schema as t
from portal.store.database import Transaction
from portal.stored import Event, Stored

R = TypeVar("R", bound=Record)

PERSONAL = frozenset({Capability.ENROLMENTS, Capability.BADGES, Capability.RECOMMENDATIONS})
"""Capabilities that need an account."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[R]):
    """One kind of personal record: its table and the two translations."""

    name: str
    table: Table
    read: Callable[[Row[Any]], R]
    values: Callable[[R], dict[str, Any]]
    about_resource: bool = True


ENROLMENTS: Kind[Enrolment] = Kind("enrolment", t.enrolment, rows.enrolment_from, rows.enrolment_values)
ASSIGNMENTS: Kind[Assignment] = Kind("assignment", t.assignment, rows.assignment_from, rows.assignment_values)
RECOMMENDATIONS: Kind[Recommendation] = Kind(
    "recommendation", t.recommendation, rows.recommendation_from, rows.recommendation_values)
BADGES: Kind[Badge] = Kind("badge", t.badge, rows.badge_from, rows.badge_values, about_resource=False)


def stored(tx: Transaction, kind: Kind[R], learner_id: int, connection_id: int) -> dict[str, Stored[R]]:
    """By external id, archived ones included, so that what comes back is recognised."""
    query = select(kind.table)
    if kind.about_resource:
        query = (select(*[c for c in kind.table.c if c.name != "resource_id"],
                        t.resource.c.external_id.label("resource_id"))
                 .join(t.resource, t.resource.c.id == kind.table.c.resource_id))
    found = tx.execute(query.where(kind.table.c.learner_id == learner_id, kind.table.c.connection_id == connection_id))
    return {row.external_id: Stored(row.id, kind.read(row), row.archived_at is not None) for row in found}


def add(tx: Transaction, kind: Kind[R], learner_id: int, connection_id: int, added: Sequence[R],
        resource_ids: Mapping[str, int], now: datetime) -> None:
    if added:
        tx.execute(insert(kind.table), [
            {**_about(kind, record, resource_ids), "learner_id": learner_id, "connection_id": connection_id,
             "observed_at": now, "changed_at": now} for record in added])
    if kind.table is t.enrolment and added:
        ids = [resource_ids[str(getattr(record, "resource_id"))] for record in added]  # noqa: B009
        tx.execute(update(t.resource).where(t.resource.c.id.in_(ids)).values(popularity=t.resource.c.popularity + 1))


def change(tx: Transaction, kind: Kind[R], changed: Iterable[tuple[int, R]], resource_ids: Mapping[str, int],
           now: datetime) -> None:
    for row_id, record in changed:
        tx.execute(update(kind.table).where(kind.table.c.id == row_id).values(
            **_about(kind, record, resource_ids), observed_at=now, changed_at=now, archived_at=None))


def confirm(tx: Transaction, kind: Kind[R], row_ids: Sequence[int], now: datetime) -> None:
    """The platform said the same again: only observed_at moves."""
    if row_ids:
        tx.execute(update(kind.table).where(kind.table.c.id.in_(row_ids)).values(observed_at=now))


def archive(tx: Transaction, kind: Kind[R], row_ids: Sequence[int], now: datetime) -> None:
    """The platform does not list it any more. Nothing is deleted."""
    if row_ids:
        tx.execute(update(kind.table).where(kind.table.c.id.in_(row_ids)).values(archived_at=now, changed_at=now))


def _about(kind: Kind[R], record: R, resource_ids: Mapping[str, int]) -> dict[str, Any]:
    values = kind.values(record)
    if kind.about_resource:
        values["resource_id"] = resource_ids[str(getattr(record, "resource_id"))]  # noqa: B009 – R is not narrowed
    return values


# --- resources ------------------------------------------------------------------------------------------------------


def resources(tx: Transaction, connection_id: int, external_ids: Sequence[str] | None = None,
              ) -> dict[str, Stored[LearningResource]]:
    """By external id; external_ids None = all of the connection."""
    found: dict[str, Stored[LearningResource]] = {}
    chunks = [None] if external_ids is None else [external_ids[i:i + 500] for i in range(0, len(external_ids), 500)]
    for chunk in chunks:
        query = (select(t.resource.c.id, t.resource.c.archived_at, *rows.RESOURCE_COLUMNS)
                 .where(t.resource.c.connection_id == connection_id))
        if chunk is not None:
            query = query.where(t.resource.c.external_id.in_(chunk))
        for row in tx.execute(query):
            found[row.resource_external_id] = Stored(row.id, rows.resource_from(row), row.archived_at is not None)
    return found


def save_resources(tx: Transaction, connection_id: int, saved: Sequence[LearningResource], now: datetime) -> None:
    """Insert or replace; two workers may bring the same new resource at once."""
    if not saved:
        return
    make: Any = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    statement = make(t.resource)
    fields = [*rows.resource_values(saved[0]), "changed_at", "archived_at"]
    seen, seen_now = t.resource.c.observed_at, statement.excluded.observed_at
    statement = statement.on_conflict_do_update(
        index_elements=["connection_id", "external_id"],
        set_={**{name: statement.excluded[name] for name in fields if name != "external_id"},
              "observed_at": case((seen > seen_now, seen), else_=seen_now)})
    tx.execute(statement, [{**rows.resource_values(record), "connection_id": connection_id, "observed_at": now,
                            "changed_at": now, "archived_at": None, "popularity": 0} for record in saved])


def confirm_resources(tx: Transaction, row_ids: Sequence[int], now: datetime) -> None:
    """observed_at only moves forward: a slower worker must not make a resource look unseen."""
    r = t.resource
    for start in range(0, len(row_ids), 500):
        tx.execute(update(r).where(r.c.id.in_(row_ids[start:start + 500]), r.c.observed_at < now)
                   .values(observed_at=now))


def count_listed(tx: Transaction, connection_id: int, unseen_since: datetime | None = None) -> int:
    """Resources of this connection that are not archived. unseen_since: only those not observed since then."""
    r = t.resource
    query = select(func.count()).select_from(r).where(r.c.connection_id == connection_id, r.c.archived_at.is_(None))
    if unseen_since is not None:
        query = query.where(r.c.observed_at < unseen_since)
    return int(tx.execute(query).scalar_one())


def archive_unseen(tx: Transaction, connection_id: int, since: datetime, now: datetime) -> None:
    """What was not observed since then is not listed any more. Whoever is enrolled there keeps reading it."""
    r = t.resource
    tx.execute(update(r).where(r.c.connection_id == connection_id, r.c.archived_at.is_(None), r.c.observed_at < since)
               .values(archived_at=now, changed_at=now))


@dataclass(frozen=True, slots=True)
class OpenResource:
    """A resource a learner may take but has not. popularity: how many learners are or were enrolled."""

    id: int
    connection_id: int
    resource: LearningResource
    popularity: int


def open_to(tx: Transaction, learner_id: int, limit: int) -> list[OpenResource]:
    """Catalogue entries open to everybody in which this learner was never enrolled, most popular first.

    Only from platforms that know the learner – a click on anything else would end at a closed door – and from those
    that know nobody (a mere catalogue).
    """
    r, e, c, a = t.resource, t.enrolment, t.connection, t.account
    enrolled = exists().where(and_(e.c.resource_id == r.c.id, e.c.learner_id == learner_id))
    known = set(tx.execute(select(a.c.connection_id).where(a.c.learner_id == learner_id)).scalars())
    doors = [row.id for row in tx.execute(select(c.c.id, c.c.capabilities).where(c.c.archived_at.is_(None)))
             if row.id in known or not {Capability(name) for name in row.capabilities} & PERSONAL]
    query = (select(r.c.id, r.c.connection_id, r.c.popularity, *rows.RESOURCE_COLUMNS)
             .where(r.c.open_to_all.is_(True), r.c.archived_at.is_(None), r.c.connection_id.in_(doors), ~enrolled)
             .order_by(r.c.popularity.desc(), r.c.id).limit(limit))
    return [OpenResource(row.id, row.connection_id, rows.resource_from(row), row.popularity)
            for row in tx.execute(query)]


def taken_by(tx: Transaction, learner_id: int) -> list[tuple[Enrolment, LearningResource]]:
    """Everything this learner is or was enrolled in, on all platforms."""
    query = (select(t.enrolment, *rows.RESOURCE_COLUMNS).join(t.resource, t.resource.c.id == t.enrolment.c.resource_id)
             .where(t.enrolment.c.learner_id == learner_id))
    return [(rows.enrolment_from(row), rows.resource_from(row)) for row in tx.execute(query)]


def replace_proposals(tx: Transaction, learner_id: int, source: str,
                      proposed: Sequence[tuple[int, Recommendation]], now: datetime) -> None:
    """The recommendations of one source that is not a platform: (connection id, record with our resource id).

    The same list again only moves observed_at.
    """
    p = t.recommendation
    mine = and_(p.c.learner_id == learner_id, p.c.source == source)
    known = {row.external_id: (row.rank, row.reason) for row in tx.execute(select(p).where(mine))}
    if known == {record.external_id: (record.rank, record.reason) for _, record in proposed}:
        tx.execute(update(p).where(mine).values(observed_at=now))
        return
    tx.execute(delete(p).where(mine))
    if proposed:
        tx.execute(insert(p), [
            {**rows.recommendation_values(record), "learner_id": learner_id, "connection_id": connection_id,
             "resource_id": int(record.resource_id), "observed_at": now, "changed_at": now}
            for connection_id, record in proposed])


# --- events and trail -----------------------------------------------------------------------------------------------


def append_events(tx: Transaction, learner_id: int, connection_id: int, events: Sequence[Event], now: datetime) -> None:
    if events:
        tx.execute(insert(t.event), [
            {"learner_id": learner_id, "connection_id": connection_id, "kind": e.kind, "record": e.record,
             "external_id": e.external_id, "at": now, "details": e.details} for e in events])


def keep_trail(tx: Transaction, learner_id: int, connection_id: int, run: int, entries: Sequence[Sequence[str]],
               now: datetime) -> None:
    """One row per reading, the last two kept. entries: (kind, external id, answer, decision, outcome)."""
    trail = t.trail
    tx.execute(delete(trail).where(trail.c.learner_id == learner_id, trail.c.connection_id == connection_id,
                                   (trail.c.run < run - 1) | (trail.c.run == run)))
    tx.execute(insert(trail).values(learner_id=learner_id, connection_id=connection_id, run=run, observed_at=now,
                                    entries=[list(entry) for entry in entries]))


def count_resources(tx: Transaction) -> int:
    return int(tx.execute(select(func.count()).select_from(t.resource)).scalar_one())

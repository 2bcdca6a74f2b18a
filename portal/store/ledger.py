"""The ledger of refreshes: one row per (connection, learner), and two per connection for its catalogue and changes.

The ledger is the truth about what runs when. Enqueueing twice is one row with the higher priority; a lease that
expires is taken again, so a killed worker loses nothing; only the holder of the lease may settle it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, exists, func, literal, null, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.priority import Priority
from portal.quota import lane_of
from portal.store import guards
from portal.store import schema as t
from portal.store.database import Transaction
from portal.store.guards import Door

NOT_THEIRS = frozenset({"Forbidden", "NotLinked", "Ambiguous"})
"""Failures after which what is stored may be somebody else's, or no longer the learner's to see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A claimed row. learner_id is None for a sync, which subject names. lease_by proves the claim when it is settled.

    attempts: tries since the last success, this one included. resting: operations not to be called this time.
    held: kinds of records whose shrinking is not believed yet, and since when (ISO 8601).
    """

    connection_id: int
    subject: str
    learner_id: int | None
    priority: int
    attempts: int
    lease_by: str
    run: int
    resting: frozenset[str] = frozenset()
    held: Mapping[str, str] = field(default_factory=dict)


def enqueue(tx: Transaction, learner_id: int, connection_ids: Sequence[int], priority: Priority,
            now: datetime) -> None:
    """Due now, at least with this priority. A refresh that runs at the moment will run once more."""
    _enqueue(tx, [(c, _of_learner(learner_id), learner_id) for c in connection_ids], priority, now)


def enqueue_learners(tx: Transaction, learner_ids: Iterable[int], connection_id: int, priority: Priority,
                     now: datetime) -> None:
    """The same for many learners of one connection."""
    _enqueue(tx, [(connection_id, _of_learner(one), one) for one in learner_ids], priority, now)


def enqueue_sync(tx: Transaction, operation: str, connection_ids: Sequence[int], priority: Priority,
                 now: datetime) -> None:
    """operation: one of ``guards.SYNCS``."""
    _enqueue(tx, [(c, operation, None) for c in connection_ids], priority, now)


def enqueue_missing_syncs(tx: Transaction, now: datetime) -> int:
    """Every connection in use has its two syncs, however and by which version it was connected."""
    r, c = t.refresh, t.connection
    missing = 0
    for operation in sorted(guards.SYNCS):
        has = exists().where(r.c.connection_id == c.c.id, r.c.subject == operation)
        ids = tx.execute(select(c.c.id).where(c.c.archived_at.is_(None), ~has)).scalars().all()
        enqueue_sync(tx, operation, ids, Priority.BACKFILL, now)
        missing += len(ids)
    return missing


def enqueue_here(tx: Transaction, connection_id: int, seen_since: datetime, now: datetime) -> None:
    """Everybody who was here lately and is read from this connection."""
    r, p = t.refresh, t.learner
    here = select(p.c.id).where(p.c.seen_at >= seen_since)
    ids = tx.execute(select(r.c.learner_id).where(r.c.connection_id == connection_id, r.c.learner_id.in_(here))
                     .order_by(r.c.learner_id)).scalars().all()
    enqueue_learners(tx, ids, connection_id, Priority.ACTIVE, now)


def hasten(tx: Transaction, operation: str, until: datetime) -> None:
    """This sync runs no later than then, wherever it went well the last time."""
    r = t.refresh
    tx.execute(update(r).where(r.c.subject == operation, r.c.learner_id.is_(None), r.c.due_at > until,
                               r.c.failure.is_(None)).values(due_at=until))


def _of_learner(learner_id: int) -> str:
    return f"learner:{learner_id}"


def _enqueue(tx: Transaction, wanted: Sequence[tuple[int, str, int | None]], priority: Priority,
             now: datetime) -> None:
    """wanted: (connection id, subject, learner id)."""
    if not wanted:
        return
    r = t.refresh
    make: Any = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    fresh: dict[str, Any] = {"due_at": now, "priority": int(priority), "attempts": 0, "failure_reason": "",
                             "complete": False, "warnings": [], "run": 0}
    rows: list[dict[str, Any]] = [
        {**fresh, "connection_id": c, "subject": subject, "learner_id": one} for c, subject, one in wanted]
    insert = make(r)
    higher = case((insert.excluded.priority > r.c.priority, insert.excluded.priority), else_=r.c.priority)
    sooner = case((or_(r.c.due_at.is_(None), r.c.due_at > insert.excluded.due_at), insert.excluded.due_at),
                  else_=r.c.due_at)
    tx.execute(insert.on_conflict_do_update(index_elements=["connection_id", "subject"],
                                            set_={"priority": higher, "due_at": sooner}), rows)


def enqueue_learner(tx: Transaction, learner_id: int, priority: Priority, now: datetime) -> None:
    """All connections of one learner."""
    c = t.connection
    ids = tx.execute(select(c.c.id).where(c.c.archived_at.is_(None), c.c.paused_at.is_(None))).scalars().all()
    enqueue(tx, learner_id, ids, priority, now)


def enqueue_active(tx: Transaction, seen_since: datetime, stale_before: Mapping[int, datetime], now: datetime) -> int:
    """Learners who were here lately and whose data is older than it should be come before all who were not; returns
    how many rows became due. stale_before: by connection; where it is missing nothing is done.

    Rows that failed keep the date the reaction gave them.
    """
    if not stale_before:
        return 0
    r, p = t.refresh, t.learner
    stale = case({one: literal(moment, t.Moment) for one, moment in stale_before.items()}, value=r.c.connection_id)
    here = select(p.c.id).where(p.c.seen_at >= seen_since)
    found = tx.execute(
        update(r).where(r.c.learner_id.in_(here), r.c.lease_until.is_(None), r.c.failure.is_(None),
                        r.c.succeeded_at <= stale,
                        or_(r.c.due_at.is_(None), r.c.due_at > now, r.c.priority < int(Priority.ACTIVE)))
        .values(due_at=now, priority=int(Priority.ACTIVE)))
    return int(found.rowcount)


def claim(tx: Transaction, worker: str, now: datetime, lease: timedelta,
          only: Collection[int] | None = None) -> Job | None:
    """The most urgent row that may run now, leased to this worker; None when there is nothing to do.

    only: these learners and nobody else. A connection that rests, whose credentials were refused, or that is busy with
    as many refreshes as it may have, gives nothing; neither does one whose every operation rests.
    """
    doors = guards.doors(tx, now)
    while True:
        found = [row for door in doors if (row := _most_urgent(tx, door, now, only)) is not None]
        if not found:
            return None
        chosen = max(found, key=lambda row: (row.priority, -(row.due_at or row.lease_until).timestamp()))
        door = next(door for door in doors if door.connection_id == chosen.connection_id)
        if not door.has_room(lane_of(chosen.priority), now):
            doors.remove(door)
            continue
        job = _lease(tx, chosen, worker, now, lease)
        if job is not None:
            sync = job.subject if job.learner_id is None else None
            return replace(job, resting=guards.enter(tx, door, sync, now))


def _most_urgent(tx: Transaction, door: Door, now: datetime, only: Collection[int] | None) -> Row[Any] | None:
    """The best row of one connection: due and free, or leased to somebody who did not come back in time."""
    r = t.refresh
    rows = select(r).where(r.c.connection_id == door.connection_id)
    if only is not None:
        rows = rows.where(r.c.learner_id.in_(only))
    if not door.learners:
        rows = rows.where(r.c.learner_id.is_(None))
    if door.syncs != guards.SYNCS:
        rows = rows.where(or_(r.c.learner_id.is_not(None), r.c.subject.in_(door.syncs)))
    order = (r.c.priority.desc(), r.c.due_at)
    lost = tx.execute(rows.where(r.c.lease_until < now).order_by(*order).limit(1)).one_or_none()
    due = tx.execute(rows.where(r.c.due_at <= now, r.c.lease_until.is_(None)).order_by(*order).limit(1)).one_or_none()
    return lost if lost is not None and (due is None or lost.priority >= due.priority) else due


def _lease(tx: Transaction, row: Row[Any], worker: str, now: datetime, lease: timedelta) -> Job | None:
    """None when another worker was quicker."""
    r = t.refresh
    free = or_(and_(r.c.due_at <= now, r.c.lease_until.is_(None)), r.c.lease_until < now)
    key = and_(r.c.connection_id == row.connection_id, r.c.subject == row.subject)
    if tx.execute(select(r.c.subject).where(key, free).with_for_update(skip_locked=True)).one_or_none() is None:
        return None
    tx.execute(update(r).where(key).values(lease_by=worker, lease_until=now + lease, due_at=null(), started_at=now,
                                           attempts=r.c.attempts + 1))
    return Job(connection_id=row.connection_id, subject=row.subject, learner_id=row.learner_id, priority=row.priority,
               attempts=row.attempts + 1, lease_by=worker, run=row.run + 1, held=dict(row.held or {}))


def holds(tx: Transaction, job: Job) -> bool:
    """False when the lease went to another worker meanwhile, or the row is gone: then nothing may be written."""
    r = t.refresh
    found = tx.execute(select(r.c.lease_by).where(_is(job)).with_for_update()).scalar_one_or_none()
    return found == job.lease_by


def renew(tx: Transaction, job: Job, until: datetime) -> bool:
    """The holder goes on until then. False when the lease went to another worker, or the row is gone: then nothing
    may be written."""
    r = t.refresh
    held = tx.execute(update(r).where(_is(job), r.c.lease_by == job.lease_by).values(lease_until=until))
    return bool(held.rowcount)


def finish(tx: Transaction, job: Job, now: datetime, next_at: datetime | None, *, complete: bool,
           warnings: Sequence[dict[str, str]] = (), held: Mapping[str, str] | None = None) -> None:
    """Settled well. next_at: when to refresh by itself; something enqueued meanwhile comes first. held: see Job."""
    r = t.refresh
    tx.execute(update(r).where(_is(job), r.c.lease_by == job.lease_by).values(
        lease_by=None, lease_until=None, attempts=0, succeeded_at=now, failed_at=None, failing_since=None, failure=None,
        failure_reason="", complete=complete, warnings=list(warnings), run=job.run, held=dict(held or {}),
        due_at=func.coalesce(r.c.due_at, literal(next_at, t.Moment)),
        priority=case((r.c.due_at.is_not(None), r.c.priority), else_=int(Priority.BACKFILL))))


def postpone(tx: Transaction, job: Job, now: datetime, next_at: datetime | None, *, failure: str, reason: str,
             about_learner: bool = True) -> None:
    """Settled badly: what was known stays. next_at None: not again before somebody acts. about_learner: False when the
    failure does not say whether the data is this learner's; then it does not lift an earlier failure that did."""
    r = t.refresh
    stays = and_(literal(not about_learner), r.c.failure.in_(NOT_THEIRS))
    tx.execute(update(r).where(_is(job), r.c.lease_by == job.lease_by).values(
        lease_by=None, lease_until=None, failed_at=now, failing_since=func.coalesce(r.c.failing_since, now),
        failure=case((stays, r.c.failure), else_=failure),
        failure_reason=case((stays, r.c.failure_reason), else_=reason[:500]), due_at=next_at))


def hold(tx: Transaction, connection_id: int, learner_id: int, failure: str, reason: str, now: datetime) -> None:
    """What is stored of this learner there is in doubt from now on, although nobody asked the platform."""
    r = t.refresh
    tx.execute(update(r).where(r.c.connection_id == connection_id, r.c.subject == _of_learner(learner_id)).values(
        failed_at=now, failing_since=func.coalesce(r.c.failing_since, now), failure=failure, failure_reason=reason))


def put_back(tx: Transaction, job: Job, next_at: datetime) -> None:
    """Nobody's fault (our own quota was used up): neither success nor failure, and not an attempt."""
    r = t.refresh
    tx.execute(update(r).where(_is(job), r.c.lease_by == job.lease_by).values(
        lease_by=None, lease_until=None, due_at=next_at, attempts=job.attempts - 1))


def wake_failed(tx: Transaction, connection_id: int, seen_since: datetime, now: datetime) -> None:
    """A platform came back: who is here is asked again at once. Everybody else keeps the date the failure gave them,
    which is spread over hours, so that the platform is not met by all at once."""
    r, p = t.refresh, t.learner
    here = select(p.c.id).where(p.c.seen_at >= seen_since)
    tx.execute(update(r).where(r.c.connection_id == connection_id, r.c.failure.is_not(None), r.c.lease_until.is_(None),
                               or_(r.c.learner_id.in_(here), r.c.learner_id.is_(None)))
               .values(due_at=now, priority=int(Priority.ACTIVE)))


def asked_lately(tx: Transaction, learner_id: int, since: datetime) -> frozenset[int]:
    """Connections that were asked about this learner, or settled a question, since then."""
    r = t.refresh
    found = select(r.c.connection_id).where(r.c.learner_id == learner_id, or_(
        r.c.started_at > since, r.c.failed_at > since, r.c.succeeded_at > since))
    return frozenset(tx.execute(found).scalars())


def enqueue_probes(tx: Transaction, seen_since: datetime, now: datetime) -> int:
    """Where a platform's rest is over, one learner who is here asks it at once: nobody looks at old data for the hours
    that back-off set for a single reading. Returns how many rows became due."""
    r, p, b = t.refresh, t.learner, t.breaker
    hastened = 0
    rested = select(b.c.connection_id).where(b.c.open_until <= now).distinct()
    for connection_id in tx.execute(rested).scalars().all():
        waiting = (select(r.c.subject).join(p, p.c.id == r.c.learner_id)
                   .where(r.c.connection_id == connection_id, r.c.failure.is_not(None), r.c.lease_until.is_(None),
                          r.c.due_at.is_not(None), p.c.seen_at >= seen_since)
                   .order_by(r.c.due_at).limit(1).scalar_subquery())
        hastened += int(tx.execute(
            update(r).where(r.c.connection_id == connection_id, r.c.subject == waiting, r.c.due_at > now)
            .values(due_at=now, priority=int(Priority.ACTIVE))).rowcount)
    return hastened


def progress(tx: Transaction) -> tuple[int, int]:
    """(refreshes that succeeded or failed at least once, all refreshes)."""
    r = t.refresh
    settled = func.sum(case((or_(r.c.succeeded_at.is_not(None), r.c.failed_at.is_not(None)), 1), else_=0))
    done, total = tx.execute(select(func.coalesce(settled, 0), func.count()).select_from(r)).one()
    return int(done), int(total)


def next_due(tx: Transaction) -> datetime | None:
    r = t.refresh
    moment: datetime | None = tx.execute(select(func.min(r.c.due_at))).scalar_one()
    return moment


def states(tx: Transaction, learner_id: int) -> list[dict[str, Any]]:
    """Per connection: how the last refresh of this learner went. Moments as ISO 8601."""
    r, c = t.refresh, t.connection
    query = (select(c.c.name, r.c.succeeded_at, r.c.failure, r.c.failure_reason, r.c.failing_since, r.c.complete,
                    r.c.warnings)
             .join(c, c.c.id == r.c.connection_id).where(r.c.learner_id == learner_id).order_by(c.c.name))
    return [{"platform": row.name, "failure": row.failure, "failure_reason": row.failure_reason,
             "failing_since": row.failing_since and row.failing_since.isoformat(),
             "succeeded_at": row.succeeded_at and row.succeeded_at.isoformat(),
             "complete": row.complete, "warnings": row.warnings} for row in tx.execute(query)]


def _is(job: Job) -> ColumnElement[bool]:
    return and_(t.refresh.c.connection_id == job.connection_id, t.refresh.c.subject == job.subject)

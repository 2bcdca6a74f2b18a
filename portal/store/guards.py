"""What protects a platform from us and us from a platform: quota, breaker and bulkhead, shared by all processes.

The rules are pure functions (``portal.quota``, ``portal.breaker``); here they are read and written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from adapters.records import Capability
from portal import breaker as rules
from portal import quota as quotas
from portal.breaker import Breaker, State
from portal.quota import CALLS_PER_REFRESH, Lane, Quota
from portal.store import schema as t
from portal.store.database import Transaction

ACCOUNTS = "accounts"
"""The operation of finding a learner's account; the others are the capabilities, and CHANGES."""

CATALOGUE, CHANGES = Capability.CATALOGUE.value, "changes"
SYNCS = frozenset({CATALOGUE, CHANGES})
"""Readings that are about no learner. Operation, ledger subject and name of the sync are one word."""

PARALLEL = 4
"""Refreshes of one connection at the same time (the bulkhead): one slow platform never takes all threads."""

QUOTA_COLUMNS = (t.connection.c.calls_per_minute, t.quota.c.spent, t.quota.c.learned, t.quota.c.learned_at)


@dataclass(frozen=True, slots=True)
class Door:
    """A connection that may be asked now. learners: there is something to ask about them; syncs: what else may be
    asked. busy: refreshes that run there at the moment; declared: the vendor's calls per minute, if known."""

    connection_id: int
    learners: bool
    syncs: frozenset[str]
    breakers: Mapping[str, Breaker]
    capabilities: frozenset[str]
    busy: int
    quota: Quota
    declared: int | None

    def has_room(self, lane: Lane, now: datetime) -> bool:
        """Whether this lane has calls left for one more whole refresh. Without this, refreshes side by side would
        share the last calls of a small quota, each stop half-way, and begin again for ever."""
        return quotas.room(self.quota, self.declared, lane, now, CALLS_PER_REFRESH,
                           ahead=CALLS_PER_REFRESH * self.busy) is None


def doors(tx: Transaction, now: datetime) -> list[Door]:
    """Every connection that is neither paused, resting, refused nor full."""
    c, r, q = t.connection, t.refresh, t.quota
    busy = (select(r.c.connection_id, func.count().label("n")).where(r.c.lease_until >= now)
            .group_by(r.c.connection_id).subquery())
    open_now = tx.execute(
        select(c.c.id, c.c.capabilities, func.coalesce(busy.c.n, 0).label("busy"), *QUOTA_COLUMNS)
        .select_from(c).outerjoin(busy, busy.c.connection_id == c.c.id).outerjoin(q, q.c.connection_id == c.c.id)
        .where(c.c.archived_at.is_(None), c.c.paused_at.is_(None), or_(c.c.not_before.is_(None), c.c.not_before <= now),
               or_(c.c.refused_version.is_(None), c.c.refused_version != c.c.credentials_version),
               func.coalesce(busy.c.n, 0) < PARALLEL)).all()
    known = breakers(tx, [row.id for row in open_now])
    found = (_door(row, known.get(row.id, {}), now) for row in open_now)
    return [door for door in found if door.learners or door.syncs]


def _door(row: Any, breakers: Mapping[str, Breaker], now: datetime) -> Door:
    capabilities = frozenset(row.capabilities)
    shut = {operation for operation, one in breakers.items() if rules.state(one, now) is State.OPEN}
    personal = capabilities - SYNCS
    return Door(row.id, learners=ACCOUNTS not in shut and bool(personal - shut), syncs=SYNCS - shut,
                breakers=breakers, capabilities=capabilities, busy=row.busy, quota=quota_from(row),
                declared=row.calls_per_minute)


def enter(tx: Transaction, door: Door, sync: str | None, now: datetime) -> frozenset[str]:
    """Which operations not to call. A breaker that waits for a probe lets this one refresh through and nobody else."""
    asked = {sync} if sync else (door.capabilities - SYNCS) | {ACCOUNTS}
    shut = set()
    for operation in asked & door.breakers.keys():
        one = door.breakers[operation]
        if rules.state(one, now) is State.OPEN:
            shut.add(operation)
        elif rules.state(one, now) is State.PROBING:
            _save(tx, door.connection_id, operation, rules.probing(one, now))
    return frozenset(shut)


@dataclass(frozen=True, slots=True)
class Turn:
    """What a reading changed. fell, rose: operations that failed by the platform's fault and had not failed before,
    and the reverse. back: a probe was answered, so the platform is coming back, and who is here is asked
    about again."""

    fell: frozenset[str] = frozenset()
    rose: frozenset[str] = frozenset()
    back: bool = False


def record(tx: Transaction, connection_id: int, outcomes: Mapping[str, str | None], now: datetime,
           chance: float) -> Turn:
    """outcomes: operation → None for a good call, or why it failed by the platform's fault."""
    if not outcomes:
        return Turn()
    known = breakers(tx, [connection_id]).get(connection_id, {})
    after = dict(known)
    for operation, reason in outcomes.items():
        before = known.get(operation) or Breaker(window_started_at=now)
        after[operation] = (rules.succeeded(before, now) if reason is None
                            else rules.failed(before, now, reason, chance))
        if after[operation] != before or operation not in known:
            _save(tx, connection_id, operation, after[operation])
    rested = {operation for operation, one in known.items() if one.open_until is not None}
    resting = [one for one in after.values() if one.open_until is not None]
    if rested or resting:
        _tell(tx, connection_id, resting)
    before_failed = {operation for operation, one in known.items() if one.in_a_row or one.open_until is not None}
    failed_now = {operation for operation, reason in outcomes.items() if reason is not None}
    well_now = {operation for operation in outcomes if after[operation].open_until is None} - failed_now
    return Turn(fell=frozenset(failed_now - before_failed), rose=frozenset(before_failed & well_now),
                back=any(outcomes.get(operation, "not asked") is None for operation in rested))


def _tell(tx: Transaction, connection_id: int, resting: list[Breaker]) -> None:
    """Keeps on the connection what the page and the admin want to know."""
    since = min((one.since for one in resting if one.since), default=None)
    reason = resting[0].reason if resting else ""
    tx.execute(update(t.connection).where(t.connection.c.id == connection_id)
               .values(resting_since=since, rest_reason=reason))


def spend(tx: Transaction, connection_id: int, lane: Lane, now: datetime) -> datetime | None:
    """One call. None when it may be made now, else the moment from which this lane may call."""
    current, declared = _quota(tx, connection_id)
    result = quotas.take(current, declared, lane, now)
    if isinstance(result, datetime):
        return result
    _keep(tx, connection_id, result)
    return None


def limits(tx: Transaction, now: datetime) -> dict[int, float]:
    """Calls per minute of every connection in use that has a limit, by its vendor or learnt from a 429."""
    c, q = t.connection, t.quota
    rows = tx.execute(select(c.c.id, *QUOTA_COLUMNS).select_from(c).outerjoin(q, q.c.connection_id == c.c.id)
                      .where(c.c.archived_at.is_(None), c.c.paused_at.is_(None)))
    found = {row.id: quotas.allowance(quota_from(row), row.calls_per_minute, now) for row in rows}
    return {one: limit for one, limit in found.items() if limit < quotas.UNLIMITED}


def told_to_wait(tx: Transaction, connection_id: int, now: datetime, not_before: datetime) -> None:
    """A 429 or 503 with a moment: nobody calls before it, and the limit is lowered."""
    current, declared = _quota(tx, connection_id)
    _keep(tx, connection_id, quotas.stormed(current, declared, now))
    c = t.connection
    later = case((or_(c.c.not_before.is_(None), c.c.not_before < not_before), not_before), else_=c.c.not_before)
    tx.execute(update(c).where(c.c.id == connection_id).values(not_before=later))


def refuse(tx: Transaction, connection_id: int, reason: str, now: datetime) -> None:
    """The platform does not accept this version of the credentials: nobody tries again until they change."""
    c = t.connection
    tx.execute(update(c).where(c.c.id == connection_id).values(
        refused_version=c.c.credentials_version, resting_since=func.coalesce(c.c.resting_since, now),
        rest_reason=reason))


def stop(tx: Transaction, connection_id: int, reason: str, now: datetime) -> None:
    """Pause the connection until an admin looks at it."""
    tx.execute(update(t.connection).where(t.connection.c.id == connection_id)
               .values(paused_at=now, resting_since=now, rest_reason=reason))


def reopen(tx: Transaction, connection_id: int) -> None:
    """Somebody acted (a new secret, a good test): nothing is held against the platform any more."""
    tx.execute(update(t.connection).where(t.connection.c.id == connection_id).values(
        refused_version=None, paused_at=None, not_before=None, resting_since=None, rest_reason=""))
    tx.execute(t.breaker.delete().where(t.breaker.c.connection_id == connection_id))


def breakers(tx: Transaction, connection_ids: list[int]) -> dict[int, dict[str, Breaker]]:
    """By connection and operation; what was never asked has none."""
    found: dict[int, dict[str, Breaker]] = {}
    for row in tx.execute(select(t.breaker).where(t.breaker.c.connection_id.in_(connection_ids))):
        values = {f.name: getattr(row, f.name) for f in fields(Breaker)}
        found.setdefault(row.connection_id, {})[row.operation] = Breaker(**values)
    return found


def _save(tx: Transaction, connection_id: int, operation: str, one: Breaker) -> None:
    _upsert(tx, t.breaker, {"connection_id": connection_id, "operation": operation}, asdict(one))


def _quota(tx: Transaction, connection_id: int) -> tuple[Quota, int | None]:
    q, c = t.quota, t.connection
    row = tx.execute(select(*QUOTA_COLUMNS).select_from(c).outerjoin(q, q.c.connection_id == c.c.id)
                     .where(c.c.id == connection_id).with_for_update(of=c)).one()
    return quota_from(row), row.calls_per_minute


def quota_from(row: Any) -> Quota:
    """row: at least QUOTA_COLUMNS, outer-joined."""
    return Quota(tuple((slot, calls) for slot, calls in row.spent or ()), row.learned, row.learned_at)


def _keep(tx: Transaction, connection_id: int, quota: Quota) -> None:
    _upsert(tx, t.quota, {"connection_id": connection_id}, asdict(quota))


def _upsert(tx: Transaction, table: Any, key: dict[str, Any], values: dict[str, Any]) -> None:
    make: Any = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    tx.execute(make(table).values(**key, **values).on_conflict_do_update(index_elements=list(key), set_=values))

"""How every connection is doing: what an operator asks first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal import breaker as rules
from portal import quota as quotas
from portal.breaker import Breaker
from portal.quota import Quota
from portal.store import guards
from portal.store import schema as t
from portal.store.database import Transaction
from portal.store.syncs import Sync, all_of


def conditions(tx: Transaction, now: datetime) -> list[dict[str, Any]]:
    """One entry per connection that is not archived, by name. Plain JSON: moments as ISO 8601, counts, texts."""
    c, q = t.connection, t.quota
    query = (select(*[column for column in c.c if column.name != "calls_per_minute"], *guards.QUOTA_COLUMNS)
             .select_from(c).outerjoin(q, q.c.connection_id == c.c.id)
             .where(c.c.archived_at.is_(None)).order_by(c.c.name))
    found = []
    for row in tx.execute(query).all():
        breakers = guards.breakers(tx, [row.id]).get(row.id, {})
        found.append({
            "id": row.id, "name": row.name, "adapter": row.adapter, "state": _state(row, now),
            "resting_since": _iso(row.resting_since), "reason": row.rest_reason, "not_before": _iso(row.not_before),
            "quota": _quota(guards.quota_from(row), row.calls_per_minute, now),
            "breakers": {name: _breaker(one, now) for name, one in sorted(breakers.items())},
            "syncs": {sync.operation: _sync(sync) for sync in all_of(tx, row.id)}})
    return found


def _state(row: Any, now: datetime) -> str:
    """ok, resting, waiting, refused or paused: the first that holds, the gravest first."""
    if row.paused_at:
        return "paused"
    if row.refused_version is not None and row.refused_version == row.credentials_version:
        return "refused"
    if row.not_before and row.not_before > now:
        return "waiting"
    return "resting" if row.resting_since else "ok"


def _quota(quota: Quota, declared: int | None, now: datetime) -> dict[str, Any]:
    """used: calls of the last minute. allowance: calls a minute, None = no limit is known."""
    allowance = quotas.allowance(quota, declared, now)
    return {"used": quotas.used(quota, now),
            "allowance": None if allowance >= quotas.UNLIMITED else round(allowance, 1)}


def _breaker(one: Breaker, now: datetime) -> dict[str, Any]:
    return {"state": rules.state(one, now).value, "since": _iso(one.since), "open_until": _iso(one.open_until),
            "failures_in_a_row": one.in_a_row, "reason": one.reason}


def _sync(sync: Sync) -> dict[str, Any]:
    return {"started_at": _iso(sync.started_at), "finished_at": _iso(sync.finished_at), "pages": sync.pages,
            "items": sync.items, "total": sync.total, "complete": sync.complete, "note": sync.note}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None

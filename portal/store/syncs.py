"""How far a reading of many pages has come: one row per connection and operation."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from portal.store import schema as t
from portal.store.database import Transaction
from portal.store.guards import SYNCS


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """cursor: with which the next page is asked for. mark: an earlier cursor; to meet it again means pages in a loop.

    credentials_version: of the settings this reading began with. items: records named by the pages so far. total: as
    the platform tells. known: resources listed when it began. complete: nothing was left out so far. note: why not.
    """

    connection_id: int
    operation: str
    started_at: datetime
    credentials_version: int
    cursor: str | None = None
    mark: str | None = None
    pages: int = 0
    items: int = 0
    total: int | None = None
    known: int = 0
    finished_at: datetime | None = None
    complete: bool = True
    note: str = ""


def get(tx: Transaction, connection_id: int, operation: str) -> Sync | None:
    s = t.sync
    row = tx.execute(select(s).where(
        and_(s.c.connection_id == connection_id, s.c.operation == operation))).one_or_none()
    return Sync(**{f.name: getattr(row, f.name) for f in fields(Sync)}) if row else None


def all_of(tx: Transaction, connection_id: int) -> list[Sync]:
    """Running and finished ones of a connection, by operation."""
    found = (get(tx, connection_id, one) for one in sorted(SYNCS))
    return [sync for sync in found if sync is not None]


def save(tx: Transaction, sync: Sync) -> None:
    values = {**asdict(sync), "note": sync.note[:500]}
    make: Any = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    tx.execute(make(t.sync).values(**values).on_conflict_do_update(
        index_elements=["connection_id", "operation"], set_=values))


def drop(tx: Transaction, connection_id: int, operation: str) -> None:
    s = t.sync
    tx.execute(delete(s).where(s.c.connection_id == connection_id, s.c.operation == operation))

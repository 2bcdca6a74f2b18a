"""One connection's permission to call, shared through the store by everybody who uses the connection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from adapters.errors import RateLimited
from portal.clock import Clock
from portal.store import ledger, platforms
from portal.store.database import Database


@dataclass(frozen=True, slots=True)
class StoredThrottle:
    """Obeys the moment a platform named; told once, known to every worker."""

    database: Database
    connection_id: int
    clock: Clock
    not_before: datetime | None

    def before_call(self) -> None:
        if self.not_before is not None and self.not_before > self.clock():
            raise RateLimited("paused at the platform's request", not_before=self.not_before)

    def told_to_wait(self, not_before: datetime) -> None:
        with self.database.write() as tx:
            ledger.pause_connection(tx, self.connection_id, not_before)


def throttle_for(database: Database, connection_id: int, clock: Clock) -> StoredThrottle:
    with database.read() as tx:
        row = platforms.get(tx, connection_id)
    return StoredThrottle(database, connection_id, clock, row.not_before if row else None)

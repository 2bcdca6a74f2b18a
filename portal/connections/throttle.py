"""One refresh's permission to call: the connection's quota, shared through the store by everybody who uses it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.clock import Clock
from portal.quota import Lane, OwnQuota
from portal.store import guards
from portal.store.database import Database


@dataclass(frozen=True, slots=True)
class StoredThrottle:
    """Counts every call before it is made, and passes on what the platform demands."""

    database: Database
    connection_id: int
    lane: Lane
    clock: Clock

    def before_call(self) -> None:
        """Raises OwnQuota when this lane's share of the minute is used up. Never sleeps."""
        with self.database.write() as tx:
            not_before = guards.spend(tx, self.connection_id, self.lane, self.clock())
        if not_before is not None:
            raise OwnQuota("our share of the platform's quota is used up", not_before=not_before)

    def told_to_wait(self, not_before: datetime) -> None:
        with self.database.write() as tx:
            guards.told_to_wait(tx, self.connection_id, self.clock(), not_before)

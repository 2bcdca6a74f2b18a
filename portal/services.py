"""What every area is given when the application is built. Passed explicitly; there are no globals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from portal.clock import Clock
from portal.config import Settings
from portal.store.database import Database


@dataclass(frozen=True, slots=True)
class Services:
    """wake: tells this process's refresh threads that the ledger has new work; does nothing where none run."""

    settings: Settings
    database: Database
    clock: Clock
    wake: Callable[[], None]

"""Wires the refresh side of one process: database, vault, adapters, threads."""

from __future__ import annotations

import socket
from datetime import timedelta

from adapters import registry
from adapters.answer import Limits
from adapters.cache import CatalogueCache
from portal import clock
from portal.config import Settings
from portal.connections.opening import Opener
from portal.connections.throttle import StoredThrottle
from portal.refresh.run import Refresher
from portal.refresh.threads import Runner
from portal.security.vault import Vault
from portal.store.database import Database

BACKGROUND = Limits(total_seconds=30.0)


def refresher(settings: Settings, database: Database) -> Refresher:
    """Everything one refresh needs, without starting anything."""
    opener = Opener(registry=registry.default(), vault=Vault(settings), database=database,
                    cache=CatalogueCache(settings.data_folder / "cache" / "catalogue.sqlite"), clock=clock.now,
                    throttle=lambda connection_id, lane: StoredThrottle(database, connection_id, lane, clock.now),
                    limits=BACKGROUND)
    return Refresher(database=database, opener=opener, clock=clock.now,
                     active_every=timedelta(minutes=settings.refresh_minutes), worker=socket.gethostname()[:40])


def start_refreshing(settings: Settings) -> Runner:
    """A runner for this process; with ``refresh=off`` it has no threads and waking it does nothing."""
    runner = Runner(refresher(settings, Database(settings.database)),
                    settings.refresh_threads if settings.refresh == "threads" else 0)
    if settings.refresh == "threads":
        runner.start()
    return runner

"""The default runner: a few threads inside the process that serves the pages."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import replace

from portal.refresh import plan
from portal.refresh.run import Refresher
from portal.store.database import DatabaseUnusable

IDLE_SECONDS, TICK_SECONDS = 2.0, 60.0
log = logging.getLogger(__name__)


class Runner:
    """Threads that work off the ledger until stopped. Several processes may run one each: leases keep them apart."""

    def __init__(self, refresher: Refresher, threads: int) -> None:
        self._refresher = refresher
        self._stopping = threading.Event()
        self._work = threading.Condition()
        self._threads = [
            *(threading.Thread(target=self._loop, args=(number,), name=f"refresh-{number}", daemon=True)
              for number in range(threads)),
            threading.Thread(target=self._plan, name="refresh-plan", daemon=True),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """There is new work in the ledger."""
        with self._work:
            self._work.notify_all()

    def stop(self, patience: float = 5.0) -> None:
        """patience: seconds to let running refreshes end; what is cut off is taken again when its lease ends."""
        self._stopping.set()
        self.wake()
        for thread in self._threads:
            thread.join(patience)

    def _loop(self, number: int) -> None:
        refresher = replace(self._refresher, worker=f"{self._refresher.worker}:{os.getpid()}:{number}")
        self._repeat(lambda: refresher.run_next() is not None, IDLE_SECONDS)

    def _plan(self) -> None:
        def look() -> bool:
            refresher = self._refresher
            now, every = refresher.clock(), refresher.active_every
            with refresher.database.read() as tx:
                paces = plan.paces_now(tx, now, every)
            with refresher.database.write() as tx:
                plan.keep_paces(tx, paces)
                due = plan.tick(tx, now, every)
            if due:
                self.wake()
            return False
        self._repeat(look, TICK_SECONDS)

    def _repeat(self, step: Callable[[], bool], pause: float) -> None:
        """step: returns True when there may be more to do at once."""
        while not self._stopping.is_set():
            try:
                more = step()
            except DatabaseUnusable as error:
                log.error("refresh waits: %s", error)
                more = False
            except Exception:
                log.exception("a refresh failed in a way nobody foresaw; its lease will expire")
                more = False
            if not more and not self._stopping.is_set():
                with self._work:
                    self._work.wait(pause)


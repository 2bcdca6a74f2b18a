"""Readings of many pages: the catalogue, and who changed. One page is one transaction.

What a page brought, and where the next one is, are saved together; so a worker may die anywhere, and the next one goes
on at the stored cursor. Nothing is lost and nothing comes twice.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from adapters.as_json import as_json
from adapters.contract import CATALOGUE_ITEMS, CATALOGUE_PAGES, Adapter
from adapters.errors import CursorRefused, Misconfigured, PlatformError
from adapters.records import Notice
from portal.clock import Clock
from portal.connections.opening import Opener
from portal.quota import lane_of
from portal.refresh import plan
from portal.refresh.planning import HERE
from portal.refresh.reading import Reading
from portal.security.vault import SecretUnreadable
from portal.store import audit, guards, ledger, platforms, syncs
from portal.store.database import Database, Transaction
from portal.store.ledger import Job
from portal.store.platforms import ConnectionRow
from portal.store.syncs import Sync

PAGES_IN_A_ROW = 20
"""Then others get their turn; the rest is due at once."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Page:
    """What every page has, whatever it is about. cursor: where to go on; more: now, and not at the next sync."""

    content: Any
    items: int
    cursor: str | None
    more: bool
    total: int | None = None
    complete: bool = True
    warnings: tuple[Notice, ...] = ()


class Operation(Protocol):
    """What is particular to one kind of sync."""

    name: str

    def offered_by(self, adapter: Adapter[Any]) -> bool: ...

    def fetch(self, adapter: Adapter[Any], cursor: str | None) -> Page: ...

    def begin(self, tx: Transaction, fresh: Sync, before: Sync | None) -> Sync:
        """before: how the last one ended, None if there is none to go on from."""

    def keep(self, tx: Transaction, sync: Sync, page: Page, now: datetime) -> None:
        """Save what the page brought."""

    def end(self, tx: Transaction, sync: Sync, held: Mapping[str, str], now: datetime) -> Mapping[str, str]:
        """The last page is saved. held: what an earlier sync held back; returns what is held back now."""

    def forget(self, tx: Transaction, connection_id: int, now: datetime) -> None:
        """The place is lost: make good for what may have been missed."""

    def again(self, tx: Transaction, now: datetime) -> datetime:
        """When the next one is due."""


@dataclass(frozen=True, slots=True)
class Syncer:
    """lease: how long a page may take before another worker takes over."""

    database: Database
    opener: Opener
    clock: Clock
    lease: timedelta

    def run(self, job: Job, row: ConnectionRow, operation: Operation) -> Reading:
        """Read pages until the end, or until others have waited long enough. Success is settled here, page by page;
        what is returned says how it failed, if it did."""
        reading = Reading()
        try:
            adapter = self.opener.open(row, lane_of(job.priority))
            with adapter.session:
                if operation.offered_by(adapter):
                    self._pages(job, row, operation, adapter, reading)
                else:
                    self._nothing(job, operation)
        except SecretUnreadable as error:
            reading.error = Misconfigured(str(error))
        except PlatformError as error:
            reading.error = error
            if isinstance(error, CursorRefused):
                self._restart(job, row, operation, error.reason)
        return reading

    def _pages(self, job: Job, row: ConnectionRow, operation: Operation, adapter: Adapter[Any],
               reading: Reading) -> None:
        sync = self._begin(job, row, operation)
        for number in range(1, PAGES_IN_A_ROW + 1):
            if sync is None or sync.finished_at is not None:
                return
            try:
                page = operation.fetch(adapter, sync.cursor)
            except PlatformError as error:
                reading.outcomes[operation.name] = error
                raise
            sync = self._save(job, row, operation, sync, page, last=number == PAGES_IN_A_ROW)

    def _begin(self, job: Job, row: ConnectionRow, operation: Operation) -> Sync | None:
        """Where an earlier worker stopped, or the beginning. None when there is nothing to do any more."""
        now = self.clock()
        with self.database.write() as tx:
            if not self._may_write(tx, job, row, now):
                return None
            before = syncs.get(tx, row.id, operation.name)
            if before is not None and before.credentials_version != row.credentials_version:
                _forget(tx, row, operation, "the settings have changed", now)
                before = None
            if before is not None and before.finished_at is None:
                return before
            fresh = Sync(connection_id=row.id, operation=operation.name, started_at=now,
                         credentials_version=row.credentials_version)
            sync = operation.begin(tx, fresh, before)
            syncs.save(tx, sync)
            return sync

    def _save(self, job: Job, row: ConnectionRow, operation: Operation, sync: Sync, page: Page, *,
              last: bool) -> Sync | None:
        now = self.clock()
        with self.database.write() as tx:
            if not self._may_write(tx, job, row, now):
                return None
            operation.keep(tx, sync, page, now)
            sync = advanced(sync, page, now)
            turn = guards.record(tx, row.id, {operation.name: None}, now, random.random())  # noqa: S311 – jitter
            if turn.back:
                ledger.wake_failed(tx, row.id, now - HERE, now)
            if sync.finished_at is not None:
                self._finish(tx, job, operation, sync, page, now)
            elif last:
                ledger.put_back(tx, job, now)
            syncs.save(tx, sync)
        if not sync.complete and sync.finished_at is not None:
            log.warning("%s, %s: ended incomplete after %d pages: %s", row.name, sync.operation, sync.pages, sync.note)
        return sync

    def _finish(self, tx: Transaction, job: Job, operation: Operation, sync: Sync, page: Page, now: datetime) -> None:
        held = operation.end(tx, sync, job.held, now)
        warnings = [*page.warnings]
        if held:
            warnings.append(Notice("shrink_guard", "more than half is missing; kept until the platform says so again",
                                   operation.name))
        if not sync.complete:
            warnings.append(Notice("sync_incomplete", sync.note, operation.name))
        next_at = now + plan.HELD_AGAIN if held else operation.again(tx, now)
        ledger.finish(tx, job, now, next_at, complete=sync.complete and not held, held=held,
                      warnings=[as_json(warning) for warning in warnings])

    def _nothing(self, job: Job, operation: Operation) -> None:
        """This adapter does not offer it, which is no failure."""
        now = self.clock()
        with self.database.write() as tx:
            ledger.finish(tx, job, now, operation.again(tx, now), complete=True)

    def _restart(self, job: Job, row: ConnectionRow, operation: Operation, reason: str) -> None:
        now = self.clock()
        with self.database.write() as tx:
            if self._may_write(tx, job, row, now):
                _forget(tx, row, operation, reason, now)

    def _may_write(self, tx: Transaction, job: Job, row: ConnectionRow, now: datetime) -> bool:
        """While the lease is ours, which is renewed, and the connection is as it was when the reading began."""
        if not ledger.renew(tx, job, now + self.lease):
            log.warning("%s, %s: the lease has ended or the platform was disconnected; what came late is dropped",
                        row.name, job.subject)
            return False
        current = platforms.get(tx, row.id)
        if current is None or current.archived_at or current.credentials_version != row.credentials_version:
            log.info("%s, %s: the settings have changed meanwhile; it begins again", row.name, job.subject)
            ledger.put_back(tx, job, now)
            return False
        return True


def advanced(sync: Sync, page: Page, now: datetime) -> Sync:
    """The sync after one more page: going on, at its end, or stopped by a limit or a loop.

    A loop is found by meeting a marked cursor again; the mark moves on whenever the number of pages is a power of two
    (Brent 1980), so that one cursor is kept and a loop of any length is found.
    """
    after = replace(sync, cursor=page.cursor, pages=sync.pages + 1, items=sync.items + page.items,
                    total=sync.total if page.total is None else page.total)
    if not page.complete:
        after = replace(after, complete=False, note=after.note or f"something was left out on page {after.pages}")
    if not page.more:
        return replace(after, finished_at=now)
    if page.cursor in (sync.mark, sync.cursor):
        return replace(after, finished_at=now, complete=False, note="the platform sent the same page address twice")
    if after.pages >= CATALOGUE_PAGES or after.items >= CATALOGUE_ITEMS:
        return replace(after, finished_at=now, complete=False,
                       note=f"stopped after {after.pages} pages with {after.items} items")
    power_of_two = after.pages & (after.pages - 1) == 0
    return replace(after, mark=page.cursor if power_of_two else sync.mark)


def _forget(tx: Transaction, row: ConnectionRow, operation: Operation, reason: str, now: datetime) -> None:
    """The sync begins again from its first page. What it has saved stays."""
    before = syncs.get(tx, row.id, operation.name)
    syncs.drop(tx, row.id, operation.name)
    operation.forget(tx, row.id, now)
    audit.record(tx, now, "refresh", "sync.restarted", row.name,
                 {"operation": operation.name, "reason": reason, "pages": before.pages if before else 0})
    log.warning("%s, %s: begins again: %s", row.name, operation.name, reason)

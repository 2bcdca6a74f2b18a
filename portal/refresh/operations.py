"""The two kinds of sync: what a connection offers, and whom to ask about again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from adapters.contract import Adapter, ReadsCatalogue, ReadsChanges
from portal.priority import Priority
from portal.refresh import plan
from portal.refresh.planning import HERE
from portal.refresh.reconcile import LEAST_TO_DOUBT, compare_resources
from portal.refresh.syncing import Operation, Page
from portal.store import guards, learning, ledger, people
from portal.store.database import Transaction
from portal.store.syncs import Sync

BELIEVED_AFTER = timedelta(minutes=10)
"""A catalogue that lost more than half is believed when it is still so small after this time."""


class Catalogue:
    """Resources are observed at the moment the sync began, whichever worker saves them; what was not observed since is
    not listed any more."""

    name = guards.CATALOGUE

    def offered_by(self, adapter: Adapter[Any]) -> bool:
        return isinstance(adapter, ReadsCatalogue)

    def fetch(self, adapter: Adapter[Any], cursor: str | None) -> Page:
        assert isinstance(adapter, ReadsCatalogue)
        page = adapter.catalogue(cursor)
        return Page(page.resources, len(page.resources), page.next_cursor, page.next_cursor is not None, page.total,
                    page.complete, page.warnings)

    def begin(self, tx: Transaction, fresh: Sync, before: Sync | None) -> Sync:
        return replace(fresh, known=learning.count_listed(tx, fresh.connection_id))

    def keep(self, tx: Transaction, sync: Sync, page: Page, now: datetime) -> None:
        ids = sorted({resource.external_id for resource in page.content})
        stored = learning.resources(tx, sync.connection_id, ids)
        changes = compare_resources(stored, page.content, catalogue=True, now=now)
        learning.save_resources(tx, sync.connection_id,
                                [*changes.added, *(new for _, _, new in changes.changed)], sync.started_at)
        learning.confirm_resources(tx, changes.confirmed, sync.started_at)

    def end(self, tx: Transaction, sync: Sync, held: Mapping[str, str], now: datetime) -> Mapping[str, str]:
        if not sync.complete:
            return held
        gone = learning.count_listed(tx, sync.connection_id, unseen_since=sync.started_at)
        since = held.get(self.name)
        doubted = gone and (since or (sync.known >= LEAST_TO_DOUBT and gone * 2 > sync.known))
        believed = since is not None and now - datetime.fromisoformat(since) >= BELIEVED_AFTER
        if doubted and not believed:
            return {self.name: since or now.isoformat()}
        learning.archive_unseen(tx, sync.connection_id, sync.started_at, now)
        return {}

    def forget(self, tx: Transaction, connection_id: int, now: datetime) -> None:
        """Nothing: the catalogue is read from its first page anyhow."""

    def again(self, tx: Transaction, now: datetime) -> datetime:
        return now + plan.CATALOGUE_EVERY


class Changes:
    """Learners who changed are due at once. The cursor lives on from sync to sync."""

    name = guards.CHANGES

    def offered_by(self, adapter: Adapter[Any]) -> bool:
        return isinstance(adapter, ReadsChanges)

    def fetch(self, adapter: Adapter[Any], cursor: str | None) -> Page:
        assert isinstance(adapter, ReadsChanges)
        page = adapter.changed_since(cursor)
        return Page(page.learners, len(page.learners), page.next_cursor, page.more)

    def begin(self, tx: Transaction, fresh: Sync, before: Sync | None) -> Sync:
        return replace(fresh, cursor=before.cursor if before else None)

    def keep(self, tx: Transaction, sync: Sync, page: Page, now: datetime) -> None:
        ledger.enqueue_learners(tx, people.named(tx, page.content), sync.connection_id, Priority.ACTIVE, now)

    def end(self, tx: Transaction, sync: Sync, held: Mapping[str, str], now: datetime) -> Mapping[str, str]:
        return {}

    def forget(self, tx: Transaction, connection_id: int, now: datetime) -> None:
        """Who changed meanwhile is not known: everybody who is here is asked about again."""
        ledger.enqueue_here(tx, connection_id, now - HERE, now)

    def again(self, tx: Transaction, now: datetime) -> datetime:
        return plan.next_changes(now, somebody_is_here=people.anybody_since(tx, now - HERE))


OPERATIONS: Mapping[str, Operation] = MappingProxyType({one.name: one for one in (Catalogue(), Changes())})

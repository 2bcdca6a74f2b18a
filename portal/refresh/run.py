"""One refresh: open, read, apply, settle. The same function for every runner."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.as_json import as_json
from adapters.contract import ReadsCatalogue
from adapters.errors import Ambiguous, Misconfigured, NotLinked, PlatformError, RateLimited
from adapters.records import Account
from portal.clock import Clock
from portal.connections.opening import Opener
from portal.learner_view import Learner
from portal.refresh import plan
from portal.refresh.applying import apply_catalogue, apply_learner
from portal.refresh.reactions import next_attempt
from portal.refresh.reading import Reading, read_learner
from portal.refresh.recommend import recommend
from portal.security.vault import SecretUnreadable
from portal.store import ledger, people, platforms
from portal.store.database import Database, Transaction
from portal.store.ledger import Job
from portal.store.platforms import ConnectionRow

LEASE = timedelta(minutes=5)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refresher:
    """What one refresh needs. worker: unique per thread and process, written into the lease."""

    database: Database
    opener: Opener
    clock: Clock
    active_every: timedelta
    worker: str

    def run_next(self, only: Collection[int] | None = None) -> Job | None:
        """Claim the most urgent job and do it; None when there is nothing to do now. only: these learners."""
        with self.database.write() as tx:
            job = ledger.claim(tx, self.worker, self.clock(), LEASE, only)
        if job is not None:
            self.run(job)
        return job

    def run(self, job: Job) -> None:
        with self.database.read() as tx:
            row = platforms.get(tx, job.connection_id)
            learner = people.by_id(tx, job.learner_id) if job.learner_id is not None else None
            known = platforms.account_of(tx, job.learner_id, job.connection_id) if job.learner_id is not None else None
        if row is None or (learner is None and job.learner_id is not None):
            return      # the row went away with its learner or connection
        try:
            reading = self._read_catalogue(row) if learner is None else self._read(row, learner, known)
        except (PlatformError, SecretUnreadable) as error:
            reading = Reading(error=error if isinstance(error, PlatformError) else Misconfigured(str(error)))
        self._settle(job, row, learner, reading)

    def _read(self, row: ConnectionRow, learner: Learner, known: Account | None) -> Reading:
        adapter = self.opener.open(row)
        with adapter.session:
            return read_learner(adapter, learner.identity(), known)

    def _read_catalogue(self, row: ConnectionRow) -> Reading:
        adapter = self.opener.open(row)
        with adapter.session:
            if not isinstance(adapter, ReadsCatalogue):
                return Reading()
            snapshot = adapter.catalogue()
            return Reading(snapshots=[snapshot], warnings=list(snapshot.warnings))

    def _settle(self, job: Job, row: ConnectionRow, learner: Learner | None, reading: Reading) -> None:
        now = self.clock()
        with self.database.write() as tx:
            if not ledger.holds(tx, job):
                log.warning("refresh of %s %s came back after its lease had ended; dropped", row.name, job.subject)
                return
            if learner is None:
                for snapshot in reading.snapshots:
                    apply_catalogue(tx, row.id, snapshot, now)
            else:
                self._apply(tx, job, row, learner, reading, now)
            if reading.error is None:
                ledger.finish(tx, job, now, plan.next_refresh(learner, now, self.active_every),
                              complete=reading.complete, warnings=[as_json(w) for w in reading.warnings])
            else:
                self._postpone(tx, job, reading.error, now)

    def _apply(self, tx: Transaction, job: Job, row: ConnectionRow, learner: Learner, reading: Reading,
               now: datetime) -> None:
        if reading.account is not None:
            owner = platforms.owner_of(tx, row.id, reading.account.external_id)
            if owner not in (None, learner.id):
                reading.error = Ambiguous("the account is linked to another learner already",
                                          rule=reading.account.matched_by, hits=2)
                return
            platforms.link(tx, learner.id, row.id, reading.account, now)
        if reading.snapshots:
            apply_learner(tx, learner.id, row.id, job.run, reading.snapshots, now)
            recommend(tx, learner, now)

    def _postpone(self, tx: Transaction, job: Job, error: PlatformError, now: datetime) -> None:
        if isinstance(error, RateLimited):
            ledger.pause_connection(tx, job.connection_id, error.not_before)
        if isinstance(error, NotLinked) and job.learner_id is not None:
            platforms.unlink(tx, job.learner_id, job.connection_id)
        again = next_attempt(error, job.attempts, now)
        ledger.postpone(tx, job, now, again, failure=error.kind, reason=error.reason)
        if job.attempts == 1:
            log.warning("connection %s: %s: %s", job.connection_id, error.kind, error.reason)

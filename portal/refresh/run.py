"""One refresh: open, read, apply, settle. The same function for every runner."""

from __future__ import annotations

import logging
import random
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.as_json import as_json
from adapters.errors import (
    Ambiguous,
    BadAnswer,
    BlockedAddress,
    CredentialsRefused,
    Misconfigured,
    NotLinked,
    PlatformError,
    RateLimited,
    WrongLearner,
)
from portal.clock import Clock
from portal.connections.opening import Opener
from portal.learner_view import Learner
from portal.quota import OwnQuota, lane_of
from portal.refresh import linking, plan
from portal.refresh.applying import apply_learner
from portal.refresh.operations import OPERATIONS
from portal.refresh.planning import HERE
from portal.refresh.reactions import reaction_to
from portal.refresh.reading import Reading, read_learner
from portal.refresh.recommend import recommend
from portal.refresh.syncing import Syncer
from portal.security.vault import SecretUnreadable
from portal.store import audit, guards, ledger, people, platforms
from portal.store.database import Database, Transaction
from portal.store.ledger import Job
from portal.store.platforms import ConnectionRow, Link

LEASE = timedelta(minutes=5)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refresher:
    """What one refresh needs. worker: unique per thread and process, written into the lease. lease: after this time
    without a sign of life another worker takes over."""

    database: Database
    opener: Opener
    clock: Clock
    active_every: timedelta
    worker: str
    lease: timedelta = LEASE

    def run_next(self, only: Collection[int] | None = None) -> Job | None:
        """Claim the most urgent job and do it; None when there is nothing to do now. only: these learners."""
        with self.database.write() as tx:
            job = ledger.claim(tx, self.worker, self.clock(), self.lease, only)
        if job is not None:
            self.run(job)
        return job

    def run(self, job: Job) -> None:
        with self.database.read() as tx:
            row = platforms.get(tx, job.connection_id)
            learner = people.by_id(tx, job.learner_id) if job.learner_id is not None else None
            link = platforms.link_of(tx, job.learner_id, job.connection_id) if job.learner_id is not None else None
        if row is None or (learner is None and job.learner_id is not None):
            return      # the row went away with its learner or connection
        if learner is None:
            syncer = Syncer(self.database, self.opener, self.clock, self.lease)
            reading = syncer.run(job, row, OPERATIONS[job.subject])
            if reading.error is None:
                return      # settled page by page
        else:
            reading = self._read(job, row, learner, link)
        self._settle(job, row, learner, reading)

    def _read(self, job: Job, row: ConnectionRow, learner: Learner, link: Link | None) -> Reading:
        try:
            adapter = self.opener.open(row, lane_of(job.priority))
            with adapter.session:
                return read_learner(adapter, learner.identity(), link.account if link else None, job.resting,
                                    look_again=link is not None and linking.is_old(link, self.clock()))
        except (PlatformError, SecretUnreadable) as error:
            return Reading(error=error if isinstance(error, PlatformError) else Misconfigured(str(error)))

    def _settle(self, job: Job, row: ConnectionRow, learner: Learner | None, reading: Reading) -> None:
        """Everything that follows from a reading, in one transaction – and only while the lease is ours and the
        connection is as it was when the reading began."""
        now = self.clock()
        with self.database.write() as tx:
            if not ledger.holds(tx, job):
                log.warning("refresh of %s %s came back after its lease had ended; dropped", row.name, job.subject)
                return
            current = platforms.get(tx, row.id)
            if current is None or current.archived_at or current.credentials_version != row.credentials_version:
                ledger.put_back(tx, job, now)       # the settings changed meanwhile: what was read is of yesterday
                return
            held = self._apply(tx, job, row, learner, reading, now)
            turn = guards.record(tx, row.id, _faults(reading), now, random.random())  # noqa: S311 – jitter
            _tell(row.name, turn, reading)
            if turn.back:
                ledger.wake_failed(tx, row.id, now - HERE, now)
            if learner is None or reading.error is not None:
                assert reading.error is not None
                self._postpone(tx, job, row, learner, reading.error, now)
                return
            next_at = now + plan.HELD_AGAIN if held else plan.next_refresh(
                learner, now, plan.paces_of(current, self.active_every))
            ledger.finish(tx, job, now, next_at, complete=reading.complete and not held, held=held,
                          warnings=[as_json(w) for w in reading.warnings])

    def _apply(self, tx: Transaction, job: Job, row: ConnectionRow, learner: Learner | None, reading: Reading,
               now: datetime) -> dict[str, str]:
        """Returns what is held back (see ``applying.Applied``)."""
        if learner is None:
            return dict(job.held)
        if reading.account is not None:
            doubt = linking.doubt(tx, learner, row.id, reading.account, now)
            if doubt is not None:
                reading.error = doubt
                return dict(job.held)
            if reading.found:
                platforms.link(tx, learner.id, row.id, reading.account, now)
        if not reading.snapshots:
            return dict(job.held)
        applied = apply_learner(tx, learner.id, row.id, job.run, reading.snapshots, job.held, now)
        reading.warnings.extend(applied.warnings)
        recommend(tx, learner, now)
        return applied.held

    def _postpone(self, tx: Transaction, job: Job, row: ConnectionRow, learner: Learner | None, error: PlatformError,
                  now: datetime) -> None:
        if isinstance(error, OwnQuota):
            ledger.put_back(tx, job, error.not_before)
            return
        if isinstance(error, CredentialsRefused | BlockedAddress):
            guards.refuse(tx, row.id, error.reason, now)
        if isinstance(error, WrongLearner):
            guards.stop(tx, row.id, error.reason, now)
            log.critical("%s answered about another learner and rests until somebody looks at it", row.name)
        if isinstance(error, WrongLearner | BlockedAddress):
            audit.record(tx, now, "refresh", "connection.stopped", row.name,
                         {"critical": True, "type": error.kind, "reason": error.reason, "operation": error.operation})
        if isinstance(error, RateLimited):
            log.warning("%s asked us to wait until %s", row.name, error.not_before.isoformat(timespec="seconds"))
        if (isinstance(error, NotLinked) and not isinstance(error, Ambiguous) and learner is not None
                and platforms.unlink(tx, learner.id, row.id)):
            audit.record(tx, now, "refresh", "account.unlinked", row.name,
                         {"learner": learner.id, "reason": error.reason, "operation": error.operation})
        sample = f" ({error.sample})" if isinstance(error, BadAnswer) and error.sample else ""
        ledger.postpone(tx, job, now, plan.next_try(learner, error, job.attempts, now), failure=error.kind,
                        reason=error.reason + sample, about_learner=not _is_passing(error))


def _is_passing(error: PlatformError) -> bool:
    """The platform is in trouble, which says nothing about whose the account is."""
    return reaction_to(error).platforms_fault or isinstance(error, RateLimited)


def _tell(name: str, turn: guards.Turn, reading: Reading) -> None:
    """One line per change of state, whoever was read and however often."""
    for operation in sorted(turn.fell):
        error = reading.outcomes[operation]
        if error is not None and not isinstance(error, WrongLearner):     # which is told as critical
            log.warning("%s, %s: %s: %s", name, operation, error.kind, error.reason)
    for operation in sorted(turn.rose):
        log.info("%s, %s: answers again", name, operation)
    if reading.error is not None and not reading.outcomes:
        log.warning("%s could not be opened: %s", name, reading.error.reason)


def _faults(reading: Reading) -> dict[str, str | None]:
    """For the breakers: operation → None, or why it failed by the platform's fault. What is nobody's or one learner's
    matter does not count, neither for nor against."""
    return {operation: error.reason if error is not None else None for operation, error in reading.outcomes.items()
            if error is None or reaction_to(error).platforms_fault}

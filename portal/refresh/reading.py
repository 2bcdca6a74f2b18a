"""Asking one platform about one learner: account first, then each capability, errors kept apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from adapters.contract import Adapter, IdentifiesLearners, read
from adapters.errors import BadAnswer, Forbidden, PlatformError, WrongLearner
from adapters.records import Account, Capability, LearnerIdentity, Notice, Snapshot


@dataclass(slots=True)
class Reading:
    """What came back. error: the failure that ended the reading; what was read before it is still good."""

    account: Account | None = None
    snapshots: list[Snapshot] = field(default_factory=list)
    warnings: list[Notice] = field(default_factory=list)
    error: PlatformError | None = None

    @property
    def complete(self) -> bool:
        return self.error is None and all(s.complete for s in self.snapshots)


def read_learner(adapter: Adapter[Any], learner: LearnerIdentity, known: Account | None) -> Reading:
    """known: the account linked before. One capability that fails by itself (a broken badge list, a missing
    permission) does not take the others down; anything else ends the reading."""
    reading = Reading()
    try:
        reading.account = known or _find(adapter, learner)
        for capability in sorted(type(adapter).capabilities() - {Capability.CATALOGUE}):
            _read_one(adapter, capability, reading)
    except PlatformError as error:
        reading.error = error
    if reading.error is None and not reading.snapshots and reading.warnings:
        reading.error = BadAnswer(reading.warnings[-1].message, sample=reading.warnings[-1].sample)
    return reading


def _find(adapter: Adapter[Any], learner: LearnerIdentity) -> Account:
    if not isinstance(adapter, IdentifiesLearners):
        raise TypeError(f"{adapter.manifest.key} reads learners but cannot find them")
    return adapter.find_account(learner)


def _read_one(adapter: Adapter[Any], capability: Capability, reading: Reading) -> None:
    assert reading.account is not None
    try:
        snapshot = read(adapter, capability, reading.account)
    except (BadAnswer, Forbidden) as error:
        reading.warnings.append(Notice(f"{capability.value}_failed", f"{error.kind}: {error.reason}", error.operation))
        return
    if snapshot.learner_seen is not None and snapshot.learner_seen != reading.account.external_id:
        raise WrongLearner("the answer names another learner than the one asked for", operation=capability.value)
    reading.snapshots.append(snapshot)
    reading.warnings.extend(snapshot.warnings)

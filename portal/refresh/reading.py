"""Asking one platform about one learner: account first, then each capability, errors kept apart."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from typing import Any

from adapters.contract import Adapter, IdentifiesLearners, read
from adapters.errors import Ambiguous, BadAnswer, Forbidden, NotLinked, PlatformError, WrongLearner
from adapters.records import Account, Capability, LearnerIdentity, Notice, Snapshot
from portal.store.guards import ACCOUNTS


@dataclass(slots=True)
class Reading:
    """What came back. error: the failure that ended the reading; what was read before it is still good.

    outcomes: operation → None where it was answered, else the error: for the breakers. found: the account was looked
    for and found this time, so its evidence is fresh.
    """

    account: Account | None = None
    found: bool = False
    snapshots: list[Snapshot] = field(default_factory=list)
    warnings: list[Notice] = field(default_factory=list)
    error: PlatformError | None = None
    outcomes: dict[str, PlatformError | None] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        return self.error is None and bool(self.snapshots) and all(s.complete for s in self.snapshots)


def read_learner(adapter: Adapter[Any], learner: LearnerIdentity, known: Account | None,
                 resting: Set[str] = frozenset(), *, look_again: bool = False) -> Reading:
    """known: the account linked before. resting: operations not to call now. look_again: find the account anew.

    One capability that fails by itself (a broken badge list, a missing permission) does not take the others down;
    anything else ends the reading.
    """
    reading = Reading()
    try:
        reading.account = known
        if known is None or look_again:
            _find(adapter, learner, reading)
        for capability in sorted(type(adapter).capabilities() - {Capability.CATALOGUE}):
            if capability.value in resting:
                reading.warnings.append(Notice(f"{capability.value}_resting", "not asked: it failed several times"))
            else:
                _read_one(adapter, capability, reading)
    except PlatformError as error:
        reading.error = error
    if reading.error is None and not reading.snapshots and reading.warnings:
        reading.error = next((e for e in reading.outcomes.values() if e is not None), None) or BadAnswer(
            reading.warnings[-1].message)
    return reading


def _find(adapter: Adapter[Any], learner: LearnerIdentity, reading: Reading) -> None:
    """An account known before is kept when it is not found again – an e-mail may have changed on one side – and in
    doubt when another one is found, or several."""
    if not isinstance(adapter, IdentifiesLearners):
        raise TypeError(f"{adapter.manifest.key} reads learners but cannot find them")
    known = reading.account
    try:
        account = _asked(reading, ACCOUNTS, lambda: adapter.find_account(learner))
    except Ambiguous:
        raise
    except NotLinked as error:
        if known is None:
            raise
        reading.warnings.append(Notice("account_not_found_again", f"the link is kept; looked for anew: {error.reason}"))
        return
    if known is not None and known.external_id != account.external_id:
        raise Ambiguous(f"the learner's {account.matched_by} leads to another account than the one linked",
                        rule=account.matched_by, hits=2, operation=ACCOUNTS)
    reading.account, reading.found = account, True


def _asked(reading: Reading, operation: str, call: Any) -> Any:
    try:
        answer = call()
    except PlatformError as error:
        reading.outcomes[operation] = error
        raise
    reading.outcomes[operation] = None
    return answer


def _read_one(adapter: Adapter[Any], capability: Capability, reading: Reading) -> None:
    account = reading.account
    assert account is not None
    try:
        snapshot = _asked(reading, capability.value, lambda: _judged(read(adapter, capability, account), account))
    except WrongLearner:
        reading.snapshots.clear()       # whatever else this platform said just now is not to be trusted either
        raise
    except (BadAnswer, Forbidden) as error:
        reading.warnings.append(Notice(f"{capability.value}_failed", f"{error.kind}: {error.reason}", error.operation))
        return
    reading.snapshots.append(snapshot)
    reading.warnings.extend(snapshot.warnings)


def _judged(snapshot: Snapshot, account: Account) -> Snapshot:
    """The same snapshot if it can be believed. Raises WrongLearner, and BadAnswer where not one item was readable:
    then the format has changed, and "updated just now" would be a lie."""
    if snapshot.learner_seen is not None and snapshot.learner_seen != account.external_id:
        raise WrongLearner("the answer names another learner than the one asked for",
                           operation=snapshot.capability.value)
    skipped = [notice for notice in snapshot.warnings if notice.code == "item_skipped"]
    if skipped and not snapshot.records():
        raise BadAnswer("nothing in the answer is readable", sample=skipped[0].sample,
                        operation=snapshot.capability.value)
    return snapshot

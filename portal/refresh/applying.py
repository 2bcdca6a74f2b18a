"""From a valid reading to the store: compare, write, note what happened, keep the trail. One transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from adapters.records import Capability, LearningResource, Notice, Origin, Record, Snapshot
from portal.refresh.reconcile import compare, compare_resources, happenings, outcomes, shrank
from portal.store import learning
from portal.store.database import Transaction
from portal.store.learning import Kind

R = TypeVar("R", bound=Record)
TrailEntry = tuple[str, str, str, str, str]

BELIEVED_AFTER = timedelta(minutes=10)
"""A list that lost more than half is believed when the platform still says so after this time."""


@dataclass(slots=True)
class Applied:
    """held: kinds of records whose shrinking is not believed yet, and since when (ISO 8601)."""

    held: dict[str, str] = field(default_factory=dict)
    warnings: list[Notice] = field(default_factory=list)
    trail: list[TrailEntry] = field(default_factory=list)


def apply_learner(tx: Transaction, learner_id: int, connection_id: int, run: int, snapshots: Sequence[Snapshot],
                  held: Mapping[str, str], now: datetime) -> Applied:
    """held: what an earlier reading held back. Returns what is held back now."""
    applied = Applied()
    for snapshot in snapshots:
        resource_ids = _resources(tx, connection_id, snapshot, now)
        for kind, seen in _personal(snapshot):
            _personal_kind(tx, kind, seen, snapshot.complete, learner_id, connection_id, resource_ids, held, applied,
                           now)
    learning.keep_trail(tx, learner_id, connection_id, run, applied.trail, now)
    return applied


def _personal(snapshot: Snapshot) -> list[tuple[Kind[Any], tuple[Any, ...]]]:
    """Which kinds this capability is the truth about."""
    truths: dict[Capability, list[tuple[Kind[Any], tuple[Any, ...]]]] = {
        Capability.ENROLMENTS: [(learning.ENROLMENTS, snapshot.enrolments),
                                (learning.ASSIGNMENTS, snapshot.assignments)],
        Capability.RECOMMENDATIONS: [(learning.RECOMMENDATIONS, snapshot.recommendations)],
        Capability.BADGES: [(learning.BADGES, snapshot.badges)],
        Capability.CATALOGUE: [],
    }
    return truths[snapshot.capability]


def _resources(tx: Transaction, connection_id: int, snapshot: Snapshot, now: datetime) -> Mapping[str, int]:
    """Save the resources a personal answer mentions; returns our ids by the platform's."""
    wanted = sorted({r.external_id for r in snapshot.resources})
    if not wanted:
        return {}
    stored = learning.resources(tx, connection_id, wanted)
    changes = compare_resources(stored, snapshot.resources, catalogue=False, now=now)
    fresh: list[LearningResource] = [*changes.added, *(new for _, _, new in changes.changed)]
    learning.save_resources(tx, connection_id, fresh, now)
    learning.confirm_resources(tx, changes.confirmed, now)
    if changes.added:
        stored = learning.resources(tx, connection_id, wanted)
    return {external_id: known.id for external_id, known in stored.items()}


def _personal_kind(tx: Transaction, kind: Kind[R], seen: Sequence[R], complete: bool, learner_id: int,
                   connection_id: int, resource_ids: Mapping[str, int], held: Mapping[str, str], applied: Applied,
                   now: datetime) -> None:
    stored = {key: known for key, known in learning.stored(tx, kind, learner_id, connection_id).items()
              if not _ours(known.record)}
    changes = compare(stored, seen, complete=complete, now=now)
    drifted = {record.external_id for record in seen} - stored.keys() - {record.external_id for record in changes.added}
    if drifted:
        applied.warnings.append(Notice("id_drift", f"{len(drifted)} ids are spelled differently than before; taken as "
                                       "the same records", kind.name))
    if shrank(stored, changes):
        since = held.get(kind.name)
        if since is None or now - datetime.fromisoformat(since) < BELIEVED_AFTER:
            applied.held[kind.name] = since or now.isoformat()
            applied.warnings.append(Notice(
                "shrink_guard", f"{len(changes.gone)} of {len(stored)} records were missing; kept until the platform "
                "says so again", kind.name))
            changes = replace(changes, gone=())
    learning.add(tx, kind, learner_id, connection_id, changes.added, resource_ids, now)
    learning.change(tx, kind, [(row_id, new) for row_id, _, new in changes.changed], resource_ids, now)
    learning.confirm(tx, kind, changes.confirmed, now)
    learning.archive(tx, kind, [row_id for row_id, _ in changes.gone], now)
    learning.append_events(tx, learner_id, connection_id, happenings(changes), now)
    origins: dict[str, Origin] = {record.external_id: record.origin for record in seen}
    for key, outcome in outcomes(changes, stored).items():
        origin = origins.get(key, Origin())
        applied.trail.append((kind.name, key, origin.answer, origin.decision, outcome))


def _ours(record: Record) -> bool:
    """Recommendations Homeroom made itself are not the platform's to withdraw."""
    return getattr(record, "source", "") == "homeroom"

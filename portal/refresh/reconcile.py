"""Snapshot against store: what is new, changed, confirmed, gone – and what happened. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Generic, TypeVar

from adapters.records import (
    Assignment,
    Badge,
    Enrolment,
    LearningResource,
    Recommendation,
    Record,
    Status,
    Verification,
)
from portal.stored import Event, Stored

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Changes(Generic[R]):
    """changed and revived carry our row id and what stood there before."""

    added: tuple[R, ...]
    changed: tuple[tuple[int, R, R], ...]
    """(row id, before, now)"""
    confirmed: tuple[int, ...]
    gone: tuple[tuple[int, R], ...]


def compare(stored: Mapping[str, Stored[R]], seen: Iterable[R], *, complete: bool) -> Changes[R]:
    """complete: only then does a record that was not seen count as gone.

    The same external id twice in one answer: the later one counts. A finished enrolment is never gone: platforms
    drop courses together with the enrolment, and the learner's history must not follow.
    """
    by_id = {record.external_id: record for record in seen}
    added, changed, confirmed = [], [], []
    for external_id, record in by_id.items():
        known = stored.get(external_id)
        if known is None:
            added.append(record)
        elif known.archived or known.record != record:
            changed.append((known.id, known.record, record))
        else:
            confirmed.append(known.id)
    gone = [(known.id, known.record) for external_id, known in stored.items()
            if complete and external_id not in by_id and not known.archived and not _is_history(known.record)]
    return Changes(tuple(added), tuple(changed), tuple(confirmed), tuple(gone))


def merged(known: LearningResource, seen: LearningResource) -> LearningResource:
    """A learner's answer describes a resource more thinly than the catalogue: what it leaves empty stays."""
    kept = {f.name: getattr(known, f.name) for f in fields(LearningResource)
            if f.name != "origin" and getattr(seen, f.name) in (None, "", (), False)}
    return replace(seen, **kept)


def compare_resources(stored: Mapping[str, Stored[LearningResource]], seen: Iterable[LearningResource], *,
                      catalogue: bool, complete: bool = False) -> Changes[LearningResource]:
    """catalogue: the answer describes the resources themselves, so it replaces; else it only adds (``merged``)."""
    result = [record if catalogue or record.external_id not in stored
              else merged(stored[record.external_id].record, record) for record in seen]
    return compare(stored, result, complete=catalogue and complete)


def happenings(changes: Changes[R]) -> list[Event]:
    """One event per change that means something to a person."""
    events = [e for record in changes.added for e in _began(record)]
    events += [e for _, before, now in changes.changed for e in _became(before, now)]
    events += [Event("withdrawn", _name(record), record.external_id, {}) for _, record in changes.gone]
    return events


def outcomes(changes: Changes[R], stored: Mapping[str, Stored[R]]) -> dict[str, str]:
    """external id → new, changed, same, gone: the last column of the trail."""
    ids = {known.id: external_id for external_id, known in stored.items()}
    said = {record.external_id: "new" for record in changes.added}
    said |= {record.external_id: "changed" for _, _, record in changes.changed}
    said |= {ids[row_id]: "same" for row_id in changes.confirmed}
    said |= {record.external_id: "gone" for _, record in changes.gone}
    return said


def _is_history(record: Record) -> bool:
    return isinstance(record, Enrolment | Assignment) and record.status is Status.COMPLETED


def _name(record: Record) -> str:
    return type(record).__name__.lower()


def _began(record: Record) -> list[Event]:
    name, key = _name(record), record.external_id
    match record:
        case Enrolment(status=Status.COMPLETED):
            return [Event("completed", name, key, {"at": _iso(record.completed_at)})]
        case Enrolment():
            return [Event("enrolled", name, key, {"status": record.status.value})]
        case Assignment():
            return [Event("assigned", name, key, {"required": record.required})]
        case Badge():
            return [Event("awarded", name, key, {})]
        case _:
            return []


def _became(before: Record, now: Record) -> list[Event]:
    name, key = _name(now), now.external_id
    events: list[Event] = []
    match before, now:
        case Enrolment(), Enrolment():
            if before.status is not now.status:
                kind = {Status.COMPLETED: "completed", Status.IN_PROGRESS: "started"}.get(now.status, "status_changed")
                events.append(Event(kind, name, key, {"from": before.status.value, "to": now.status.value}))
            elif before.progress != now.progress:
                events.append(Event("progressed", name, key, {"from": before.progress, "to": now.progress}))
        case Assignment(), Assignment():
            if before.due != now.due:
                events.append(Event("due_changed", name, key, {}))
            if before.status is not now.status and now.status is Status.COMPLETED:
                events.append(Event("completed", name, key, {}))
        case Badge(), Badge():
            if now.verification is Verification.REVOKED and before.verification is not now.verification:
                events.append(Event("revoked", name, key, {}))
        case Recommendation(), _:
            pass
    return events


def _iso(moment: object) -> str | None:
    return str(moment) if moment is not None else None

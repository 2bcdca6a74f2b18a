"""Snapshot against store: what is new, changed, confirmed, gone – and what happened. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

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
from adapters.times import EARLIEST
from portal.stored import Event, Stored

R = TypeVar("R", bound=Record)

LEAST_TO_DOUBT = 4


@dataclass(frozen=True, slots=True)
class Changes(Generic[R]):
    """changed and revived carry our row id and what stood there before."""

    added: tuple[R, ...]
    changed: tuple[tuple[int, R, R], ...]
    """(row id, before, now)"""
    confirmed: tuple[int, ...]
    gone: tuple[tuple[int, R], ...]


def compare(stored: Mapping[str, Stored[R]], seen: Iterable[R], *, complete: bool,
            now: datetime | None = None) -> Changes[R]:
    """complete: only then does a record that was not seen count as gone. now: no platform time may lie beyond it.

    The same external id twice in one answer: the one the platform touched later counts, else the later one. An id that
    only changed its spelling (7 became "7", upper became lower case) is the same record. A finished enrolment is never
    gone: platforms drop courses together with the enrolment, and the learner's history must not follow.
    """
    by_id = _one_each(_known_ids(stored, record) for record in seen)
    added, changed, confirmed = [], [], []
    for external_id, record in by_id.items():
        known = stored.get(external_id)
        if known is None:
            added.append(_not_in_future(record, now))
            continue
        settled = never_backwards(known.record, _not_in_future(record, now))
        if known.archived or known.record != settled:
            changed.append((known.id, known.record, settled))
        else:
            confirmed.append(known.id)
    gone = [(known.id, known.record) for external_id, known in stored.items()
            if complete and external_id not in by_id and not known.archived and not _is_history(known.record)]
    return Changes(tuple(added), tuple(changed), tuple(confirmed), tuple(gone))


def shrank(stored: Mapping[str, Stored[R]], changes: Changes[R]) -> bool:
    """Whether so much is missing that the answer itself is in doubt: more than half of at least four. What is finished
    can never be missing and does not count."""
    active = sum(not known.archived and not _is_history(known.record) for known in stored.values())
    return active >= LEAST_TO_DOUBT and len(changes.gone) * 2 > active


def never_backwards(before: R, now: R) -> R:
    """Progress and completion only go back when the platform's own time says that this is the newer truth."""
    if not isinstance(before, Enrolment) or not isinstance(now, Enrolment) or _touched(now) > _touched(before):
        return now
    if before.status is Status.COMPLETED and now.status is not Status.COMPLETED:
        return replace(now, status=before.status, progress=before.progress, completed_at=before.completed_at)
    if now.status is before.status and (before.progress or 0.0) > (now.progress or 0.0):
        return replace(now, progress=before.progress)
    return now


def _touched(record: Record) -> datetime:
    """The platform's own time of the record; the earliest possible where it tells none."""
    times = [getattr(record, name, None) for name in ("platform_updated_at", "last_activity_at", "updated_at")]
    return max((moment for moment in times if moment is not None), default=EARLIEST)


def _one_each(records: Iterable[R]) -> dict[str, R]:
    found: dict[str, R] = {}
    for record in records:
        other = found.get(record.external_id)
        if other is None or _touched(record) >= _touched(other):
            found[record.external_id] = record
    return found


def _known_ids(stored: Mapping[str, Stored[R]], record: R) -> R:
    """The record under the spelling of its id that is stored, if exactly one stored id differs in case only."""
    if record.external_id in stored:
        return record
    folded = record.external_id.strip().casefold()
    alike = [key for key in stored if key.casefold() == folded]
    return replace(record, external_id=alike[0]) if len(alike) == 1 else record


_HAPPENED = ("started_at", "completed_at", "last_activity_at", "platform_updated_at", "assigned_at", "issued_at",
             "updated_at")


def _not_in_future(record: R, now: datetime | None) -> R:
    """A platform's clock may be ahead; what already happened cannot lie in our future."""
    if now is None:
        return record
    late: dict[str, Any] = {name: now for name in _HAPPENED
                            if (moment := getattr(record, name, None)) is not None and moment > now}
    return replace(record, **late) if late else record


def merged(known: LearningResource, seen: LearningResource) -> LearningResource:
    """A learner's answer describes a resource more thinly than the catalogue: what it leaves empty stays."""
    kept = {f.name: getattr(known, f.name) for f in fields(LearningResource)
            if f.name != "origin" and getattr(seen, f.name) in (None, "", (), False)}
    return replace(seen, **kept)


def compare_resources(stored: Mapping[str, Stored[LearningResource]], seen: Iterable[LearningResource], *,
                      catalogue: bool, complete: bool = False,
                      now: datetime | None = None) -> Changes[LearningResource]:
    """catalogue: the answer describes the resources themselves, so it replaces; else it only adds (``merged``)."""
    result = [record if catalogue or record.external_id not in stored
              else merged(stored[record.external_id].record, record) for record in seen]
    return compare(stored, result, complete=catalogue and complete, now=now)


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

"""Snapshot against store: what is new, changed, confirmed, gone – and what is told about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.records import Due, Record, Status, Verification
from portal.refresh.reconcile import Changes, compare, compare_resources, happenings, outcomes
from portal.stored import Stored
from tests.factories import a_badge, a_resource, an_assignment, an_enrolment


def _stored(*records: Record, archived: bool = False) -> dict[str, Stored[Record]]:
    return {r.external_id: Stored(n, r, archived) for n, r in enumerate(records, start=1)}


def _kinds(changes: Changes[Record]) -> list[str]:
    return [event.kind for event in happenings(changes)]


HALF = an_enrolment(progress=0.5)
DONE = an_enrolment(status=Status.COMPLETED, progress=1.0)
DUE = an_assignment(due=Due(date(2026, 11, 30)))

TABLE = [
    ("new", {}, [HALF], True, ["enrolled"], {"e1": "new"}),
    ("new and finished", {}, [DONE], True, ["completed"], {"e1": "new"}),
    ("unchanged", _stored(HALF), [HALF], True, [], {"e1": "same"}),
    ("origin alone is no change", _stored(HALF), [replace(HALF, origin=DUE.origin)], True, [], {"e1": "same"}),
    ("progressed", _stored(HALF), [replace(HALF, progress=0.6)], True, ["progressed"], {"e1": "changed"}),
    ("completed", _stored(HALF), [DONE], True, ["completed"], {"e1": "changed"}),
    ("gone", _stored(HALF), [], True, ["withdrawn"], {"e1": "gone"}),
    ("not seen in a partial answer", _stored(HALF), [], False, [], {}),
    ("finished courses stay when the enrolment ends", _stored(DONE), [], True, [], {}),
    ("already archived is not gone twice", _stored(HALF, archived=True), [], True, [], {}),
    ("comes back", _stored(HALF, archived=True), [HALF], True, [], {"e1": "changed"}),
    ("assigned", {}, [DUE], True, ["assigned"], {"a1": "new"}),
    ("due moved", _stored(DUE), [replace(DUE, due=Due(date(2026, 12, 1)))], True, ["due_changed"], {"a1": "changed"}),
    ("same day, other precision", _stored(DUE), [replace(DUE, due=Due(datetime(2026, 11, 30, tzinfo=UTC)))], True,
     ["due_changed"], {"a1": "changed"}),
    ("awarded", {}, [a_badge()], True, ["awarded"], {"b1": "new"}),
    ("revoked", _stored(a_badge()), [a_badge(verification=Verification.REVOKED)], True, ["revoked"],
     {"b1": "changed"}),
]


@pytest.mark.parametrize(("case", "stored", "seen", "complete", "events", "trail"), TABLE,
                         ids=[row[0] for row in TABLE])
def test_compare(case: str, stored: dict[str, Stored[Record]], seen: list[Record], complete: bool, events: list[str],
                 trail: dict[str, str]) -> None:
    changes = compare(stored, seen, complete=complete)
    assert _kinds(changes) == events
    assert outcomes(changes, stored) == trail


def test_compare__the_same_id_twice_counts_once_and_the_later_one_counts() -> None:
    changes = compare({}, [HALF, replace(HALF, progress=0.9)], complete=True)
    assert [e.progress for e in changes.added] == [0.9]


def test_compare__a_yearly_repeat_is_three_assignments() -> None:
    years = [an_assignment(external_id=f"fire-{year}", due=Due(date(year, 3, 1)),
                           status=Status.COMPLETED if year < 2026 else Status.NOT_STARTED)
             for year in (2024, 2025, 2026)]
    changes = compare(_stored(*years[:2]), years[2:], complete=True)
    assert [a.external_id for a in changes.added] == ["fire-2026"]
    assert changes.gone == ()


def test_resources__a_learners_thin_answer_does_not_empty_the_catalogue_entry() -> None:
    rich = a_resource(summary="How to leave a burning house", topics=("safety",), open_to_all=True,
                      duration=timedelta(minutes=20))
    thin = a_resource(title="Fire safety 2026")
    ((_, _, now),) = compare_resources(_stored(rich), [thin], catalogue=False).changed
    assert now == replace(rich, title="Fire safety 2026")


def test_resources__the_catalogue_itself_may_empty_a_field_and_archive_an_entry() -> None:
    rich, other = a_resource(summary="old"), a_resource("2")
    changes = compare_resources(_stored(rich, other), [a_resource()], catalogue=True, complete=True)
    assert [now.summary for _, _, now in changes.changed] == [""]
    assert [gone.external_id for _, gone in changes.gone] == ["2"]


def test_resources__a_learners_answer_never_archives() -> None:
    assert compare_resources(_stored(a_resource()), [], catalogue=False, complete=True).gone == ()

"""Continue: what has been begun and not finished, last touched first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import Field

from adapters.records import Capability, Due, Status
from portal.home.cards import Card, about, platform_names
from portal.home.deadlines import deadline, is_open
from portal.home.reader import Reader
from portal.home.section import Section, SectionOptions, Words
from portal.learner_view import EnrolmentItem, LearnerView, Need


class ContinueLearning(Section[EnrolmentItem]):
    key = "continue"
    needs = frozenset({Need.ENROLMENTS, Need.ASSIGNMENTS})
    fed_by = frozenset({Capability.ENROLMENTS})
    first_row = 4

    class Options(SectionOptions):
        limit: int = Field(4, ge=1, le=50, title="How many", description="Cards shown before “Show all”.")

    def words(self, reader: Reader) -> Words:
        return Words(reader.say("Continue"), reader.say("Ready when you are"),
                     reader.say("Whatever you begin, on any platform, waits for you here."))

    def items(self, view: LearnerView, reader: Reader) -> Sequence[EnrolmentItem]:
        return sorted((item for item in view.enrolments if item.enrolment.status is Status.IN_PROGRESS),
                      key=_touched, reverse=True)

    def cards(self, items: Sequence[EnrolmentItem], view: LearnerView, reader: Reader) -> tuple[Card, ...]:
        names = platform_names(view)
        dues = _next_due(view, reader)
        return tuple(_card(item, names.get(item.seen.connection_id, ""), dues.get(item.resource_id), reader)
                     for item in items)


def _touched(item: EnrolmentItem) -> datetime:
    return item.enrolment.last_activity_at or item.enrolment.started_at or item.seen.changed_at


def _next_due(view: LearnerView, reader: Reader) -> dict[int, Due]:
    """resource id → the earliest date of what is still to be done there."""
    found: dict[int, Due] = {}
    for item in view.assignments:
        due = item.assignment.due
        if due is None or not is_open(item.assignment):
            continue
        known = found.get(item.resource_id)
        if known is None or due.deadline(reader.zone) < known.deadline(reader.zone):
            found[item.resource_id] = due
    return found


def _card(item: EnrolmentItem, platform: str, due: Due | None, reader: Reader) -> Card:
    share = item.enrolment.progress
    percent = None if share is None else int(share * 100)      # 99.6 % is not yet all of it
    until = deadline(due, reader) if due else None
    touched = item.enrolment.last_activity_at
    return Card(
        about=about(item.resource, item.resource_id, platform, reader), percent=percent,
        progress="" if percent is None else reader.say("{percent} % complete", percent=percent),
        activity=reader.say("Last opened {age}", age=reader.ago(touched)) if touched else reader.say("Begun"),
        due=until.words if until else "", due_tone=until.tone if until else "")

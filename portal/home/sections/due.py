"""Due soon: what somebody asks for or has set a date to. Required first, then by date; nothing is left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import Field

from adapters.records import Capability
from portal.home.cards import DueCard, about, platform_names
from portal.home.deadlines import deadline, is_open
from portal.home.reader import Reader
from portal.home.section import Section, SectionOptions, Words
from portal.learner_view import AssignmentItem, LearnerView, Need


class DueSoon(Section[AssignmentItem]):
    key = "due"
    needs = frozenset({Need.ASSIGNMENTS})
    fed_by = frozenset({Capability.ENROLMENTS})
    first_row = 4

    class Options(SectionOptions):
        limit: int = Field(5, ge=1, le=50, title="How many", description="Lines shown before “Show all”.")

    def words(self, reader: Reader) -> Words:
        return Words(reader.say("Due soon"), reader.say("Nothing is due"),
                     reader.say("What your organisation asks of you appears here with its date."))

    def items(self, view: LearnerView, reader: Reader) -> Sequence[AssignmentItem]:
        def order(item: AssignmentItem) -> tuple[bool, bool, datetime]:
            due = item.assignment.due
            return not item.assignment.required, due is None, due.deadline(reader.zone) if due else reader.now

        return sorted((item for item in view.assignments if is_open(item.assignment)), key=order)

    def cards(self, items: Sequence[AssignmentItem], view: LearnerView, reader: Reader) -> tuple[DueCard, ...]:
        names = platform_names(view)
        return tuple(_card(item, names.get(item.seen.connection_id, ""), reader) for item in items)


def _card(item: AssignmentItem, platform: str, reader: Reader) -> DueCard:
    assignment = item.assignment
    subject = about(item.resource, item.resource_id, platform, reader, href=f"/go/assignment/{item.seen.id}",
                    part=assignment.title)
    required = reader.say("Required") if assignment.required else ""
    if assignment.due is None:
        return DueCard(about=subject, due=reader.say("No date set"), tone="undated", tile_day="", tile_month="",
                       required=required, by=assignment.assigned_by)
    day = assignment.due.local_day(reader.zone)
    until = deadline(assignment.due, reader)
    return DueCard(about=subject, due=until.words, tone=until.tone, tile_day=str(day.day),
                   tile_month=reader.month(day), required=required, by=assignment.assigned_by)

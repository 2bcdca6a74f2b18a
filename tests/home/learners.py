"""Views of made-up learners, one fact at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from adapters.records import (
    Assignment,
    Badge,
    Capability,
    Due,
    Enrolment,
    LearningResource,
    Recommendation,
    Status,
)
from portal.home.reader import Reader
from portal.learner_view import (
    AssignmentItem,
    BadgeItem,
    EnrolmentItem,
    Learner,
    LearnerView,
    RecommendationItem,
    Seen,
    Source,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADA = Learner(id=1, issuer="https://id.example.com", subject="ada", given_name="Ada", name="Ada Lovelace",
              signed_in_at=NOW)


def reader(now: datetime = NOW, zone: str = "UTC") -> Reader:
    return Reader(now=now, zone=ZoneInfo(zone))


def source(number: int = 1, name: str = "Moodle", **changed: Any) -> Source:
    known = Source(connection_id=number, name=name, adapter="example", capabilities=frozenset(Capability), paused=False,
                   linked=True, succeeded_at=NOW - timedelta(minutes=5), failing_since=None, failure=None, next_at=None,
                   running=False)
    return replace(known, **changed)


def seen(number: int, connection_id: int = 1) -> Seen:
    return Seen(id=number, connection_id=connection_id, observed_at=NOW, changed_at=NOW)


def resource(number: int, **changed: Any) -> LearningResource:
    values = {"external_id": str(number), "title": f"Course {number}", "url": f"https://lms.example/{number}"}
    return LearningResource(**{**values, **changed})


def enrolment(number: int, status: Status = Status.IN_PROGRESS, *, connection_id: int = 1,
              about: LearningResource | None = None, **changed: Any) -> EnrolmentItem:
    return EnrolmentItem(seen=seen(number, connection_id), resource_id=number, resource=about or resource(number),
                         enrolment=Enrolment(external_id=f"e{number}", resource_id=str(number), status=status,
                                             **changed))


def assignment(number: int, due: Due | None = None, *, required: bool = True, connection_id: int = 1,
               about: LearningResource | None = None, **changed: Any) -> AssignmentItem:
    return AssignmentItem(seen=seen(number, connection_id), resource_id=number, resource=about or resource(number),
                          assignment=Assignment(external_id=f"a{number}", resource_id=str(number), required=required,
                                                due=due, **changed))


def recommendation(number: int, rank: int = 1, *, item: int | None = None, connection_id: int = 1,
                   about: LearningResource | None = None, **changed: Any) -> RecommendationItem:
    return RecommendationItem(seen=seen(item or number, connection_id), resource_id=number,
                              resource=about or resource(number),
                              recommendation=Recommendation(external_id=f"r{item or number}", rank=rank,
                                                            resource_id=str(number), **changed))


def badge(number: int, *, connection_id: int = 1, **changed: Any) -> BadgeItem:
    values = {"external_id": f"b{number}", "name": f"Badge {number}", "issuer": "Academy"}
    return BadgeItem(seen=seen(number, connection_id), badge=Badge(**{**values, **changed}))


def view(*sources: Source, **items: Any) -> LearnerView:
    return LearnerView(learner=ADA, sources=sources or (source(),), **items)

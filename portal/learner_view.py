"""What a learner's page is made from, as plain facts: who the learner is, which platforms there are, what they said.

The store hands these out, sections and ranking read them; neither knows the other. Standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from adapters.records import (
    Assignment,
    Badge,
    Capability,
    Enrolment,
    LearnerIdentity,
    LearningResource,
    Recommendation,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """A person who signed in at least once. id: ours; issuer and subject: who the identity provider says it is."""

    id: int
    issuer: str
    subject: str
    email: str | None = None
    email_verified: bool = False
    id_number: str | None = None
    username: str | None = None
    name: str = ""
    given_name: str = ""
    language: str | None = None
    zone: str | None = None
    roles: tuple[str, ...] = field(default=())
    signed_in_at: datetime | None = None
    seen_at: datetime | None = None

    def identity(self) -> LearnerIdentity:
        """What an adapter may use to find the account."""
        return LearnerIdentity(email=self.email, email_verified=self.email_verified, id_number=self.id_number,
                               username=self.username, language=self.language)


class Need(StrEnum):
    """What a section reads; the page loads the union of its sections' needs."""

    ENROLMENTS = "enrolments"
    ASSIGNMENTS = "assignments"
    RECOMMENDATIONS = "recommendations"
    BADGES = "badges"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One connection as it stands for this learner: facts only, ``home.freshness`` finds the words.

    capabilities: what the adapter reads. succeeded_at: the last complete reading; None =
    never. failure: type of the last error (``adapters.errors``) while it lasts. linked: an account is known.
    running: a refresh holds the lease now; queued: one is due.
    """

    connection_id: int
    name: str
    adapter: str
    capabilities: frozenset[Capability]
    paused: bool
    linked: bool
    succeeded_at: datetime | None
    failing_since: datetime | None
    failure: str | None
    next_at: datetime | None
    running: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Where a record stands in our store. id: ours, for links; observed_at/changed_at: see ``schema``."""

    id: int
    connection_id: int
    observed_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentItem:
    seen: Seen
    resource_id: int
    resource: LearningResource
    enrolment: Enrolment


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentItem:
    seen: Seen
    resource_id: int
    resource: LearningResource
    assignment: Assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationItem:
    seen: Seen
    resource_id: int
    resource: LearningResource
    recommendation: Recommendation


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeItem:
    seen: Seen
    badge: Badge


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerView:
    """What the sections are given. Nothing here belongs to another learner; archived records are not in it.

    cut: kinds of which there is more than was read; what is here is the newest.
    """

    learner: Learner
    sources: tuple[Source, ...]
    enrolments: tuple[EnrolmentItem, ...] = ()
    assignments: tuple[AssignmentItem, ...] = ()
    recommendations: tuple[RecommendationItem, ...] = ()
    badges: tuple[BadgeItem, ...] = ()
    cut: frozenset[Need] = frozenset()

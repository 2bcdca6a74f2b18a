"""What Homeroom knows of learning: the neutral records every adapter produces and every page shows.

Standard library only, frozen, cheap. Moments are aware datetimes in UTC; days are dates; shares are 0.0 to 1.0.
An adapter fills what the platform said and leaves the rest at its default: unknown is None, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo


class Status(StrEnum):
    """Where a learner stands (the union of xAPI, cmi5, Moodle and Open edX states)."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class ResourceType(StrEnum):
    """What kind of thing can be opened (schema.org LearningResource and its practical subtypes)."""

    COURSE = "course"
    PATH = "path"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"
    BOOK = "book"
    EXERCISE = "exercise"
    EVENT = "event"
    OTHER = "other"


class BadgeKind(StrEnum):
    BADGE = "badge"
    CERTIFICATE = "certificate"
    LICENCE = "licence"


class Verification(StrEnum):
    """Outcome of checking a badge ourselves. UNCHECKED = nobody tried, which is not the same as a failure."""

    UNCHECKED = "unchecked"
    VERIFIED = "verified"
    NOT_VERIFIED = "not_verified"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Provenance(StrEnum):
    """Who says so: the platform, the learner, or a rule that declares two resources equal."""

    PLATFORM = "platform"
    LEARNER = "learner"
    EQUIVALENCE = "equivalence"


class Capability(StrEnum):
    """One kind of reading; a snapshot answers exactly one."""

    ENROLMENTS = "enrolments"
    RECOMMENDATIONS = "recommendations"
    BADGES = "badges"
    CATALOGUE = "catalogue"


@dataclass(frozen=True, slots=True)
class Origin:
    """How a record came to be, for the trail: where in which answer it stood, and what the mapping decided.

    answer:   call and path, e.g. ``core_enrol_get_users_courses[id=14]``. Never a secret, never a name.
    decision: what was not obvious, in plain words; empty when the value was taken as sent.
    """

    answer: str = ""
    decision: str = ""


@dataclass(frozen=True, slots=True)
class Identifier:
    """A stable name of a resource outside its platform. kind: isbn, doi, url, provider_id, iri …"""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Due:
    """When something must be done.

    at:     an aware datetime (an instant) or a date (a day, which ends at midnight where it is meant).
    zone:   IANA zone in which the platform means a day; None = the learner's own zone.
    origin: whose date it is, e.g. "activity", "assignment", "campaign"; shown to the learner and in the trail.
    """

    at: datetime | date
    zone: str | None = None
    origin: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.at, datetime) and self.at.tzinfo is None:
            raise ValueError("a due instant needs a time zone; give a date if only the day is known")

    @property
    def precision(self) -> Literal["day", "instant"]:
        return "instant" if isinstance(self.at, datetime) else "day"

    def deadline(self, learner_zone: ZoneInfo) -> datetime:
        """The first moment that is too late, in UTC. A day lasts until midnight where it is meant."""
        if isinstance(self.at, datetime):
            return self.at.astimezone(UTC)
        zone = ZoneInfo(self.zone) if self.zone else learner_zone
        return datetime.combine(self.at + timedelta(days=1), time.min, zone).astimezone(UTC)

    def is_overdue(self, now: datetime, learner_zone: ZoneInfo) -> bool:
        return now >= self.deadline(learner_zone)

    def local_day(self, learner_zone: ZoneInfo) -> date:
        """The day to print for this learner."""
        return self.at.astimezone(learner_zone).date() if isinstance(self.at, datetime) else self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningResource:
    """A course, path, video, book or event that can be opened and learnt from.

    external_id: the platform's own id as text; unique within one connection and stable over time.
    title, summary: plain text (no markup, no entities). url: absolute https address a browser opens.
    """

    external_id: str
    title: str
    url: str | None = None
    type: ResourceType = ResourceType.COURSE
    summary: str = ""
    language: str | None = None
    """BCP 47 tag, e.g. "de" or "pt-BR"."""
    duration: timedelta | None = None
    image_url: str | None = None
    provider: str = ""
    """Who made it, where that is not the platform itself (a university, an author)."""
    topics: tuple[str, ...] = ()
    level: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    open_to_all: bool = False
    """True where any learner of this connection may take it without being enrolled by somebody."""
    updated_at: datetime | None = None
    origin: Origin = field(default=Origin(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """One learner's standing in one resource. progress: 0.0 to 1.0, None = the platform does not tell."""

    external_id: str
    resource_id: str
    """external_id of the LearningResource."""
    status: Status
    progress: float | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    last_activity_at: datetime | None = None
    score: float | None = None
    """0.0 to 1.0."""
    launch_url: str | None = None
    """Where to resume, when that differs from the resource's own address."""
    platform_updated_at: datetime | None = None
    provenance: Provenance = Provenance.PLATFORM
    origin: Origin = field(default=Origin(), compare=False)

    def __post_init__(self) -> None:
        for name in ("progress", "score"):
            value = getattr(self, name)
            if value is not None and not 0.0 <= value <= 1.0:
                raise ValueError(f"{name} must lie between 0 and 1, not {value}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Something somebody requires or proposes, with its own identity and dates.

    Separate from resource and enrolment: a course that must be repeated every year is three assignments in
    three years. title and url name the part meant (an activity, an exam) when it is not the whole resource.
    """

    external_id: str
    resource_id: str
    required: bool
    status: Status = Status.NOT_STARTED
    due: Due | None = None
    assigned_at: datetime | None = None
    completed_at: datetime | None = None
    title: str | None = None
    url: str | None = None
    assigned_by: str = ""
    provenance: Provenance = Provenance.PLATFORM
    origin: Origin = field(default=Origin(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """A resource proposed to one learner. reason: in the platform's words; rank: 1 is best."""

    external_id: str
    resource_id: str
    rank: int
    reason: str = ""
    source: str = ""
    origin: Origin = field(default=Origin(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """An achievement awarded to a learner: badge, certificate or licence (Open Badges 2.0 and 3.0)."""

    external_id: str
    name: str
    issuer: str
    kind: BadgeKind = BadgeKind.BADGE
    description: str = ""
    criteria: str = ""
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    image_url: str | None = None
    url: str | None = None
    """The public page about this award."""
    resource_id: str | None = None
    evidence_url: str | None = None
    credential: str | None = None
    """The signed or hosted credential itself (JWT, JWS, JSON), when the platform hands it out."""
    verification: Verification = Verification.UNCHECKED
    verification_reason: str = ""
    origin: Origin = field(default=Origin(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerIdentity:
    """What the identity provider says of a learner: all that an adapter may use to find the account."""

    email: str | None = None
    email_verified: bool = False
    id_number: str | None = None
    username: str | None = None
    language: str | None = None

    def value_of(self, key: str) -> str | None:
        """key: email, id_number or username."""
        return {"email": self.email, "id_number": self.id_number, "username": self.username}[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A learner's identity on one platform, with the evidence for the link.

    matched_by: which fact matched (email, id_number, username); matched_value: the value as the platform has it.
    """

    external_id: str
    display_name: str = ""
    matched_by: str = ""
    matched_value: str = ""
    url: str | None = None
    origin: Origin = field(default=Origin(), compare=False)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something worth telling the admin that did not stop the reading (an item dropped, a field unknown).

    code: stable, e.g. "item_skipped"; message: a sentence; sample: path or id, without personal data.
    """

    code: str
    message: str
    sample: str = ""


Record = LearningResource | Enrolment | Assignment | Recommendation | Badge


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The answer of one platform for one learner (or nobody: the catalogue) and one capability at one moment.

    complete: True only if nothing is missing; only then may what is not in it be taken as gone.
    learner_seen: the account id the *answer itself* named, for the caller's echo check; None if it named none.
    """

    capability: Capability
    observed_at: datetime
    complete: bool = True
    resources: tuple[LearningResource, ...] = ()
    enrolments: tuple[Enrolment, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    recommendations: tuple[Recommendation, ...] = ()
    badges: tuple[Badge, ...] = ()
    warnings: tuple[Notice, ...] = ()
    learner_seen: str | None = None

    def records(self) -> tuple[Record, ...]:
        return (*self.resources, *self.enrolments, *self.assignments, *self.recommendations, *self.badges)


@dataclass(frozen=True, slots=True, kw_only=True)
class CataloguePage:
    """One page of what anybody may see.

    next_cursor: with which the next page is asked for, None at the end. total: resources in all pages, if the platform
    tells. complete: False when this page leaves something out; then nothing may be taken as gone.
    """

    resources: tuple[LearningResource, ...]
    observed_at: datetime
    next_cursor: str | None = None
    total: int | None = None
    complete: bool = True
    warnings: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesPage:
    """Whom to ask about again: learners whose standing changed, as the platform names them, and never what changed
    (a change cannot be understood without what came before it).

    next_cursor: where to go on, at once if there is more, else at the next look.
    """

    learners: tuple[LearnerIdentity, ...]
    next_cursor: str
    more: bool = False

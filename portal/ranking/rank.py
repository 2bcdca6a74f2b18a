"""In which order to propose what, and why. A plain weighted sum: every point has a name the learner can read.

Not a learning model on purpose: with one platform's worth of data it explains itself, needs no training, treats a
person's first day like the hundredth, and can be replaced behind the same signature.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Self

from adapters.records import Enrolment, LearningResource, Status
from portal.ranking.candidates import Candidate

OWN_SOURCE = "homeroom"
"""``Recommendation.source`` of what is ranked here; its reason is then a code (see Reason), not a sentence."""

_ONE_SITTING = timedelta(minutes=45)
_NEW_DAYS = 30
_MANY = 5
"""Fewer colleagues are not "many", and might be recognised."""


class ReasonCode(StrEnum):
    """Stable: stored with the recommendation. TOPIC and LANGUAGE and VENDOR carry a parameter."""

    TOPIC = "topic"
    POPULAR = "popular"
    LANGUAGE = "language"
    VENDOR = "vendor"
    SHORT = "short"
    NEW = "new"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is proposed. Stored as "code:parameter", e.g. ``topic:Safety``; worded when it is shown."""

    code: ReasonCode
    parameter: str = ""

    def __str__(self) -> str:
        return f"{self.code.value}:{self.parameter}" if self.parameter else self.code.value

    @classmethod
    def parse(cls, text: str) -> Self:
        """An unknown code (written by a newer release) reads as OPEN, which is true of every candidate."""
        code, _, parameter = text.partition(":")
        try:
            return cls(ReasonCode(code), parameter)
        except ValueError:
            return cls(ReasonCode.OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What the ranking knows of a learner. topics: folded topic → weight, the strongest being 1.0.
    languages: BCP 47 tags the learner reads, in order."""

    topics: dict[str, float] = field(default_factory=dict)
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """reason: the strongest one. points: share of each reason in the score, for the trail and the preview."""

    resource_id: int
    score: float
    reason: Reason
    points: tuple[tuple[Reason, float], ...]


_INTEREST = {Status.IN_PROGRESS: 1.0, Status.COMPLETED: 0.8, Status.NOT_STARTED: 0.4, Status.FAILED: 0.4}


def profile_of(learning: Iterable[tuple[LearningResource, Enrolment]], languages: Iterable[str] = ()) -> Profile:
    """learning: what the learner is or was enrolled in. Under way counts most; what was given up does not count."""
    weights: Counter[str] = Counter()
    for resource, enrolment in learning:
        for topic in set(map(_fold, resource.topics)):
            weights[topic] += _INTEREST.get(enrolment.status, 0.0)      # type: ignore[assignment]
    strongest = max(weights.values(), default=0)
    topics = {topic: weight / strongest for topic, weight in weights.items() if weight} if strongest else {}
    return Profile(topics=topics, languages=tuple(languages))


def rank(candidates: Sequence[Candidate], profile: Profile, limit: int) -> tuple[Ranked, ...]:
    """The best first, at most limit. Equal scores keep the order of resource ids: the page does not flicker.

    What is certainly in a language the learner does not read is left out; an unknown language is not held against
    a resource. No more than an eighth of the list has the same topic as its reason, as long as there is something else.
    """
    busiest = max((candidate.learners for candidate in candidates), default=0)
    readable = [candidate for candidate in candidates if _reads(profile, candidate.resource) is not False]
    scored = sorted((_scored(candidate, profile, busiest) for candidate in readable),
                    key=lambda ranked: (-ranked.score, ranked.resource_id))
    return _varied(scored, limit)


def _scored(candidate: Candidate, profile: Profile, busiest: int) -> Ranked:
    points = tuple(_points(candidate, profile, busiest))
    best = max(points, key=lambda point: point[1])
    return Ranked(candidate.resource_id, round(sum(value for _, value in points), 6), best[0], points)


def _points(candidate: Candidate, profile: Profile, busiest: int) -> Iterable[tuple[Reason, float]]:
    resource = candidate.resource
    if candidate.vendor_rank is not None:
        yield Reason(ReasonCode.VENDOR, candidate.platform), 3.0 / math.sqrt(candidate.vendor_rank)
    shared = max(((profile.topics.get(_fold(topic), 0.0), topic) for topic in resource.topics), default=(0.0, ""))
    if shared[0]:
        yield Reason(ReasonCode.TOPIC, shared[1]), 4.0 * shared[0]
    if candidate.learners >= _MANY:
        yield Reason(ReasonCode.POPULAR), 2.0 * math.log1p(candidate.learners) / math.log1p(busiest)
    if _reads(profile, resource):
        yield Reason(ReasonCode.LANGUAGE, resource.language or ""), 0.5
    if resource.duration is not None and timedelta() < resource.duration <= _ONE_SITTING:
        yield Reason(ReasonCode.SHORT), 0.4
    if candidate.days_old is not None and candidate.days_old <= _NEW_DAYS:
        yield Reason(ReasonCode.NEW), 0.6
    yield Reason(ReasonCode.OPEN), 0.1


def _reads(profile: Profile, resource: LearningResource) -> bool | None:
    """None = unknown, on either side."""
    if not resource.language or not profile.languages:
        return None
    return _base(resource.language) in {_base(tag) for tag in profile.languages}


def _varied(scored: Sequence[Ranked], limit: int) -> tuple[Ranked, ...]:
    most = math.ceil(limit / 8)
    kept: list[Ranked] = []
    later: list[Ranked] = []
    seen: Counter[Reason] = Counter()
    for ranked in scored:
        crowded = ranked.reason.code is ReasonCode.TOPIC and seen[ranked.reason] >= most
        (later if crowded else kept).append(ranked)
        seen[ranked.reason] += 1
    return tuple([*kept, *later][:limit])


def _fold(topic: str) -> str:
    return topic.strip().casefold()


def _base(tag: str) -> str:
    return tag.replace("_", "-").split("-", 1)[0].lower()

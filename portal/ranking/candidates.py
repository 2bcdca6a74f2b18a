"""Which resources may be proposed to a learner at all, and what is known of each."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass

from adapters.records import LearningResource


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """resource_id: ours. learners: how many colleagues took it up. vendor_rank: the platform's own place for this
    learner (1 = best), None = the platform does not propose it. platform: name, for the reason. days_old: since it
    appeared or changed in the catalogue, None = unknown."""

    resource_id: int
    resource: LearningResource
    learners: int = 0
    vendor_rank: int | None = None
    platform: str = ""
    days_old: int | None = None


def open_candidates(candidates: Iterable[Candidate], taken: Set[int]) -> tuple[Candidate, ...]:
    """What the learner may start without asking anybody, has not got yet, and can be opened.

    taken: resource ids the learner is or was enrolled in, was assigned or has completed. A vendor's own proposal
    counts as open: the platform would not propose what it then refuses.
    """
    return tuple(
        candidate for candidate in candidates
        if candidate.resource_id not in taken and candidate.resource.url
        and (candidate.resource.open_to_all or candidate.vendor_rank is not None))

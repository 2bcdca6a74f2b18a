"""What Homeroom itself proposes to a learner, ranked behind the page and stored like any other recommendation.

Most platforms have no recommendations of their own; the ranking knows all of them at once.
"""

from __future__ import annotations

from datetime import datetime

from adapters.records import Recommendation
from portal.learner_view import Learner
from portal.ranking.candidates import Candidate, open_candidates
from portal.ranking.rank import OWN_SOURCE, Ranked, profile_of, rank
from portal.store import learning
from portal.store.database import Transaction
from portal.store.learning import OpenResource

CONSIDERED, PROPOSED = 300, 24


def recommend(tx: Transaction, learner: Learner, now: datetime) -> None:
    """Replaces what was proposed before. Writes nothing when nothing changed."""
    found = {entry.id: entry for entry in learning.open_to(tx, learner.id, CONSIDERED)}
    candidates = open_candidates((_candidate(entry, now) for entry in found.values()), taken=frozenset())
    profile = profile_of(((resource, enrolment) for enrolment, resource in learning.taken_by(tx, learner.id)),
                         [learner.language] if learner.language else [])
    proposed = [_record(ranked, place, found) for place, ranked in enumerate(rank(candidates, profile, PROPOSED), 1)]
    learning.replace_proposals(tx, learner.id, OWN_SOURCE, proposed, now)


def _candidate(entry: OpenResource, now: datetime) -> Candidate:
    updated = entry.resource.updated_at
    return Candidate(resource_id=entry.id, resource=entry.resource, learners=entry.popularity,
                     days_old=(now - updated).days if updated else None)


def _record(ranked: Ranked, place: int, found: dict[int, OpenResource]) -> tuple[int, Recommendation]:
    """With the connection the resource belongs to."""
    key = str(ranked.resource_id)
    return found[ranked.resource_id].connection_id, Recommendation(
        external_id=f"{OWN_SOURCE}:{key}", resource_id=key, rank=place, reason=str(ranked.reason), source=OWN_SOURCE)

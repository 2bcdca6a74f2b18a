"""The order of recommendations, and the reason of each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapters.records import Enrolment, LearningResource, Status
from portal.ranking.candidates import Candidate, open_candidates
from portal.ranking.rank import Profile, Reason, ReasonCode, profile_of, rank

SAFETY = Profile(topics={"safety": 1.0})


def candidate(number: int, *, learners: int = 0, vendor_rank: int | None = None, days_old: int | None = None,
              platform: str = "Moodle", **about: Any) -> Candidate:
    values = {"title": f"Course {number}", "url": f"https://lms.example/{number}", "open_to_all": True}
    return Candidate(resource_id=number, resource=LearningResource(external_id=str(number), **{**values, **about}),
                     learners=learners, vendor_rank=vendor_rank, days_old=days_old, platform=platform)


def order(*candidates: Candidate, profile: Profile = SAFETY, limit: int = 10) -> list[int]:
    return [ranked.resource_id for ranked in rank(candidates, profile, limit)]


@pytest.mark.parametrize(("better", "reason"), [
    pytest.param(candidate(9, topics=("Safety",)), "topic:Safety", id="topic, whatever its case"),
    pytest.param(candidate(9, vendor_rank=1), "vendor:Moodle", id="the platform proposes it"),
    pytest.param(candidate(9, learners=8), "popular", id="colleagues learn it"),
    pytest.param(candidate(9, days_old=3), "new", id="it is new"),
    pytest.param(candidate(9, duration=timedelta(minutes=20)), "short", id="it is short"),
])
def test_rank__each_signal_lifts_a_resource_and_is_its_reason(better: Candidate, reason: str) -> None:
    first, second = rank((candidate(1), better), SAFETY, 10)
    assert (first.resource_id, str(first.reason)) == (9, reason)
    assert str(second.reason) == "open"


def test_rank__own_language_first_foreign_ones_not_at_all_unknown_ones_last() -> None:
    reads = Profile(languages=("de-AT", "en"))
    assert order(candidate(1), candidate(2, language="fr"), candidate(3, language="de"), profile=reads) == [3, 1]
    assert order(candidate(2, language="fr"), profile=Profile()) == [2]


def test_rank__equal_scores_do_not_flicker() -> None:
    assert order(candidate(3), candidate(1), candidate(2)) == [1, 2, 3]
    assert order(candidate(2), candidate(3), candidate(1)) == [1, 2, 3]


def test_rank__one_topic_does_not_fill_the_list() -> None:
    same = [candidate(n, topics=("Safety",)) for n in range(1, 6)]
    assert order(*same, candidate(8, days_old=1), candidate(9, days_old=1), limit=4) == [1, 8, 9, 2]
    assert order(*same, limit=4) == [1, 2, 3, 4]     # nothing else there: then it may


def test_rank__few_colleagues_are_not_named_as_many() -> None:
    assert str(rank((candidate(1, learners=2),), SAFETY, 1)[0].reason) == "open"


def test_rank__explains_its_score() -> None:
    only, = rank((candidate(1, topics=("Safety",), learners=9, days_old=2),), SAFETY, 1)
    assert only.score == pytest.approx(sum(value for _, value in only.points))
    assert [str(reason) for reason, _ in only.points] == ["topic:Safety", "popular", "new", "open"]


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_rank__keeps_to_the_limit(limit: int) -> None:
    assert len(order(*[candidate(n) for n in range(5)], limit=limit)) == limit


def test_rank__of_nothing_is_nothing() -> None:
    assert rank((), SAFETY, 5) == ()


@pytest.mark.parametrize("changed", [
    pytest.param({"open_to_all": False}, id="not open"), pytest.param({"url": None}, id="cannot be opened")])
def test_open_candidates__leave_out(changed: dict[str, Any]) -> None:
    assert open_candidates([candidate(1, **changed)], frozenset()) == ()


def test_open_candidates__keep_a_proposal_of_the_platform_and_drop_what_is_taken() -> None:
    proposed = candidate(1, open_to_all=False, vendor_rank=1)
    assert open_candidates([proposed, candidate(2)], frozenset({2})) == (proposed,)


def test_profile__weighs_what_is_under_way_most_and_forgets_what_was_given_up() -> None:
    def learnt(topic: str, status: Status) -> tuple[LearningResource, Enrolment]:
        return (LearningResource(external_id=topic, title=topic, topics=(topic,)),
                Enrolment(external_id=topic, resource_id=topic, status=status))
    profile = profile_of([learnt("SQL", Status.IN_PROGRESS), learnt("Law", Status.COMPLETED),
                          learnt("Golf", Status.WITHDRAWN)], ("en",))
    assert profile == Profile(topics={"sql": 1.0, "law": 0.8}, languages=("en",))


@pytest.mark.parametrize("reason", [Reason(ReasonCode.TOPIC, "C++: the basics"), Reason(ReasonCode.POPULAR),
                                    Reason(ReasonCode.LANGUAGE, "pt-BR")], ids=str)
def test_reason__survives_being_stored(reason: Reason) -> None:
    assert Reason.parse(str(reason)) == reason

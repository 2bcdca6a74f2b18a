"""Greeting, welcome and chips: what stands above the sections."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from adapters.records import Due
from portal.home import overview
from portal.learner_view import LearnerView
from tests.home.learners import ADA, assignment, badge, enrolment, reader, recommendation, source, view

PLACES = frozenset({"continue", "due", "recommended", "badges", "sources"})
BUSY: dict[str, Any] = {"enrolments": (enrolment(1),)}


def no_account(number: int, failure: str = "NotLinked") -> Any:
    return source(number, f"Platform {number}", succeeded_at=None, failure=failure)


def chips(given: LearnerView, places: frozenset[str] = PLACES) -> list[str]:
    return [chip.words for chip in overview.summary(given, reader(), 1, places).chips]


@pytest.mark.parametrize(("others", "words"), [
    pytest.param((), ["All platforms up to date"], id="all"),
    pytest.param((no_account(2),), ["No account found on 1 platform"], id="one unknown"),
    pytest.param((no_account(2), no_account(3), no_account(4)), ["No account found on 3 platforms"],
                 id="three unknown"),
    pytest.param((no_account(2, "Ambiguous"),), ["More than one account found on 1 platform"], id="ambiguous"),
    pytest.param((source(2, failure="TimedOut"), no_account(3)),
                 ["1 of 3 platforms is not up to date", "No account found on 1 platform"], id="trouble and unknown"),
    pytest.param((source(2, failure="TimedOut"), source(3, failure="Forbidden")),
                 ["2 of 3 platforms are not up to date"], id="trouble"),
    pytest.param((source(2, failure="RateLimited"),), ["All platforms up to date"], id="told to wait, still fresh"),
    pytest.param((source(2, "Canvas", succeeded_at=None), no_account(3)), ["Asking Canvas …"], id="being asked"),
])
def test_chips__count_real_trouble_only(others: tuple[Any, ...], words: list[str]) -> None:
    assert [said for said in chips(view(source(), *others, **BUSY)) if said != "Nothing due this week"] == words


@pytest.mark.parametrize(("others", "promised"), [
    ((), True), ((no_account(2),), True), ((no_account(2, "Ambiguous"),), False),
    ((source(2, failure="Gone"),), False)],
    ids=["heard", "no account elsewhere", "several accounts elsewhere", "one in trouble"])
def test_chips__promise_a_free_week_only_where_all_dates_are_known(others: tuple[Any, ...], promised: bool) -> None:
    assert ("Nothing due this week" in chips(view(source(), *others, **BUSY))) is promised


def test_chips__lead_only_to_what_is_on_the_page() -> None:
    given = view(source(failure="TimedOut"), assignments=(assignment(1, Due(date(2026, 11, 20))),))
    assert chips(given) == ["1 due within a week", "1 of 1 platforms is not up to date"]
    assert chips(given, frozenset({"sources"})) == ["1 of 1 platforms is not up to date"]


WAYS = ["What we suggest for you", "What your organisation asks of you"]


@pytest.mark.parametrize(("given", "ways", "welcome"), [
    pytest.param(view(source(), no_account(2), recommendations=(recommendation(1),)), WAYS, True, id="suggestions"),
    pytest.param(view(source(), no_account(2)), WAYS[1:], True, id="nothing to suggest"),
    pytest.param(view(no_account(1)), [], False, id="known nowhere"),
    pytest.param(view(source(succeeded_at=None)), [], True, id="first visit"),
    pytest.param(view(source(), **BUSY), [], False, id="has begun something"),
    pytest.param(view(source(), badges=(badge(1),)), [], False, id="has earned something"),
    pytest.param(LearnerView(learner=ADA, sources=()), [], True, id="no platform"),
])
def test_newcomer__is_welcomed_and_shown_ways_on(given: LearnerView, ways: list[str], welcome: bool) -> None:
    made = overview.summary(given, reader(), 1, PLACES)
    assert [chip.words for chip in made.chips if chip.words in WAYS] == ways
    assert bool(made.lead) is welcome
    newcomer = not (given.enrolments or given.badges)
    assert overview.greeting(ADA, given, reader()) == ("Welcome, Ada" if newcomer else "Good afternoon, Ada")

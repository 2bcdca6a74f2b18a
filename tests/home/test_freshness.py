"""Six states of a platform, and what the learner reads in each."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters import errors
from portal.home import freshness
from tests.home.learners import NOW, reader, source

HOURS = timedelta(hours=1)


@pytest.mark.parametrize(("facts", "expected"), [
    pytest.param({"age": 0.2}, "Moodle was updated 12 minutes ago.", id="fresh"),
    pytest.param({"age": 0.2, "has_items": False}, "Moodle has nothing for you yet (asked 12 minutes ago).",
                 id="empty"),
    pytest.param({"age": 30}, "Moodle: as of 1 day ago.", id="old-without-failure"),
    pytest.param({"age": 3, "failure": "Unreachable"}, "Moodle is not answering; as of 3 hours ago.", id="unreachable"),
    pytest.param({"age": 3, "failure": "TimedOut"}, "Moodle is not answering; as of 3 hours ago.", id="timed-out"),
    pytest.param({"age": 3, "failure": "BadAnswer"}, "Moodle is not answering; as of 3 hours ago.",
                 id="bad-answer"),
    pytest.param({"age": 3, "failure": "WrongLearner"}, "Moodle is not answering; as of 3 hours ago.",
                 id="wrong-learner"),
    pytest.param({"age": 3, "failure": "RateLimited"}, "Moodle was updated 3 hours ago.",
                 id="rate-limited-while-fresh"),
    pytest.param({"age": 30, "failure": "RateLimited"}, "Moodle: as of 1 day ago.", id="rate-limited-and-old"),
    pytest.param({"age": 3, "failure": "CredentialsRefused"},
                 "Moodle is being repaired by your L&D team; as of 3 hours ago.", id="credentials"),
    pytest.param({"age": 3, "failure": "Misconfigured"},
                 "Moodle is being repaired by your L&D team; as of 3 hours ago.", id="misconfigured"),
    pytest.param({"age": 3, "paused": True}, "Moodle is paused by your L&D team; as of 3 hours ago.", id="paused"),
    pytest.param({}, "Moodle is being asked.", id="never-and-asked"),
    pytest.param({"failure": "RateLimited"}, "Moodle is being asked.", id="never-and-rate-limited"),
    pytest.param({"failure": "Unreachable"},
                 "Moodle is not answering yet. We keep trying; there is nothing you need to do.",
                 id="never-unreachable"),
    pytest.param({"failure": "CredentialsRefused"}, "Moodle is being repaired by your L&D team.",
                 id="never-credentials"),
    pytest.param({"paused": True}, "Moodle is paused by your L&D team.", id="never-paused"),
    pytest.param({"failure": "NotLinked"}, "We have not found your account on Moodle. Your L&D team can connect it.",
                 id="not-linked"),
    pytest.param({"age": 3, "failure": "Ambiguous"},
                 "We have not found your account on Moodle. Your L&D team can connect it.", id="ambiguous"),
    pytest.param({"age": 3, "failure": "Forbidden"},
                 "Your account on Moodle may not show this. Your L&D team can change that.", id="forbidden"),
])
def test_words__say_what_the_learner_can_know(facts: dict, expected: str) -> None:
    age = facts.get("age")
    stated = source(succeeded_at=None if age is None else NOW - age * HOURS, failure=facts.get("failure"),
                    paused=facts.get("paused", False))
    state = freshness.of(stated, has_items=facts.get("has_items", True), now=NOW)
    assert freshness.label(stated, state, reader()).words == expected


def _kinds(base: type[errors.PlatformError]) -> list[str]:
    return [base.__name__, *(name for child in base.__subclasses__() for name in _kinds(child))]


@pytest.mark.parametrize("failure", _kinds(errors.PlatformError))
@pytest.mark.parametrize("loaded", [True, False])
def test_words__exist_for_every_error_an_adapter_may_raise(failure: str, loaded: bool) -> None:
    stated = source(failure=failure, succeeded_at=NOW - HOURS if loaded else None)
    words = freshness.label(stated, freshness.of(stated, has_items=True, now=NOW), reader()).words
    assert "Moodle" in words
    assert failure not in words


@pytest.mark.parametrize(("failure", "awaited"), [(None, True), ("RateLimited", True), ("TimedOut", False)])
def test_awaited__only_while_an_answer_may_come_any_moment(failure: str | None, awaited: bool) -> None:
    state = freshness.of(source(succeeded_at=None, failure=failure), has_items=False, now=NOW)
    assert freshness.is_awaited(state) is awaited
    assert freshness.is_trouble(state) is not awaited

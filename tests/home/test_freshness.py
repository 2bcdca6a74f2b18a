"""Six states of a platform, and what the learner reads in each."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from adapters import errors
from portal.home import freshness
from tests.home.learners import NOW, reader, source

HOURS = timedelta(hours=1)


OLD = "What you see is from 3 hours ago."
TRYING = "We keep trying; there is nothing you need to do."
NO_ACCOUNT = "We have not found an account of yours on Moodle. If you have one, your L&D team can connect it."
SEVERAL = "We found more than one account on Moodle. Your L&D team decides which is yours."


@pytest.mark.parametrize(("facts", "expected"), [
    pytest.param({"age": 0.2}, "Moodle was updated 12 minutes ago.", id="fresh"),
    pytest.param({"age": 0.2, "changed": 6 * 24}, "Moodle was updated 12 minutes ago.", id="fresh and changed lately"),
    pytest.param({"age": 0.2, "changed": 254 * 24}, "Moodle: nothing new since Wed, Mar 11, confirmed 12 minutes ago.",
                 id="fresh and unchanged for long"),
    pytest.param({"age": 3, "changed": 254 * 24, "failure": "TimedOut", "since": 2.5},
                 f"Moodle has not been reachable since 9:30\u202fAM. {OLD}", id="unchanged for long and unreachable"),
    pytest.param({"age": -5}, "Moodle was updated just now.", id="a clock that runs ahead"),
    pytest.param({"age": -5, "failure": "TimedOut", "since": -5},
                 "Moodle has not been reachable since 12:00\u202fPM. What you see is from just now.",
                 id="a clock that runs ahead, unreachable"),
    pytest.param({"age": 0.2, "has_items": False}, "Moodle has nothing for you yet (asked 12 minutes ago).",
                 id="empty"),
    pytest.param({"age": 30}, "Moodle: as of 1 day ago.", id="old without failure"),
    *(pytest.param({"age": 3, "failure": failure, "since": 2.5},
                   f"Moodle has not been reachable since 9:30\u202fAM. {OLD}", id=failure)
      for failure in ("Unreachable", "TimedOut", "Resting", "SomethingNew")),
    pytest.param({"age": 72, "failure": "TimedOut", "since": 50},
                 "Moodle has not been reachable since Wed, Nov 18. What you see is from 3 days ago.",
                 id="unreachable for days"),
    pytest.param({"age": 3, "failure": "TimedOut"}, f"Moodle is not reachable. {OLD}", id="unreachable, unknown since"),
    *(pytest.param({"age": 3, "failure": failure, "since": 2.5},
                   f"Moodle has been sending answers we cannot read since 9:30\u202fAM. {OLD}", id=failure)
      for failure in ("BadAnswer", "Rejected")),
    *(pytest.param({"age": 3, "failure": failure, "since": 2.5},
                   f"Moodle has been disconnected since 9:30\u202fAM; your L&D team can repair it. {OLD}", id=failure)
      for failure in ("CredentialsRefused", "Misconfigured", "BlockedAddress", "WrongLearner")),
    pytest.param({"age": 3, "failure": "RateLimited"}, "Moodle was updated 3 hours ago.",
                 id="rate limited while fresh"),
    pytest.param({"age": 30, "failure": "RateLimited", "since": 2},
                 "Moodle asked us to wait. What you see is from 1 day ago.", id="rate limited and old"),
    pytest.param({"age": 3, "paused": True}, f"Moodle is paused by your L&D team. {OLD}", id="paused"),
    pytest.param({}, "Moodle is being asked.", id="never and asked"),
    pytest.param({"failure": "RateLimited", "since": 0.1},
                 "Moodle asked us to wait. Your page fills in by itself; there is nothing you need to do.",
                 id="never and rate limited"),
    pytest.param({"failure": "Unreachable", "since": 2.5},
                 f"Moodle has not been reachable since 9:30\u202fAM. {TRYING}", id="never, unreachable"),
    pytest.param({"failure": "CredentialsRefused"}, "Moodle is disconnected; your L&D team can repair it.",
                 id="never, credentials"),
    pytest.param({"paused": True}, "Moodle is paused by your L&D team.", id="never, paused"),
    pytest.param({"failure": "NotLinked"}, NO_ACCOUNT, id="not linked"),
    pytest.param({"age": 3, "failure": "Ambiguous"}, SEVERAL, id="ambiguous"),
    pytest.param({"age": 3, "failure": "Forbidden"},
                 "Your account on Moodle may not show this. Your L&D team can change that.", id="forbidden"),
])
def test_words__say_what_the_learner_can_know(facts: dict, expected: str) -> None:
    def before(hours: float | None) -> datetime | None:
        return None if hours is None else NOW - hours * HOURS

    stated = source(succeeded_at=before(facts.get("age")), failure=facts.get("failure"),
                    failing_since=before(facts.get("since")), paused=facts.get("paused", False))
    state = freshness.of(stated, has_items=facts.get("has_items", True), now=NOW)
    assert freshness.label(stated, state, reader(), changed_at=before(facts.get("changed"))).words == expected


@pytest.mark.parametrize(("facts", "may"), [
    pytest.param({}, False, id="fresh"),
    pytest.param({"succeeded_at": NOW - 30 * HOURS}, True, id="old"),
    *(pytest.param({"failure": failure}, True, id=failure)
      for failure in ("Unreachable", "TimedOut", "BadAnswer", "Resting", "SomethingNew")),
    *(pytest.param({"failure": failure}, False, id=failure)
      for failure in ("NotLinked", "Ambiguous", "Forbidden", "CredentialsRefused", "Misconfigured", "BlockedAddress",
                      "WrongLearner", "RateLimited")),
    pytest.param({"succeeded_at": NOW - 30 * HOURS, "failure": "RateLimited"}, False, id="old and rate limited"),
    pytest.param({"failure": "TimedOut", "paused": True}, False, id="paused"),
    pytest.param({"succeeded_at": None}, False, id="never and asked"),
    pytest.param({"succeeded_at": None, "failure": "TimedOut"}, True, id="never, unreachable"),
])
def test_retry__only_where_asking_again_may_help(facts: dict, may: bool) -> None:
    assert freshness.may_retry(freshness.of(source(**facts), has_items=True, now=NOW)) is may


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

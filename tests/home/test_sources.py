"""The list of platforms: what stands behind each sentence, and when it is fetched again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from portal.home.sources import sources
from portal.learner_view import LearnerView
from tests.home.learners import ADA, NOW, badge, reader, recommendation, seen, source, view

LONG_AGO = replace(seen(1), changed_at=NOW - timedelta(days=254))
SIGNED_IN_LONG_AGO = replace(ADA, signed_in_at=NOW - timedelta(hours=1))


@pytest.mark.parametrize(("facts", "lately", "asked", "behind", "delay"), [
    pytest.param({}, False, False, "", "", id="fresh"),
    pytest.param({}, False, True, "arrived", "", id="fresh since it was asked"),
    pytest.param({"failure": "TimedOut"}, False, False, "retry", "", id="in trouble"),
    pytest.param({"failure": "TimedOut"}, True, False, "Asked just now.", "", id="in trouble, asked lately"),
    pytest.param({"failure": "TimedOut", "next_at": NOW + timedelta(minutes=5)}, False, False, "retry", "",
                 id="asked again later"),
    pytest.param({"failure": "TimedOut", "next_at": NOW}, False, True, "Asking Moodle …", "1500ms", id="queued"),
    pytest.param({"failure": "TimedOut", "next_at": NOW - timedelta(minutes=2)}, True, True, "Asking Moodle …",
                 "6000ms", id="queued for a while"),
    pytest.param({"failure": "TimedOut", "next_at": NOW - timedelta(minutes=11)}, True, True, "Asking Moodle …", "",
                 id="queued for too long"),
    pytest.param({"failure": "TimedOut", "running": True}, True, True, "Asking Moodle …", "6000ms", id="running"),
    pytest.param({"failure": "NotLinked", "next_at": NOW}, False, False, "", "", id="no account"),
    pytest.param({"failure": "Forbidden"}, False, True, "", "", id="forbidden"),
    pytest.param({"failure": "CredentialsRefused"}, False, False, "", "", id="credentials refused"),
    pytest.param({"paused": True, "failure": "TimedOut"}, False, False, "", "", id="paused"),
])
def test_line__offers_to_ask_again_or_says_why_not(facts: dict[str, Any], lately: bool, asked: bool, behind: str,
                                                   delay: str) -> None:
    given = LearnerView(learner=SIGNED_IN_LONG_AGO, sources=(source(7, **facts),))
    made = sources(given, reader(), 1, asked_lately=frozenset({7} if lately else ()), asked=7 if asked else None)
    line, = made.lines
    assert (line.retry, line.retry_fragment) == (("/refresh/7", "/refresh/7?layout=1") if behind == "retry"
                                                 else ("", ""))
    assert line.arrived is (behind == "arrived")
    assert line.aside == (behind if behind not in ("retry", "arrived") else "")
    assert made.delay == delay
    assert made.url == "/sections/sources?layout=1" + ("&asked=7" if asked else "")


@pytest.mark.parametrize(("items", "words"), [
    pytest.param({"badges": (replace(badge(1), seen=LONG_AGO),)},
                 "Moodle: nothing new since Wed, Mar 11, confirmed 5 minutes ago.", id="unchanged"),
    pytest.param({"badges": (replace(badge(1), seen=LONG_AGO), badge(2))}, "Moodle was updated 5 minutes ago.",
                 id="one changed lately"),
    pytest.param({"badges": (replace(badge(1), seen=LONG_AGO),),
                  "recommendations": (recommendation(3, source="homeroom", reason="popular"),)},
                 "Moodle: nothing new since Wed, Mar 11, confirmed 5 minutes ago.", id="our own suggestion is no news"),
    pytest.param({"badges": (replace(badge(1), seen=LONG_AGO),), "recommendations": (recommendation(3),)},
                 "Moodle was updated 5 minutes ago.", id="the platform's suggestion is"),
])
def test_line__distinguishes_unchanged_from_unconfirmed(items: dict[str, Any], words: str) -> None:
    assert sources(view(**items), reader(), 1).lines[0].label.words == words

"""Ages, days, durations and lists in the words of a reader."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from portal.home.reader import Reader
from tests.home.learners import NOW, reader

GERMAN = Reader(now=NOW, zone=ZoneInfo("Europe/Berlin"), locale=Locale("de"))


@pytest.mark.parametrize(("age", "words"), [
    (timedelta(seconds=-30), "just now"), (timedelta(seconds=59), "just now"), (timedelta(minutes=1), "1 minute ago"),
    (timedelta(minutes=59), "59 minutes ago"), (timedelta(hours=3, minutes=40), "4 hours ago"),
    (timedelta(days=1), "1 day ago"), (timedelta(days=20), "3 weeks ago"),
])
def test_ago__is_in_words(age: timedelta, words: str) -> None:
    assert reader().ago(NOW - age) == words


@pytest.mark.parametrize(("minutes", "words"), [
    (0.2, "1 min"), (5, "5 min"), (60, "1 h"), (150, "2 h 30 min"), (2_430, "40 h")])
def test_duration__is_as_exact_as_it_is_useful(minutes: float, words: str) -> None:
    assert reader().duration(timedelta(minutes=minutes)) == words


@pytest.mark.parametrize(("names", "words"), [
    ((), ""), (("A",), "A"), (("A", "B"), "A and B"), (("A", "B", "C"), "A, B and C"),
    (("A", "B", "C", "D"), "A, B and 2 more")])
def test_listing__names_a_few_and_counts_the_rest(names: tuple[str, ...], words: str) -> None:
    assert reader().listing(names) == words


@pytest.mark.parametrize(("tag", "name"), [
    ("de", "German"), ("de-AT", "German"), ("pt_BR", "Portuguese"), ("en-GB", ""), (None, ""), ("", ""),
    ("not a tag", ""), ("xx", "")])
def test_language__is_named_only_where_it_differs(tag: str | None, name: str) -> None:
    assert reader().language(tag) == name


def test_dates__follow_the_readers_language_and_zone() -> None:
    assert GERMAN.day(date(2026, 11, 24)) == "Di., 24. Nov."
    assert reader().day(date(2026, 11, 24)) == "Tue, Nov 24"
    assert GERMAN.time(NOW) == "13:00"
    assert Reader(now=NOW, zone=ZoneInfo("Pacific/Kiritimati")).today == date(2026, 11, 21)


@pytest.mark.parametrize(("ago", "words"), [
    (timedelta(hours=3), "9:00\u202fAM"), (timedelta(hours=12), "12:00\u202fAM"), (timedelta(hours=13), "Thu, Nov 19"),
    (timedelta(days=400), "Thu, Oct 16, 2025"), (timedelta(hours=-3), "12:00\u202fPM")])
def test_since__is_a_time_today_and_a_day_before_and_never_ahead(ago: timedelta, words: str) -> None:
    assert reader().since(NOW - ago) == words

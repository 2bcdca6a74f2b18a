"""The pace of routine refreshes: what a vendor's quota allows, people who are here first."""

from __future__ import annotations

import math
from datetime import timedelta
from itertools import pairwise

import pytest

from portal.quota import CALLS_PER_REFRESH, Lane
from portal.refresh.planning import (
    LATELY_EVERY,
    TODAY_EVERY,
    Crowd,
    Paces,
    Recency,
    paces,
    recency,
)
from tests.factories import NOW

WANTED = timedelta(minutes=30)
EVERY_DAY = Crowd(here=6_000, today=119_000, lately=225_000)
"""A working morning of a company of 500,000."""
EVERYBODY_AT_ONCE = Crowd(here=500_000)
CROWDS = [
    pytest.param(Crowd(), id="nobody"), pytest.param(Crowd(here=1), id="one"),
    pytest.param(Crowd(here=40, today=200, lately=900), id="small-company"),
    pytest.param(EVERY_DAY, id="500000-learners"), pytest.param(EVERYBODY_AT_ONCE, id="500000-here-at-once"),
    pytest.param(Crowd(lately=500_000), id="500000-away"),
]
QUOTAS = [1, 20, 70, 100, 200, 5_000, 1_000_000]
"""Calls per minute: Cornerstone has 20, Docebo 100, Degreed 200 (70 until June 2026)."""


def _hours(found: Paces) -> list[float | None]:
    return [None if pace.every is None else round(pace.every / timedelta(hours=1), 2)
            for pace in (found.here, found.today, found.lately)]


@pytest.mark.parametrize(("crowd", "quota", "hours"), [
    pytest.param(EVERY_DAY, None, [0.5, 4, 24], id="no quota: as wanted, whoever they are"),
    pytest.param(Crowd(), 1, [0.5, 4, 24], id="nobody: as wanted, whatever the quota"),
    pytest.param(Crowd(here=40, today=200, lately=900), 100, [0.5, 4, 24], id="a small company fits"),
    pytest.param(Crowd(here=40, today=200, lately=900), 20, [0.5, None, None], id="only those who are here fit"),
    pytest.param(Crowd(here=60, today=300, lately=900), 30, [0.5, None, None], id="exactly those who are here fit"),
    pytest.param(Crowd(here=10, today=300, lately=900), 20, [0.5, 5.0, None], id="those of today wait longer"),
    pytest.param(Crowd(here=10, today=100, lately=900), 20, [0.5, 4, 25.71], id="those of the fortnight wait longer"),
    pytest.param(EVERY_DAY, 200, [7.5, None, None], id="stretched for those who are here"),
    pytest.param(EVERY_DAY, 20, [75.0, None, None], id="stretched to days"),
    pytest.param(EVERYBODY_AT_ONCE, 1, [None, None, None], id="hopeless: only who comes back is refreshed"),
])
def test_paces__people_who_are_here_come_first(crowd: Crowd, quota: int | None, hours: list[float | None]) -> None:
    assert _hours(paces(crowd, quota, WANTED)) == pytest.approx(hours)


@pytest.mark.parametrize("quota", QUOTAS)
@pytest.mark.parametrize("crowd", CROWDS)
def test_paces__never_use_more_than_the_routines_share(crowd: Crowd, quota: int) -> None:
    found = paces(crowd, quota, WANTED)
    calls = sum(learners * CALLS_PER_REFRESH / (pace.every / timedelta(minutes=1)) for learners, pace in (
        (crowd.here, found.here), (crowd.today, found.today), (crowd.lately, found.lately)) if pace.every is not None)
    assert calls <= quota * Lane.BACKFILL.value


@pytest.mark.parametrize("quota", [*QUOTAS, None])
@pytest.mark.parametrize("crowd", CROWDS)
def test_paces__who_was_here_longer_ago_is_never_fresher(crowd: Crowd, quota: int | None) -> None:
    found = paces(crowd, quota, WANTED)
    minutes = [math.inf if pace.every is None else pace.every / WANTED for pace in (
        found.here, found.today, found.lately)]
    assert minutes == sorted(minutes)
    assert minutes[0] >= 1


def test_paces__a_larger_quota_never_makes_anybody_wait_longer() -> None:
    ages = [[math.inf if h is None else h for h in _hours(paces(EVERY_DAY, quota, WANTED))] for quota in QUOTAS]
    for less, more in pairwise(ages):
        assert all(new <= old for old, new in zip(less, more, strict=True))


def test_paces__an_operator_may_ask_for_slower_than_the_usual_pace_of_the_others() -> None:
    assert _hours(paces(Crowd(), None, timedelta(hours=12))) == [12, 12, 24]


def test_pace__data_is_on_average_half_an_interval_old() -> None:
    found = paces(Crowd(), None, WANTED)
    assert (found.here.typical_age, found.today.typical_age, found.lately.typical_age) == (
        WANTED / 2, TODAY_EVERY / 2, LATELY_EVERY / 2)
    assert paces(EVERYBODY_AT_ONCE, 1, WANTED).here.typical_age is None


@pytest.mark.parametrize(("ago", "expected"), [
    (timedelta(minutes=-5), Recency.HERE), (timedelta(0), Recency.HERE), (timedelta(hours=1), Recency.HERE),
    (timedelta(hours=1, seconds=1), Recency.TODAY), (timedelta(hours=24), Recency.TODAY),
    (timedelta(hours=25), Recency.LATELY), (timedelta(days=14), Recency.LATELY), (timedelta(days=14, seconds=1), None),
    (None, None),
], ids=str)
def test_recency__is_read_off_the_last_visit(ago: timedelta | None, expected: Recency | None) -> None:
    assert recency(None if ago is None else NOW - ago, NOW) is expected


def test_paces__whoever_is_away_is_not_refreshed_by_themselves() -> None:
    assert paces(Crowd(), None, WANTED).of(None) is None

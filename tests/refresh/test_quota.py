"""The quota of one connection: lanes, a minute that slides, and what a 429 teaches."""

from __future__ import annotations

import random
from bisect import bisect_left
from datetime import datetime, timedelta

import pytest

from portal.quota import SLOT_SECONDS, Lane, Quota, allowance, room, stormed, take, used
from tests.factories import NOW

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def _spend(quota: Quota, calls: int, lane: Lane = Lane.INTERACTIVE, declared: int = 20, at: datetime = NOW) -> Quota:
    for _ in range(calls):
        result = take(quota, declared, lane, at)
        assert isinstance(result, Quota)
        quota = result
    return quota


@pytest.mark.parametrize(("lane", "calls"), [(Lane.BACKFILL, 10), (Lane.SIGN_IN, 16), (Lane.INTERACTIVE, 20)])
def test_take__a_lane_uses_the_minute_up_to_its_share(lane: Lane, calls: int) -> None:
    full = _spend(Quota(), calls, lane)
    assert isinstance(take(full, 20, lane, NOW), datetime)
    assert used(full, NOW) == calls


def test_take__the_routine_leaves_room_for_those_who_wait() -> None:
    quota = _spend(Quota(), 10, Lane.BACKFILL)
    quota = _spend(quota, 6, Lane.SIGN_IN)
    assert isinstance(take(quota, 20, Lane.SIGN_IN, NOW), datetime)
    _spend(quota, 4, Lane.INTERACTIVE)


def test_take__says_from_when_there_is_room_and_is_right() -> None:
    quota = _spend(Quota(), 12, at=NOW)
    quota = _spend(quota, 8, at=NOW + 20 * SECOND)
    later = take(quota, 20, Lane.INTERACTIVE, NOW + 30 * SECOND)
    assert isinstance(later, datetime)
    assert NOW + MINUTE <= later <= NOW + MINUTE + SLOT_SECONDS * SECOND
    assert isinstance(take(quota, 20, Lane.INTERACTIVE, later - SECOND), datetime)
    assert used(_spend(quota, 12, at=later), later) == 20


@pytest.mark.parametrize("declared", [1, 7, 20, 100])
def test_take__no_minute_whenever_it_begins_holds_more_than_the_quota(declared: int) -> None:
    chance = random.Random(declared)
    quota, now, made = Quota(), NOW, list[datetime]()
    for _ in range(3_000):
        now += timedelta(seconds=chance.choice((*[0] * 2 * declared, 0.2, 3, 31)))
        result = take(quota, declared, chance.choice(list(Lane)), now)
        if isinstance(result, Quota):
            quota = result
            made.append(now)
    busiest = max(bisect_left(made, start + MINUTE) - first for first, start in enumerate(made))
    assert busiest == declared


def test_room__refreshes_side_by_side_do_not_share_the_last_calls() -> None:
    quota = _spend(Quota(), 6)
    assert room(quota, 20, Lane.SIGN_IN, NOW, 6) is None
    assert room(quota, 20, Lane.SIGN_IN, NOW, 6, ahead=6) is not None


def test_room__a_lane_that_never_has_as_many_is_asked_for_all_it_has() -> None:
    assert room(Quota(), 4, Lane.INTERACTIVE, NOW, 6) is None
    assert room(_spend(Quota(), 1, declared=4), 4, Lane.INTERACTIVE, NOW, 6) is not None


def test_take__a_clock_that_was_set_back_blocks_nobody() -> None:
    full = _spend(Quota(), 20)
    assert isinstance(take(full, 20, Lane.INTERACTIVE, NOW - timedelta(hours=1)), Quota)


def test_stormed__halves_what_was_really_used_and_grows_back() -> None:
    learned = stormed(_spend(Quota(), 60, declared=200), None, NOW)
    assert allowance(learned, None, NOW) == 30
    assert allowance(learned, None, NOW + 2 * MINUTE) == pytest.approx(36.3)
    assert allowance(learned, 40, NOW + timedelta(hours=1)) == 40


def test_stormed__answers_of_the_same_second_teach_nothing_new() -> None:
    learned = stormed(_spend(Quota(), 16), None, NOW)
    assert stormed(learned, None, NOW + SECOND / 2) is learned

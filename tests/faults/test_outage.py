"""Everything is down for a day, and comes back: the page serves what it knew, and nobody is overrun on return.

The clock is simulated: every minute the planner looks, and workers do what is due until there is nothing left. While
nobody is there the minutes are skipped in bundles.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from portal.home import freshness
from portal.refresh import plan
from portal.store import people
from portal.store import schema as t
from tests.faults import zoo
from tests.faults.bench import Bench
from tests.faults.conftest import MakeBench
from tests.faults.zoo import NAMES

QUOTA = 30


class Day:
    """Minutes that pass. calls: (minute, platform) → how many requests arrived."""

    def __init__(self, bench: Bench, present: int) -> None:
        self.bench = bench
        self.calls: Counter[tuple[datetime, int]] = Counter()
        self.others = [bench.learner]
        for number in range(1, present):
            with bench.database.write() as tx:
                self.others.append(people.save(tx, people.Person(
                    issuer="https://id.example.com", subject=f"s{number}", email=f"person{number}@example.org",
                    email_verified=True, roles=("learner",)), bench.clock()))
                plan.at_sign_in(tx, self.others[-1], bench.clock())

    def pass_by(self, minutes: int = 1, *, present: bool) -> None:
        """present: everybody has the page open."""
        bench = self.bench
        bench.clock.forward(minutes=minutes)
        with bench.database.write() as tx:
            if present:
                tx.execute(update(t.learner).values(seen_at=bench.clock()))
            plan.tick(tx, bench.clock(), timedelta(minutes=30))
        bench.run_all()
        for number, platform in bench.zoo.platforms.items():
            self.calls[bench.clock(), number] += len(platform.asked)
            platform.asked.clear()

    def answered(self, since: datetime) -> dict[int, datetime]:
        """Platform → when it was asked first since then."""
        found: dict[int, datetime] = {}
        for (moment, number), calls in sorted(self.calls.items()):
            if moment > since and calls:
                found.setdefault(number, moment)
        return found

    def busiest(self, since: datetime) -> int:
        return max(calls for (minute, _), calls in self.calls.items() if minute > since)


@pytest.mark.usefixtures("threads_come_back")
def test_outage__of_everything_for_a_day_and_the_return(make_bench: MakeBench) -> None:
    bench = make_bench("one-of-six")
    for number in range(1, 7):
        bench.change(number, calls_per_minute=QUOTA)
    day = Day(bench, present=3)
    for _ in range(4):
        day.pass_by(present=True)
    known = {number: bench.shown(number).keys() for number in range(1, 7)}
    assert all(len(found) == 8 for found in known.values())

    for platform in bench.zoo.platforms.values():
        platform.fault = zoo.always(zoo.HANG_UP)
    began = bench.clock()
    for _ in range(30):
        day.pass_by(present=True)
    _serves_what_it_knew(bench, known)
    for _ in range(46):
        day.pass_by(30, present=False)
    _serves_what_it_knew(bench, known)
    for _ in range(30):
        day.pass_by(present=True)
    _serves_what_it_knew(bench, known)
    assert bench.clock() - began == timedelta(hours=24)
    assert day.busiest(began) <= QUOTA
    lost = sum(calls for (moment, _), calls in day.calls.items() if moment > began)
    assert lost < 6 * 60, (lost, "a platform that is down is not asked again and again")

    for platform in bench.zoo.platforms.values():
        platform.fault = None
    returned = bench.clock()
    while not day.answered(returned):
        day.pass_by(present=True)
        assert bench.clock() - returned <= timedelta(minutes=13), "a probe every ten minutes, and a fifth of jitter"
    while not all(_is_fresh(bench, number, returned) for number in range(1, 7)):
        day.pass_by(present=True)
        for number, first in day.answered(returned).items():
            assert _is_fresh(bench, number, returned) or bench.clock() - first < timedelta(minutes=2)
        assert bench.clock() - returned <= timedelta(minutes=15)
    assert day.busiest(returned) <= QUOTA, "no storm on return"


def _is_fresh(bench: Bench, number: int, since: datetime) -> bool:
    succeeded_at = bench.source(number).succeeded_at
    return succeeded_at is not None and succeeded_at > since and isinstance(bench.state(number), freshness.Fresh)


def _serves_what_it_knew(bench: Bench, known: dict[int, object]) -> None:
    bench.open_session()
    page = bench.get("/?all=continue")
    for number, name in enumerate(NAMES, 1):
        assert bench.shown(number).keys() == known[number]
        assert name in page
        state = bench.state(number)
        assert isinstance(state, freshness.Stale)
        assert freshness.is_trouble(state)

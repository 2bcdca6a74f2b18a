"""A portal killed with SIGKILL in the middle of its refreshing ends up like one that nobody disturbed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.kill import compare
from portal.store.database import Database
from portal.store.upgrade import upgrade

KILLS, LEARNERS = 5, 20


@pytest.mark.timeout(300)
def test_killed__nothing_is_lost_and_nothing_comes_twice(database: Database, tmp_path: Path) -> None:
    undisturbed = Database(f"sqlite:///{tmp_path / 'undisturbed.sqlite'}")
    upgrade(undisturbed)
    outcome = compare(database, undisturbed, tmp_path, kills=KILLS, learners=LEARNERS, seed=7, generations=2)
    undisturbed.close()
    assert outcome.kills.count == KILLS
    assert outcome.kills.idle < KILLS, "every kill hit a process that had nothing to do"
    assert (outcome.lost, outcome.doubled, outcome.unfinished, outcome.catalogue) == ([], [], [], [])
    assert outcome.events == LEARNERS * 4 * 2

"""Nobody gets another learner's answer, however many ask at once. ``bench/isolation.py`` does the same at length."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.session import PlatformSession, Scope
from bench.isolation import measure


def test_isolation__of_many_learners_through_every_layer(tmp_path: Path) -> None:
    result = measure(2_000, learners=20, threads=8, folder=tmp_path)
    assert (result.foreign, result.missing) == (0, 0)
    assert sum(result.requests.values()) == 2_000


def test_isolation__a_cache_that_forgets_whose_answer_it_keeps_is_noticed(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The measurement itself: with personal readings in the cache under one key it must find wrong answers."""
    monkeypatch.setattr(PlatformSession, "of_learner", lambda self, _account: Scope(self.connection, None))
    monkeypatch.setattr("adapters.cache._ScopedKey.__call__", lambda _self, request, **_options: "one key for all")
    result = measure(100, learners=5, threads=4, folder=tmp_path)
    assert result.foreign + result.missing > 20

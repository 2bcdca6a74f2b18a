"""The zoo, once per session, and a fresh bench per case."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults import bench as benches
from tests.faults.addresses import Authority
from tests.faults.bench import Bench, Seat
from tests.faults.zoo import Zoo, open_zoo

MakeBench = Callable[[str], Bench]
_PLATFORMS = {"cold": 1, "warm": 1, "one-of-six": 6}


@pytest.fixture(scope="session")
def _zoo() -> Iterator[Zoo]:
    with open_zoo() as zoo:
        yield zoo


@pytest.fixture
def zoo(_zoo: Zoo) -> Zoo:
    _zoo.reset()
    return _zoo


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="session")
def _templates(_zoo: Zoo, _sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("faults")
    _zoo.reset()
    return {situation: benches.template(folder, _sqlite_template, _zoo, platforms=count, warm=situation != "cold")
            for situation, count in _PLATFORMS.items()}


@pytest.fixture(scope="session")
def _seat(_templates: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seat]:
    path = tmp_path_factory.mktemp("seat") / "homeroom.sqlite"
    shutil.copy(_templates["cold"], path)
    seat = Seat(path)
    yield seat
    seat.database.close()


@pytest.fixture
def make_bench(zoo: Zoo, _seat: Seat, _templates: dict[str, Path]) -> Iterator[MakeBench]:
    """A bench in a situation: cold (nothing stored), warm (good data stored), one-of-six (six platforms, warm). It
    takes the place of the one before."""
    with ExitStack() as kept:
        def make(situation: str) -> Bench:
            kept.close()
            zoo.reset()
            monkeypatch = kept.enter_context(pytest.MonkeyPatch.context())
            bench = Bench(_seat.holding(_templates[situation]), zoo, monkeypatch, kept.enter_context(ExitStack()))
            bench.clock.forward(minutes=5)
            return bench
        yield make


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Everything anybody logs, at the lowest level. SQLAlchemy is left out: at DEBUG it prints the database itself."""
    names = [name for name, known in logging.Logger.manager.loggerDict.items()
             if isinstance(known, logging.Logger) and not name.startswith("sqlalchemy")]
    before = {name: logging.getLogger(name).level for name in names}
    caplog.set_level(logging.DEBUG)
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    sql = logging.getLogger("sqlalchemy")
    sql_level = sql.level
    sql.setLevel(logging.WARNING)
    yield caplog
    sql.setLevel(sql_level)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def threads_come_back() -> Iterator[None]:
    """As many threads afterwards as before, in a while. The pool that looks names up keeps its own."""
    before = _threads()
    yield
    for thread in _threads() - before:
        thread.join(10)
    assert _threads() <= before


def _threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if not thread.name.startswith("resolve")}

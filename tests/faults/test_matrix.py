"""Every fault of the table, cold, warm and as one of six: the page stands, the store keeps, the admin knows, nothing
leaks. What each fault is and what follows from it stands in ``table.py``."""

from __future__ import annotations

import logging

import pytest

from portal.home import freshness
from tests.faults.addresses import HOST, Authority
from tests.faults.bench import KEY, TOKEN, Bench
from tests.faults.conftest import MakeBench
from tests.faults.table import COUNTS, Form, the_table

SITUATIONS = ("cold", "warm", "one-of-six")
CASES = [(number, situation) for number in range(1, 45) for situation in SITUATIONS]


@pytest.fixture(scope="session")
def forms(authority: Authority) -> dict[str, tuple[Form, ...]]:
    return {row.id: row.forms for row in the_table(authority)}


@pytest.mark.usefixtures("threads_come_back")
@pytest.mark.parametrize(("number", "situation"), CASES, ids=[f"F{number:02}-{s}" for number, s in CASES])
def test_fault(number: int, situation: str, forms: dict[str, tuple[Form, ...]], make_bench: MakeBench,
               log: pytest.LogCaptureFixture) -> None:
    for form in forms[f"F{number:02}"]:
        log.clear()
        bench = make_bench(situation)
        form.misbehave(bench)
        before, others, of_others = bench.stored(), bench.lines_of_others(), bench.stored(of_faulty=False)
        assert bench.refresh() is not None
        assert bench.lines_of_others() == others, "the other platforms' part of the page is the same, byte by byte"
        assert bench.stored(of_faulty=False) == of_others
        if form.kind is not None:
            assert_failed(bench, form, situation)
            assert bench.stored() == before, "nothing stored has changed"
        else:
            assert bench.ledger()["failure"] is None, bench.ledger()
            assert bench.failures() == {}
        assert_told(log, form.lines)
        if form.again:
            bench.clock.forward(minutes=1)
            bench.refresh()
            assert_told(log, form.lines)
        form.then(bench, situation)
        assert_silent(bench, log)


def assert_failed(bench: Bench, form: Form, situation: str) -> None:
    kind, line = form.kind, bench.ledger()
    assert (line["failure"], line["failure_reason"][:len(form.reason)]) == (kind, form.reason)
    assert bool(bench.failures()) is (kind in COUNTS), "what counts against the platform"
    assert bench.state() == expected_state(bench, str(kind), situation)


def expected_state(bench: Bench, kind: str, situation: str) -> freshness.Freshness:
    source = bench.source()
    if kind == "Forbidden":
        return freshness.Forbidden()
    if kind == "NotLinked":
        return freshness.NotLinked()
    shown_as = "Paused" if kind == "WrongLearner" else kind
    if situation == "cold":
        return freshness.NeverLoaded(shown_as, bench.clock())
    assert source.succeeded_at is not None
    if kind == "RateLimited":       # the data is minutes old; that we wait is nobody's worry
        return freshness.Fresh(source.succeeded_at)
    return freshness.Stale(source.succeeded_at, shown_as, bench.clock())


def assert_told(log: pytest.LogCaptureFixture, lines: int) -> None:
    """One line for the change of state, however often it is asked."""
    said = [r.getMessage() for r in log.records if r.name.startswith("portal") and r.levelno >= logging.WARNING]
    assert len(said) == lines, said


def assert_silent(bench: Bench, log: pytest.LogCaptureFixture) -> None:
    for text in (bench.get("/?all=continue"), log.text):
        for secret in (TOKEN, KEY, HOST, bench.zoo.wire.base.removeprefix("http://")):
            assert secret not in text

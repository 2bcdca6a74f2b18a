"""One refresh end to end on a real store: what a platform says becomes what the page can show, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.errors import (
    Ambiguous,
    BadAnswer,
    CredentialsRefused,
    NotLinked,
    PlatformError,
    RateLimited,
    Unreachable,
    WrongLearner,
)
from adapters.records import Account, Capability, Snapshot, Status
from portal.learner_view import Learner, LearnerView, Need
from portal.priority import Priority
from portal.refresh.reactions import REACTIONS, next_attempt
from portal.refresh.run import Refresher
from portal.store import guards, ledger, page, platforms
from portal.store.database import Database
from portal.store.holdings import holdings
from tests.conftest import FrozenClock
from tests.factories import NOW, a_badge, a_connection, a_learner, a_resource, an_answer, an_enrolment
from tests.scripted import Script, a_refresher


class Bench:
    """One learner, one connection, one script, one clock."""

    def __init__(self, database: Database, clock: FrozenClock, folder: Path) -> None:
        self.database, self.clock, self.script = database, clock, Script()
        self.refresher: Refresher = a_refresher(database, clock, self.script, folder)
        with database.write() as tx:
            self.learner: Learner = a_learner(tx)
            self.connection = a_connection(tx)

    def refresh(self, *, catalogue: bool = False) -> None:
        with self.database.write() as tx:
            if catalogue:
                ledger.enqueue_sync(tx, guards.CATALOGUE, [self.connection], Priority.INTERACTIVE, self.clock())
            else:
                ledger.enqueue(tx, self.learner.id, [self.connection], Priority.INTERACTIVE, self.clock())
        assert self.refresher.run_next() is not None

    def view(self) -> LearnerView:
        with self.database.read() as tx:
            return page.load(tx, self.learner, frozenset(Need), self.clock())

    def stored(self) -> object:
        with self.database.read() as tx:
            return holdings(tx, self.learner)["enrolments"]

    def state(self) -> tuple[str | None, str | None]:
        with self.database.read() as tx:
            (state,) = ledger.states(tx, self.learner.id)
        return state["failure"], state["succeeded_at"]


@pytest.fixture
def bench(database: Database, clock: FrozenClock, tmp_path: Path) -> Bench:
    return Bench(database, clock, tmp_path)


def test_refresh__brings_enrolments_and_badges_to_the_page(bench: Bench) -> None:
    bench.script.answers = {
        Capability.ENROLMENTS: an_answer(enrolments=(an_enrolment(progress=0.25),)),
        Capability.BADGES: Snapshot(capability=Capability.BADGES, observed_at=NOW, badges=(a_badge(),)),
    }
    bench.refresh()
    view = bench.view()
    assert [(i.resource.title, i.enrolment.progress) for i in view.enrolments] == [("Fire safety", 0.25)]
    assert [i.badge.name for i in view.badges] == ["First aider"]
    (source,) = view.sources
    assert source.linked
    assert source.succeeded_at == NOW


def test_refresh__an_unchanged_answer_moves_only_the_time_it_was_observed(bench: Bench) -> None:
    bench.script.answers[Capability.ENROLMENTS] = an_answer(enrolments=(an_enrolment(),))
    bench.refresh()
    bench.clock.forward(hours=1)
    bench.refresh()
    (item,) = bench.view().enrolments
    assert item.seen.changed_at == NOW
    assert item.seen.observed_at == NOW + timedelta(hours=1)


def test_refresh__keeps_a_trail_of_the_last_two_readings(bench: Bench) -> None:
    for progress in (0.1, 0.2, 0.3):
        bench.script.answers[Capability.ENROLMENTS] = an_answer(enrolments=(an_enrolment(progress=progress),))
        bench.refresh()
        bench.clock.forward(hours=1)
    with bench.database.read() as tx:
        trail = holdings(tx, bench.learner)["trail"]
    assert [reading["run"] for reading in trail] == [2, 3]
    assert trail[-1]["entries"] == [{"kind": "enrolment", "external_id": "e1", "answer": "courses[id=1]",
                                     "decision": "", "outcome": "changed"}]


def test_refresh__events_are_told_once(bench: Bench, database: Database) -> None:
    done = an_enrolment(status=Status.COMPLETED, progress=1.0)
    for answer in (an_enrolment(), an_enrolment(), done, done):
        bench.script.answers[Capability.ENROLMENTS] = an_answer(enrolments=(answer,))
        bench.refresh()
    with database.read() as tx:
        kinds = tx.execute(text("SELECT kind FROM event ORDER BY id")).scalars().all()
    assert kinds == ["enrolled", "completed"]


FAILURES: list[PlatformError] = [
    Unreachable("refused"), CredentialsRefused("401"), BadAnswer("not JSON"), WrongLearner("other"),
    RateLimited("429", not_before=NOW + timedelta(minutes=2)), NotLinked("nobody"), Ambiguous("two"),
]


@pytest.mark.parametrize("error", FAILURES, ids=lambda e: e.kind)
def test_refresh__a_failure_changes_nothing_stored_and_says_why(bench: Bench, error: PlatformError) -> None:
    bench.script.answers[Capability.ENROLMENTS] = an_answer(enrolments=(an_enrolment(),))
    bench.refresh()
    before = bench.stored()
    assert before
    bench.script.answers = {Capability.ENROLMENTS: error, Capability.BADGES: error}
    bench.clock.forward(hours=1)
    bench.refresh()
    assert bench.stored() == before
    assert bench.state() == (error.kind, NOW.isoformat())


@pytest.mark.parametrize("error", FAILURES, ids=lambda e: e.kind)
def test_refresh__recovers_without_a_restart_when_the_platform_is_right_again(
        bench: Bench, error: PlatformError) -> None:
    bench.script.answers = {Capability.ENROLMENTS: error, Capability.BADGES: error}
    bench.refresh()
    assert bench.state() == (error.kind, None)
    bench.script.answers = {}
    bench.clock.forward(hours=25)
    if isinstance(error, CredentialsRefused | WrongLearner):    # these wait for a person
        assert bench.refresher.run_next() is None
        with bench.database.write() as tx:
            guards.reopen(tx, bench.connection)
    bench.refresh()
    assert bench.state()[0] is None


def test_refresh__one_broken_capability_does_not_take_the_others_down(bench: Bench) -> None:
    bench.script.answers = {Capability.ENROLMENTS: an_answer(enrolments=(an_enrolment(),)),
                            Capability.BADGES: BadAnswer("one bad badge")}
    bench.refresh()
    assert len(bench.view().enrolments) == 1
    assert bench.state()[0] is None
    with bench.database.read() as tx:
        (state,) = ledger.states(tx, bench.learner.id)
    assert [w["code"] for w in state["warnings"]] == ["badges_failed"]


def test_refresh__an_answer_about_somebody_else_is_discarded(bench: Bench) -> None:
    foreign = replace(an_answer(enrolments=(an_enrolment(),)), learner_seen="acc-somebody")
    bench.script.answers[Capability.ENROLMENTS] = foreign
    bench.refresh()
    assert bench.view().enrolments == ()
    assert bench.state()[0] == "WrongLearner"


def test_refresh__an_account_that_belongs_to_another_learner_is_held_and_shown_to_nobody(bench: Bench) -> None:
    account = Account(external_id="shared", matched_by="email", matched_value="ada@example.org")
    bench.script.accounts["ada@example.org"] = account
    with bench.database.write() as tx:
        other = a_learner(tx, "bob")
        platforms.link(tx, other.id, bench.connection, account, NOW)
    bench.script.answers[Capability.ENROLMENTS] = an_answer(enrolments=(an_enrolment(),))
    bench.refresh()
    assert bench.view().enrolments == ()
    assert bench.state()[0] == "Ambiguous"


def test_refresh__what_vanishes_from_a_complete_answer_is_archived_and_kept(bench: Bench) -> None:
    bench.script.answers[Capability.ENROLMENTS] = an_answer(enrolments=(an_enrolment("1"), an_enrolment("2")))
    bench.refresh()
    bench.script.answers[Capability.ENROLMENTS] = an_answer(enrolments=(an_enrolment("1"),))
    bench.refresh()
    assert [i.resource.external_id for i in bench.view().enrolments] == ["1"]
    with bench.database.read() as tx:
        held = holdings(tx, bench.learner)["enrolments"]
    assert [bool(e["archived_at"]) for e in held] == [False, True]


def test_refresh__a_partial_answer_removes_nothing(bench: Bench) -> None:
    bench.script.answers[Capability.ENROLMENTS] = an_answer(enrolments=(an_enrolment("1"), an_enrolment("2")))
    bench.refresh()
    bench.script.answers[Capability.ENROLMENTS] = an_answer(enrolments=(an_enrolment("1"),), complete=False)
    bench.refresh()
    assert len(bench.view().enrolments) == 2


def test_refresh__a_result_that_comes_after_the_lease_has_gone_is_dropped(bench: Bench) -> None:
    bench.script.answers[Capability.ENROLMENTS] = an_answer(enrolments=(an_enrolment(),))
    with bench.database.write() as tx:
        ledger.enqueue(tx, bench.learner.id, [bench.connection], Priority.ACTIVE, bench.clock())
        late = ledger.claim(tx, "late", bench.clock(), timedelta(minutes=5))
        bench.clock.forward(minutes=6)
        assert ledger.claim(tx, "quick", bench.clock(), timedelta(minutes=5)) is not None
    assert late is not None
    bench.refresher.run(late)
    assert bench.view().enrolments == ()


def test_refresh__a_disconnected_platform_leaves_the_learners_record(bench: Bench) -> None:
    done = an_enrolment(status=Status.COMPLETED, progress=1.0)
    bench.script.answers[Capability.ENROLMENTS] = an_answer(enrolments=(done,))
    bench.refresh()
    before = bench.view().enrolments
    with bench.database.write() as tx:
        platforms.archive(tx, bench.connection, bench.clock())
    assert bench.view().enrolments == before
    assert bench.view().sources == ()


def test_catalogue__open_resources_become_recommendations_with_a_reason(bench: Bench) -> None:
    open_course = a_resource("9", "Fire extinguishers", topics=("safety",), open_to_all=True)
    bench.script.answers = {
        Capability.CATALOGUE: Snapshot(capability=Capability.CATALOGUE, observed_at=NOW, resources=(open_course,)),
        Capability.ENROLMENTS: an_answer(enrolments=(an_enrolment(),), resources=(
            a_resource(topics=("safety",)),)),
    }
    bench.refresh(catalogue=True)
    bench.refresh()
    assert [(i.resource.title, i.recommendation.reason) for i in bench.view().recommendations] == [
        ("Fire extinguishers", "topic:safety")]


def test_reactions__every_error_has_one_with_words_for_the_admin() -> None:
    def all_below(kind: type[PlatformError]) -> set[type[PlatformError]]:
        return {kind}.union(*[all_below(k) for k in kind.__subclasses__()]) if kind.__subclasses__() else {kind}

    assert all_below(PlatformError) - {PlatformError} == set(REACTIONS)
    assert all(reaction.admin for reaction in REACTIONS.values())


def test_reactions__waiting_grows_and_never_exceeds_two_hours() -> None:
    waits = [next_attempt(Unreachable("x"), n, NOW) for n in range(1, 30)]
    assert all(w is not None and timedelta(minutes=1) <= w - NOW <= timedelta(hours=2) for w in waits)


def test_catalogue__a_platform_that_does_not_know_the_learner_proposes_nothing(bench: Bench) -> None:
    bench.script.answers[Capability.CATALOGUE] = Snapshot(
        capability=Capability.CATALOGUE, observed_at=NOW, resources=(a_resource("9", open_to_all=True),))
    bench.refresh(catalogue=True)
    bench.script.accounts["ada@example.org"] = NotLinked("nobody")
    with bench.database.write() as tx:
        elsewhere = a_connection(tx, "Library")
    bench.refresh()
    bench.script.accounts.clear()
    with bench.database.write() as tx:
        ledger.enqueue(tx, bench.learner.id, [elsewhere], Priority.INTERACTIVE, bench.clock())
    bench.refresher.run_next()
    assert bench.view().recommendations == ()
    bench.clock.forward(hours=25)
    bench.refresh()
    assert [i.resource.external_id for i in bench.view().recommendations] == ["9"]

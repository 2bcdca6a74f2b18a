"""Syncs: pages are saved one by one, go on where they stopped, and never take a doubtful catalogue for the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from adapters.errors import CredentialsRefused, CursorRefused, PlatformError, RateLimited, Unreachable
from adapters.records import CataloguePage, ChangesPage, LearnerIdentity
from portal.learner_view import Learner, Need
from portal.priority import Priority
from portal.refresh import plan, syncing
from portal.refresh.syncing import Page, advanced
from portal.store import guards, learning, ledger, page, people, platforms, syncs
from portal.store.database import Database
from portal.store.guards import CATALOGUE, CHANGES
from portal.store.syncs import Sync
from tests.conftest import FrozenClock
from tests.factories import NOW, a_connection, a_learner, a_person, a_resource, an_answer, an_enrolment
from tests.scripted import Script, a_refresher


def pages_of(*groups: str, total: int | None = None, **changed: Any) -> dict[str | None, Any]:
    """``pages_of("ab", "c")``: two pages, with resources a and b, then c; cursors are "1", "2" …"""
    said = {}
    for number, group in enumerate(groups):
        cursor = str(number) if number else None
        following = str(number + 1) if number + 1 < len(groups) else None
        said[cursor] = CataloguePage(
            resources=tuple(a_resource(key, title=f"Course {key}", **changed) for key in group), observed_at=NOW,
            next_cursor=following, total=total)
    return said


class Bench:
    """One connection, a script, a clock; syncs are claimed like any refresh."""

    def __init__(self, database: Database, clock: FrozenClock, folder: Path) -> None:
        self.database, self.clock, self.script, self.folder = database, clock, Script(), folder
        self.refresher = a_refresher(database, clock, self.script, folder)
        with database.write() as tx:
            self.connection = a_connection(tx)

    def due(self, operation: str = CATALOGUE) -> None:
        with self.database.write() as tx:
            ledger.enqueue_sync(tx, operation, [self.connection], Priority.ACTIVE, self.clock())

    def run(self, operation: str = CATALOGUE) -> None:
        """A whole sync, by as many claims as it takes."""
        self.clock.forward(minutes=20)
        self.due(operation)
        while self.refresher.run_next() is not None:
            pass

    def sync(self, operation: str = CATALOGUE) -> Sync:
        with self.database.read() as tx:
            found = syncs.get(tx, self.connection, operation)
        assert found is not None
        return found

    def listed(self) -> str:
        return "".join(self.all("SELECT external_id FROM resource WHERE archived_at IS NULL ORDER BY external_id"))

    def all(self, sql: str) -> list[Any]:
        with self.database.read() as tx:
            return list(tx.execute(text(sql)).scalars())

    def failure(self, operation: str = CATALOGUE) -> str | None:
        found: list[str | None] = self.all(f"SELECT failure FROM refresh WHERE subject = '{operation}'")
        return found[0]

    def change_settings(self) -> None:
        with self.database.write() as tx:
            tx.execute(text("UPDATE connection SET credentials_version = credentials_version + 1"))

    def people_due(self) -> list[str]:
        return self.all("SELECT username FROM refresh r JOIN learner p ON p.id = r.learner_id "
                        "WHERE r.due_at IS NOT NULL ORDER BY username")


@pytest.fixture
def bench(database: Database, clock: FrozenClock, tmp_path: Path) -> Bench:
    return Bench(database, clock, tmp_path)


def test_catalogue__every_page_is_saved_and_counted(bench: Bench) -> None:
    bench.script.pages = pages_of("ab", "cd", "e", total=5)
    bench.run()
    assert bench.listed() == "abcde"
    sync = bench.sync()
    assert (sync.pages, sync.items, sync.total, sync.complete, sync.cursor) == (3, 5, 5, True, None)
    assert sync.finished_at == bench.clock()


# ---------------------------------------------------------------- interrupted


class Killed(BaseException):
    """What no code of ours catches: the process is gone."""


def killed() -> Any:
    raise Killed


@pytest.mark.parametrize("at", [None, "1", "2", "3"], ids=["before the first page", "after 1", "after 2", "after 3"])
def test_killed__the_next_worker_goes_on_at_the_stored_page(bench: Bench, at: str | None) -> None:
    good = pages_of("ab", "cd", "ef", "gh")
    bench.script.pages = {**good, at: killed}
    bench.due()
    with pytest.raises(Killed):
        bench.refresher.run_next()
    assert bench.refresher.run_next() is None, "the dead worker's lease still holds"
    saved = int(at or 0)
    assert bench.listed() == "abcdefgh"[:2 * saved]
    bench.clock.forward(minutes=6)
    bench.script.pages, bench.script.asked = good, []
    bench.refresher.run_next()
    assert bench.script.asked == [f"catalogue:{n or None}" for n in range(saved, 4)]
    assert (bench.listed(), bench.sync().pages, bench.sync().items) == ("abcdefgh", 4, 8)


def test_killed__what_was_seen_before_the_kill_is_not_archived_after_it(bench: Bench) -> None:
    bench.script.pages = pages_of("ab", "cd", "ef")
    bench.run()
    bench.clock.forward(hours=6)
    bench.script.pages = {**pages_of("ab", "cd", "e"), "2": killed}
    bench.due()
    with pytest.raises(Killed):
        bench.refresher.run_next()
    bench.clock.forward(minutes=6)
    bench.script.pages = pages_of("ab", "cd", "e")
    bench.refresher.run_next()
    assert bench.listed() == "abcde"


@pytest.mark.parametrize("error", [Unreachable("gone"), RateLimited("429", not_before=NOW + timedelta(hours=1))],
                         ids=lambda e: e.kind)
def test_failure__in_the_middle_keeps_the_place(bench: Bench, error: PlatformError) -> None:
    good = pages_of("ab", "cd")
    bench.script.pages = {**good, "1": error}
    bench.due()
    bench.refresher.run_next()
    assert (bench.failure(), bench.listed(), bench.sync().finished_at) == (error.kind, "ab", None)
    bench.script.pages, bench.script.asked = good, []
    bench.clock.forward(hours=3)
    bench.refresher.run_next()
    assert (bench.failure(), bench.listed(), bench.script.asked) == (None, "abcd", ["catalogue:1"])


def test_long_catalogue__others_get_their_turn_and_then_it_goes_on(bench: Bench) -> None:
    bench.script.pages = pages_of(*[chr(0x4E00 + n) for n in range(syncing.PAGES_IN_A_ROW + 5)])
    bench.due()
    with bench.database.write() as tx:
        ledger.enqueue(tx, a_learner(tx).id, [bench.connection], Priority.BACKFILL, bench.clock())
    jobs = [bench.refresher.run_next() for _ in range(3)]
    assert [job and job.subject for job in jobs[:2]] == [CATALOGUE, CATALOGUE]
    assert (bench.sync().pages, bench.sync().complete) == (syncing.PAGES_IN_A_ROW + 5, True)
    with bench.database.write() as tx:
        ledger.enqueue(tx, a_learner(tx).id, [bench.connection], Priority.AT_SIGN_IN, bench.clock())
    bench.due()
    jobs = [bench.refresher.run_next() for _ in range(3)]
    assert [job and job.learner_id is None for job in jobs] == [False, True, True]


# ---------------------------------------------------------------- begun again


def test_cursor_refused__begins_again_and_loses_nothing(bench: Bench) -> None:
    good = pages_of("ab", "cd", "ef")
    bench.script.pages = {**good, "1": CursorRefused("expired")}
    bench.due()
    bench.refresher.run_next()
    assert (bench.failure(), bench.listed()) == ("CursorRefused", "ab")
    bench.script.pages, bench.script.asked = good, []
    bench.clock.forward(hours=3)
    bench.refresher.run_next()
    assert (bench.listed(), bench.sync().items, bench.script.asked[0]) == ("abcdef", 6, "catalogue:None")
    assert bench.all("SELECT action FROM audit") == ["sync.restarted"]


def test_settings_changed__between_two_pages_begins_again(bench: Bench) -> None:
    good = pages_of("ab", "cd", "ef")

    def changed() -> CataloguePage:
        bench.change_settings()
        return good["1"]

    bench.script.pages = {**good, "1": changed}
    bench.due()
    bench.refresher.run_next()
    assert bench.listed() == "ab", "what came with yesterday's settings is not saved"
    bench.script.pages, bench.script.asked = good, []
    bench.refresher.run_next()
    assert (bench.listed(), bench.script.asked) == ("abcdef", [f"catalogue:{c}" for c in (None, "1", "2")])
    assert bench.all("SELECT action FROM audit") == ["sync.restarted"]


def test_disconnected__in_the_middle_ends_quietly_and_keeps_what_was_saved(bench: Bench) -> None:
    good = pages_of("ab", "cd")

    def disconnected() -> CataloguePage:
        with bench.database.write() as tx:
            platforms.archive(tx, bench.connection, bench.clock())
        return good["1"]

    bench.script.pages = {**good, "1": disconnected}
    bench.due()
    bench.refresher.run_next()
    assert bench.refresher.run_next() is None
    assert bench.listed() == "ab"
    assert bench.all("SELECT operation FROM sync") == []


# ---------------------------------------------------------------- two workers


def test_two_workers__a_page_that_took_longer_than_the_lease_is_dropped(bench: Bench) -> None:
    good = pages_of("ab", "cd", "ef")
    other = replace(bench.refresher, worker="other")

    def slow() -> CataloguePage:
        bench.clock.forward(minutes=6)
        bench.script.pages = good
        assert other.run_next() is not None
        return CataloguePage(resources=(a_resource("late"),), observed_at=NOW)

    bench.script.pages = {**good, "1": slow}
    bench.due()
    bench.refresher.run_next()
    assert (bench.listed(), bench.sync().pages, bench.sync().items) == ("abcdef", 3, 6)


def test_two_workers__each_page_renews_the_lease(bench: Bench) -> None:
    other = replace(bench.refresher, worker="other")
    good = pages_of("a", "b", "c", "d")

    def slowly(cursor: str | None) -> Callable[[], CataloguePage]:
        def answer() -> CataloguePage:
            bench.clock.forward(minutes=4)
            assert other.run_next() is None
            return good[cursor]
        return answer

    bench.script.pages = {cursor: slowly(cursor) for cursor in good}
    bench.due()
    bench.refresher.run_next()
    assert (bench.listed(), bench.sync().complete) == ("abcd", True)


# ---------------------------------------------------------------- what is gone


def test_archive__only_flags_and_the_enrolled_go_on_reading(bench: Bench) -> None:
    bench.script.pages = pages_of("abcdef")
    bench.run()
    with bench.database.write() as tx:
        learner: Learner = a_learner(tx)
        ledger.enqueue(tx, learner.id, [bench.connection], Priority.ACTIVE, bench.clock())
    bench.script.answers = {
        an_answer().capability: an_answer(enrolments=(an_enrolment("f"),), resources=(a_resource("f"),))}
    bench.refresher.run_next()
    bench.script.pages = pages_of("abcd")
    bench.run()
    assert bench.listed() == "abcd"
    with bench.database.read() as tx:
        view = page.load(tx, learner, frozenset(Need), bench.clock())
    assert [item.resource.external_id for item in view.enrolments] == ["f"]
    bench.script.pages = pages_of("abcdef")
    bench.run()
    assert bench.listed() == "abcdef"


PARTIAL = replace(pages_of("cd")[None], complete=False)
LOOP = replace(pages_of("cd")[None], next_cursor="1")
BACK = {"1": replace(pages_of("cd")[None], next_cursor="2"), "2": replace(pages_of("c")[None], next_cursor="1")}


@pytest.mark.parametrize(("later", "note"), [
    ({"1": PARTIAL}, "left out on page 2"),
    ({"1": replace(PARTIAL, next_cursor="2"), "2": pages_of("c")[None]}, "left out on page 2"),
    ({"1": LOOP}, "same page address twice"),
    (BACK, "same page address twice"),
], ids=["partial last page", "partial page before a good one", "page that leads to itself", "pages in a circle"])
def test_doubt__ends_the_sync_honestly_and_archives_nothing(bench: Bench, later: dict[str | None, Any],
                                                             note: str) -> None:
    bench.script.pages = pages_of("abcdef")
    bench.run()
    bench.script.pages = {None: pages_of("ab", "")[None], **later}
    bench.run()
    sync = bench.sync()
    assert (bench.listed(), sync.complete, sync.finished_at) == ("abcdef", False, bench.clock())
    assert note in sync.note
    assert bench.all("SELECT complete FROM refresh") in ([False], [0])


def test_limit__ends_the_sync_incomplete(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syncing, "CATALOGUE_PAGES", 3)
    bench.script.pages = pages_of("a", "b", "c", "d", "e")
    bench.run()
    sync = bench.sync()
    assert (bench.listed(), sync.complete, sync.note) == ("abc", False, "stopped after 3 pages with 3 items")


@pytest.mark.parametrize("length", [1, 2, 3, 7, 50, 333])
@pytest.mark.parametrize("lead", [0, 1, 5, 40])
def test_loop__of_any_length_is_found_before_the_limit(lead: int, length: int) -> None:
    sync = Sync(connection_id=1, operation=CATALOGUE, started_at=NOW, credentials_version=1)
    while sync.finished_at is None:
        number = sync.pages + 1
        cursor = str(number if number < lead else lead + (number - lead) % length)
        sync = advanced(sync, Page((), 0, cursor, True), NOW)
    assert "twice" in sync.note
    assert sync.pages <= 3 * max(lead, length) + 3


@pytest.mark.parametrize(("before", "after", "kept_at_first"), [
    ("abcd", "ab", False), ("abcd", "a", True), ("abcd", "", True), ("abcd", "wxyz", True), ("abc", "", False),
], ids=["half", "less than half", "empty", "all replaced", "too few to doubt"])
def test_shrinking__more_than_half_is_held_until_seen_again(bench: Bench, before: str, after: str,
                                                             kept_at_first: bool) -> None:
    bench.script.pages = pages_of(before)
    bench.run()
    bench.script.pages = pages_of(after)
    bench.run()
    both = "".join(sorted({*before, *after}))
    assert bench.listed() == (both if kept_at_first else after)
    bench.clock.forward(minutes=5)
    bench.due()
    bench.refresher.run_next()
    assert bench.listed() == (both if kept_at_first else after), "too soon to be believed"
    bench.clock.forward(minutes=11)
    bench.refresher.run_next()
    assert bench.listed() == after


def test_shrinking__a_catalogue_that_is_whole_again_was_never_gone(bench: Bench) -> None:
    for said in ("abcdef", "a", "abcdef", "b"):
        bench.script.pages = pages_of(said)
        bench.run()
        assert bench.listed() == "abcdef"


def test_observed__a_slower_worker_does_not_make_a_resource_look_gone(bench: Bench) -> None:
    bench.script.pages = pages_of("abcdef")
    bench.run()
    good = pages_of("abc", "de")

    def a_learners_answer_from_before() -> CataloguePage:
        with bench.database.write() as tx:
            from_before = bench.clock() - timedelta(seconds=10)
            (stored,) = learning.resources(tx, bench.connection, ["a"]).values()
            learning.confirm_resources(tx, [stored.id], from_before)
            learning.save_resources(tx, bench.connection, [a_resource("b", title="Course b")], from_before)
        return good["1"]

    bench.script.pages = {**good, "1": a_learners_answer_from_before}
    bench.run()
    assert bench.listed() == "abcde"


# ---------------------------------------------------------------- changes


def named(**by: str) -> LearnerIdentity:
    return LearnerIdentity(**by)


@pytest.mark.parametrize(("identity", "due"), [
    (named(email="ada@example.org"), ["ada"]),
    (named(email="ADA@Example.ORG"), ["ada"]),
    (named(email="eve@example.org"), []),
    (named(id_number="N-bob"), ["bob"]),
    (named(id_number="n-BOB"), []),
    (named(username="bob"), ["bob"]),
    (named(email="a_a@example.org"), []),
    (named(email="stranger@example.org"), []),
], ids=["e-mail", "e-mail in another case", "e-mail nobody verified", "id number", "id number in another case",
        "username", "underscore is no wildcard", "stranger"])
def test_changes__whoever_is_named_is_asked_about_again(bench: Bench, identity: LearnerIdentity,
                                                         due: list[str]) -> None:
    with bench.database.write() as tx:
        a_learner(tx, "ada")
        linked = a_learner(tx, "bob")
        ledger.enqueue(tx, linked.id, [bench.connection], Priority.BACKFILL, bench.clock())
        people.save(tx, a_person("eve", email_verified=False), NOW)
    while bench.refresher.run_next() is not None:
        pass
    with bench.database.write() as tx:
        tx.execute(text("UPDATE refresh SET due_at = NULL"))
    bench.script.changes = {None: ChangesPage(learners=(identity,), next_cursor="c1")}
    bench.due(CHANGES)
    bench.refresher.run_next()
    assert bench.people_due() == due
    assert bench.sync(CHANGES).cursor == "c1"


def test_changes__a_quiet_platform_costs_one_call_and_nothing_else(bench: Bench) -> None:
    for _ in range(3):
        bench.clock.forward(minutes=31)
        bench.due(CHANGES)
        bench.refresher.run_next()
    assert bench.script.asked == ["changes:None", "changes:now", "changes:now"]
    assert bench.people_due() == []


def test_changes__killed_between_pages_names_everybody_once(bench: Bench) -> None:
    with bench.database.write() as tx:
        for name in ("ada", "bob"):
            a_learner(tx, name)
    first = ChangesPage(learners=(named(username="ada"),), next_cursor="c1", more=True)
    bench.script.changes = {None: first, "c1": killed}
    bench.due(CHANGES)
    with pytest.raises(Killed):
        bench.refresher.run_next()
    assert (bench.people_due(), bench.sync(CHANGES).cursor) == (["ada"], "c1")
    bench.clock.forward(minutes=6)
    bench.script.changes = {"c1": ChangesPage(learners=(named(username="bob"),), next_cursor="c2")}
    with bench.database.write() as tx:
        tx.execute(text("UPDATE refresh SET due_at = NULL WHERE learner_id IS NOT NULL"))
    bench.refresher.run_next()
    assert (bench.people_due(), bench.sync(CHANGES).cursor) == (["bob"], "c2")


@pytest.mark.parametrize("lose", ["cursor refused", "settings changed"])
def test_changes__a_lost_place_asks_about_everybody_who_is_here(bench: Bench, lose: str) -> None:
    with bench.database.write() as tx:
        for name in ("here", "away"):
            learner = a_learner(tx, name, signed_in=name == "here")
            ledger.enqueue(tx, learner.id, [bench.connection], Priority.ACTIVE, bench.clock())
    while bench.refresher.run_next() is not None:
        pass
    with bench.database.write() as tx:
        tx.execute(text("UPDATE refresh SET due_at = NULL"))
    bench.due(CHANGES)
    bench.refresher.run_next()
    if lose == "cursor refused":
        bench.script.changes = {"now": CursorRefused("expired")}
    else:
        bench.change_settings()
    bench.script.asked = []
    bench.clock.forward(minutes=5)
    bench.due(CHANGES)
    bench.refresher.run_next()
    assert bench.people_due() == ["here"]
    assert bench.all("SELECT action FROM audit") == ["sync.restarted"]


def test_changes__a_learner_erased_in_the_middle_is_nobody(bench: Bench) -> None:
    with bench.database.write() as tx:
        a_learner(tx, "ada")

    def erased() -> ChangesPage:
        with bench.database.write() as tx:
            tx.execute(text("DELETE FROM learner"))
        return ChangesPage(learners=(named(username="ada"),), next_cursor="c1")

    bench.script.changes = {None: erased}
    bench.due(CHANGES)
    bench.refresher.run_next()
    assert (bench.people_due(), bench.sync(CHANGES).cursor, bench.failure(CHANGES)) == ([], "c1", None)


# ---------------------------------------------------------------- when


@pytest.mark.parametrize(("operation", "here", "minutes"), [
    (CATALOGUE, True, 360), (CATALOGUE, False, 360), (CHANGES, True, 2), (CHANGES, False, 30),
])
def test_next__depends_on_whether_somebody_is_here(bench: Bench, operation: str, here: bool, minutes: int) -> None:
    bench.script.pages = pages_of("a")
    if here:
        with bench.database.write() as tx:
            a_learner(tx, now=bench.clock())
    bench.due(operation)
    bench.refresher.run_next()
    with bench.database.read() as tx:
        assert ledger.next_due(tx) == bench.clock() + timedelta(minutes=minutes)


def test_tick__every_connection_gets_its_syncs_and_visitors_hasten_the_changes(bench: Bench) -> None:
    with bench.database.write() as tx:
        assert plan.tick(tx, bench.clock(), timedelta(minutes=30)) == 2
        assert plan.tick(tx, bench.clock(), timedelta(minutes=30)) == 0
    bench.script.pages = pages_of("a")
    while bench.refresher.run_next() is not None:
        pass
    with bench.database.write() as tx:
        assert ledger.next_due(tx) == bench.clock() + timedelta(minutes=30)
        a_learner(tx, now=bench.clock())
        plan.tick(tx, bench.clock(), timedelta(minutes=30))
        assert ledger.next_due(tx) == bench.clock() + timedelta(minutes=2)


def test_breaker__a_broken_catalogue_rests_while_changes_and_learners_go_on(bench: Bench) -> None:
    bench.script.pages = {None: Unreachable("down")}
    for _ in range(5):
        bench.due()
        bench.refresher.run_next()
    with bench.database.write() as tx:
        ledger.enqueue_sync(tx, CHANGES, [bench.connection], Priority.BACKFILL, bench.clock())
        ledger.enqueue(tx, a_learner(tx).id, [bench.connection], Priority.BACKFILL, bench.clock())
        assert [door.syncs for door in guards.doors(tx, bench.clock())] == [{CHANGES}]
    done = [bench.refresher.run_next() for _ in range(3)]
    assert {job.subject.split(":")[0] for job in done if job} == {CHANGES, "learner"}


def test_refused_credentials__stop_the_sync_until_somebody_acts(bench: Bench) -> None:
    bench.script.pages = {**pages_of("a", "b"), "1": CredentialsRefused("401")}
    bench.run()
    bench.due()
    assert bench.refresher.run_next() is None
    assert bench.sync().cursor == "1"

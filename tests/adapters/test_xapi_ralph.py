"""The xAPI adapter against a real Ralph LRS: who is found, what is told, and what never is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from adapters.contract import Outcome
from adapters.egress import EgressPolicy
from adapters.errors import CredentialsRefused, Misconfigured
from adapters.opening import open_adapter, parse_settings
from adapters.records import Enrolment, LearnerIdentity, ResourceType, Snapshot, Status
from adapters.xapi import ADAPTER
from adapters.xapi.adapter import XAPI
from tests.real.ralph import Ralph, running_ralph

pytestmark = pytest.mark.real_platform

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOME_PAGE = "https://id.example.org"
ADL, CMI5 = "http://adlnet.gov/expapi/verbs/", "https://w3id.org/xapi/adl/verbs/"
PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"
COURSE = "http://adlnet.gov/expapi/activities/course"
ASSESSMENT = "http://adlnet.gov/expapi/activities/assessment"
CANARY = "canary"

ALICE = {"mbox": "mailto:alice@example.org"}
BOB = {"mbox": "mailto:Bob@Example.org"}
ALICE_HASHED = {"mbox_sha1sum": hashlib.sha1(b"mailto:alice@example.org").hexdigest()}
ALICE_ACCOUNT = {"account": {"homePage": HOME_PAGE, "name": "E-1"}}
NEIGHBOUR_ACCOUNT = {"account": {"homePage": "https://elsewhere.example.org", "name": "E-1"}}
DAVE = {"mbox": "mailto:dave@example.org"}
ERIN = {"mbox": "mailto:erin@example.org"}


def at(minute: int) -> str:
    return (START + timedelta(minutes=minute)).isoformat().replace("+00:00", "Z")


def statement(actor: dict[str, Any], verb: str, course: str, minute: int, *, kind: str = COURSE, nth: int = 0,
              **rest: Any) -> dict[str, Any]:
    iri = verb if verb.startswith("http") else ADL + verb
    activity = f"https://learning.example.org/{course}"
    return {
        "id": str(uuid5(NAMESPACE_URL, f"{json.dumps(actor)} {iri} {activity} {minute} {nth}")),
        "actor": {"objectType": "Agent", **actor}, "verb": {"id": iri, "display": {"en": verb}},
        "object": {"id": activity, "objectType": "Activity",
                   "definition": {"type": kind, "name": {"en": course, "de": f"{course} (de)"}}},
        "timestamp": at(minute), **rest}


def seeded() -> list[dict[str, Any]]:
    """Late statements first: Ralph keeps the order in which it received them."""
    quiz_part: dict[str, Any] = {"context": {"contextActivities": {"parent": [{"id": "https://learning.example.org/passed"}]}}}
    return [
        statement(ALICE, "completed", "completed", 30, result={"completion": True, "score": {"scaled": 0.875}}),
        statement(ALICE, "initialized", "completed", 10),
        statement(ALICE, "registered", "completed", 0),
        statement(ALICE, "registered", "registered", 1),
        statement(ALICE, "launched", "launched", 2),
        statement(ALICE, "attempted", "attempted", 2),
        statement(ALICE, "experienced", "experienced", 3),
        statement(ALICE, "progressed", "progressed", 5, result={"extensions": {PROGRESS: 40}}),
        statement(ALICE, "progressed", "progressed", 4, result={"extensions": {PROGRESS: 20}}),
        statement(ALICE, "suspended", "suspended", 5),
        statement(ALICE, "terminated", "terminated", 5),
        statement(ALICE, "passed", "passed", 20, result={"success": True, "score": {"scaled": 0.9}}),
        statement(ALICE, "failed", "passed", 21, result={"success": False, "score": {"scaled": 0.1}}),
        statement(ALICE, "answered", "passed/quiz", 22, kind=ASSESSMENT, **quiz_part),
        statement(ALICE, "failed", "failed", 20, result={"success": False, "score": {"scaled": 0.1}}),
        statement(ALICE, "terminated", "failed", 21),
        statement(ALICE, "initialized", "broken-off", 5),
        statement(ALICE, CMI5 + "abandoned", "broken-off", 6),
        statement(ALICE, CMI5 + "satisfied", "satisfied", 6),
        statement(ALICE, CMI5 + "waived", "waived", 7),
        statement(ALICE, "http://id.tincanapi.com/verb/unregistered", "left", 8),
        statement(ALICE, "answered", "question", 9, kind="http://adlnet.gov/expapi/activities/question"),
        statement(ALICE_HASHED, "completed", "known-by-hash", 40),
        statement(ALICE_ACCOUNT, "completed", "known-by-account", 41),
        statement(NEIGHBOUR_ACCOUNT, "completed", CANARY, 42),
        statement({"mbox": "mailto:alice@example.org.evil.example"}, "completed", CANARY, 42),
        statement({"mbox": "mailto:malice@example.org"}, "completed", CANARY, 42),
        statement(BOB, "completed", "bobs", 43),
        statement(ERIN, "initialized", "twice", 1),
        statement(ERIN, "completed", "twice", 2),
        statement(DAVE, "completed", "long", 1000),
        *(statement(DAVE, "progressed", "long", 1 + n, nth=n, result={"extensions": {PROGRESS: n // 3}})
          for n in range(249)),
    ]


@pytest.fixture(scope="module")
def lrs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ralph]:
    with running_ralph(tmp_path_factory.mktemp("ralph"), seeded()) as ralph:
        _repeat(ralph, ERIN)
        yield ralph


def _repeat(ralph: Ralph, actor: dict[str, Any]) -> None:
    """Write an actor's statements into the store a second time; the API would refuse them."""
    lines = ralph.store.read_text("utf-8").splitlines()
    again = [line for line in lines if actor["mbox"] in line]
    assert again
    ralph.store.write_text("\n".join([*lines, *again]) + "\n", "utf-8")


def connected(lrs: Ralph, **changed: str) -> XAPI:
    values = {"base_url": lrs.endpoint, "client_id": lrs.key, "client_secret": lrs.secret, "learner_key": "id_number",
              "account_home_page": HOME_PAGE, "launch_hosts": "learning.example.org", **changed}
    adapter = open_adapter(ADAPTER, parse_settings(ADAPTER, values), policy=EgressPolicy(allow_private=True))
    assert isinstance(adapter, XAPI)
    return adapter


def told_about(lrs: Ralph, email: str, id_number: str | None = None) -> Snapshot:
    adapter = connected(lrs)
    with adapter.session:
        return adapter.enrolments(adapter.find_account(
            LearnerIdentity(email=email, email_verified=True, id_number=id_number)))


def by_course(snapshot: Snapshot) -> dict[str, Enrolment]:
    return {e.resource_id.removeprefix("https://learning.example.org/"): e for e in snapshot.enrolments}


@pytest.fixture(scope="module")
def alice(lrs: Ralph) -> Snapshot:
    return told_about(lrs, "alice@example.org", "E-1")


@pytest.mark.parametrize(("course", "status"), [
    ("completed", Status.COMPLETED), ("registered", Status.NOT_STARTED), ("launched", Status.IN_PROGRESS),
    ("attempted", Status.IN_PROGRESS), ("experienced", Status.IN_PROGRESS), ("progressed", Status.IN_PROGRESS),
    ("suspended", Status.IN_PROGRESS), ("terminated", Status.IN_PROGRESS), ("passed", Status.COMPLETED),
    ("failed", Status.FAILED), ("broken-off", Status.IN_PROGRESS), ("satisfied", Status.COMPLETED),
    ("waived", Status.COMPLETED), ("left", Status.WITHDRAWN), ("known-by-hash", Status.COMPLETED),
    ("known-by-account", Status.COMPLETED),
])
def test_ralph__each_verb_gives_its_status(alice: Snapshot, course: str, status: Status) -> None:
    assert by_course(alice)[course].status is status


def test_ralph__the_learner_gets_every_own_activity_and_no_other(alice: Snapshot) -> None:
    assert set(by_course(alice)) == {
        "completed", "registered", "launched", "attempted", "experienced", "progressed", "suspended", "terminated",
        "passed", "failed", "broken-off", "satisfied", "waived", "left", "known-by-hash", "known-by-account"}
    assert CANARY not in repr(alice)
    assert alice.complete
    assert [notice.code for notice in alice.warnings] == ["not_a_resource"]


def test_ralph__moments_progress_and_score(alice: Snapshot) -> None:
    courses = by_course(alice)
    done = courses["completed"]
    assert (done.started_at, done.completed_at, done.last_activity_at, done.score) == (
        START + timedelta(minutes=10), START + timedelta(minutes=30), START + timedelta(minutes=30), 0.875)
    assert courses["progressed"].progress == 0.4
    assert courses["passed"].score == 0.9
    assert courses["passed"].last_activity_at == START + timedelta(minutes=22), "the quiz is a part of the course"
    assert "failed attempt" in courses["passed"].origin.decision


def test_ralph__resource_is_named_typed_and_opened_where_allowed(alice: Snapshot) -> None:
    resource = next(r for r in alice.resources if r.external_id.endswith("/completed"))
    assert (resource.title, resource.type, resource.url) == (
        "completed", ResourceType.COURSE, "https://learning.example.org/completed")


def test_ralph__more_than_two_pages_are_read_to_the_end(lrs: Ralph) -> None:
    snapshot = told_about(lrs, "dave@example.org")
    (long,) = snapshot.enrolments
    assert (long.status, long.started_at, long.completed_at) == (
        Status.COMPLETED, START + timedelta(minutes=1), START + timedelta(minutes=1000))
    assert snapshot.complete
    assert not snapshot.warnings


def test_ralph__statement_that_comes_twice_counts_once(lrs: Ralph) -> None:
    snapshot = told_about(lrs, "erin@example.org")
    assert [enrolment.status for enrolment in snapshot.enrolments] == [Status.COMPLETED]
    assert [(notice.code, notice.message) for notice in snapshot.warnings] == [
        ("duplicates", "2 items came more than once")]


@pytest.mark.parametrize("email", ["Bob@Example.org", "Bob@example.org"])
def test_ralph__domain_is_compared_without_case(lrs: Ralph, email: str) -> None:
    assert set(by_course(told_about(lrs, email))) == {"bobs"}


@pytest.mark.parametrize("email", ["nobody@example.org", "bob@example.org", "alice@example.com"])
def test_ralph__learner_without_statements_gets_an_empty_complete_answer(lrs: Ralph, email: str) -> None:
    snapshot = told_about(lrs, email)
    assert (snapshot.records(), snapshot.complete, snapshot.learner_seen) == ((), True, None)


def test_ralph__wrong_secret_is_refused(lrs: Ralph) -> None:
    adapter = connected(lrs, client_secret="not-the-secret")
    account = adapter.find_account(LearnerIdentity(email="alice@example.org", email_verified=True))
    with adapter.session, pytest.raises(CredentialsRefused) as refused:
        adapter.enrolments(account)
    assert refused.value.remedy
    assert "not-the-secret" not in json.dumps(refused.value.as_json())


def test_ralph__wrong_path_names_the_setting(lrs: Ralph) -> None:
    adapter = connected(lrs, base_url=lrs.endpoint.removesuffix("/xAPI"))
    account = adapter.find_account(LearnerIdentity(email="alice@example.org", email_verified=True))
    with adapter.session, pytest.raises(Misconfigured) as wrong:
        adapter.enrolments(account)
    assert wrong.value.field == "base_url"


def test_ralph__check_is_content(lrs: Ralph) -> None:
    adapter = connected(lrs)
    with adapter.session:
        assert [step.outcome for step in adapter.check()] == [Outcome.OK] * 3


def test_ralph__check_names_the_wrong_secret(lrs: Ralph) -> None:
    adapter = connected(lrs, client_secret="not-the-secret")
    with adapter.session:
        *_before, last = adapter.check()
    assert last.outcome is Outcome.FAILED
    assert "secret" in last.remedy


def named_since(lrs: Ralph, cursor: str | None) -> tuple[list[str], str]:
    """Whom the store names from this cursor on, over all pages, and where it ended."""
    adapter = connected(lrs)
    names: list[str] = []
    with adapter.session:
        while True:
            page = adapter.changed_since(cursor)
            names += [str(one.email or one.id_number) for one in page.learners]
            cursor = page.next_cursor
            if not page.more:
                return names, cursor


def since(minute: int) -> str:
    return json.dumps({"since": at(minute), "newest": at(minute)})


@pytest.mark.parametrize(("minute", "names"), [
    (39, {"E-1", "alice@example.org.evil.example", "malice@example.org", "Bob@example.org", "dave@example.org"}),
    (42, {"Bob@example.org", "dave@example.org"}),
    (43, {"dave@example.org"}),
    (999, {"dave@example.org"}),
    (1000, set()),
])
def test_ralph__changes_name_who_did_something_since(lrs: Ralph, minute: int, names: set[str]) -> None:
    assert set(named_since(lrs, since(minute))[0]) == names


def test_ralph__changes_from_now_on_of_a_quiet_store_name_nobody(lrs: Ralph) -> None:
    names, cursor = named_since(lrs, None)
    assert names == []
    assert named_since(lrs, cursor)[0] == []


def test_ralph__changes_are_named_once_although_the_overlap_is_read_again(lrs: Ralph) -> None:
    """The cursor as it stands while the seeded statements are new: the store has been read up to the last of them."""
    _, end = named_since(lrs, since(39))
    again = json.loads(end) | {"since": at(39)}
    assert again["seen"]
    assert set(named_since(lrs, json.dumps(again))[0]) == set()

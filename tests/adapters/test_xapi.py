"""The xAPI adapter: its samples, its sandbox read back, and the decisions of its mapping."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.conformance import (
    RULES,
    Rule,
    check_ends_well,
    check_names_a_remedy,
    reads_back,
    ready,
    stranger_is_not_linked,
)
from adapters.errors import NotLinked, WrongLearner
from adapters.records import Capability, Enrolment, LearnerIdentity, LearningResource, ResourceType, Status
from adapters.registry import folder_of
from adapters.samples import Sample, play, samples_in
from adapters.world import Person, World
from adapters.xapi import ADAPTER, sandbox
from adapters.xapi.agents import agents_of
from adapters.xapi.mapping import Reading, in_language, read_statements
from adapters.xapi.payloads import Result
from adapters.xapi.vocabulary import progress_in
from tests.running import running

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ALICE = ("mbox", "mailto:alice@example.org")
COURSE = "http://adlnet.gov/expapi/activities/course"


# ---------------------------------------------------------------- samples

@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_xapi__conforms(rule: Rule) -> None:
    rule(ADAPTER)


@pytest.mark.parametrize("sample", samples_in(folder_of(ADAPTER)), ids=lambda sample: sample.name)
def test_xapi__sample(sample: Sample) -> None:
    assert play(ADAPTER, sample) == sample.expected


# ---------------------------------------------------------------- sandbox

def _world() -> World:
    def ago(days: float) -> datetime:
        return NOW - timedelta(days=days)

    resources = tuple(LearningResource(external_id=f"c-{n}", title=f"Course {n}", summary=f"About {n}",
                                       type=ResourceType.VIDEO if n == 2 else ResourceType.COURSE) for n in range(30))
    enrolments = [
        Enrolment(external_id="0", resource_id="c-0", status=Status.NOT_STARTED, progress=0.0),
        Enrolment(external_id="1", resource_id="c-1", status=Status.IN_PROGRESS, progress=0.35, started_at=ago(9),
                  last_activity_at=ago(2), score=0.5),
        Enrolment(external_id="2", resource_id="c-2", status=Status.IN_PROGRESS, progress=0.125, started_at=ago(9),
                  last_activity_at=ago(3)),
        Enrolment(external_id="3", resource_id="c-3", status=Status.COMPLETED, progress=1.0, score=0.9,
                  started_at=ago(20), completed_at=ago(10), last_activity_at=ago(4)),
        Enrolment(external_id="4", resource_id="c-4", status=Status.FAILED, score=0.2, started_at=ago(7),
                  last_activity_at=ago(6)),
        Enrolment(external_id="5", resource_id="c-5", status=Status.WITHDRAWN, progress=0.1, started_at=ago(30),
                  last_activity_at=ago(29)),
        *(Enrolment(external_id=str(n), resource_id=f"c-{n}", status=Status.COMPLETED, started_at=ago(n),
                    completed_at=ago(n - 1), last_activity_at=ago(n - 1)) for n in range(6, 30)),
    ]
    people = (Person(username="alice", email="alice@example.org", id_number="E-1", name="Alice"),
              Person(username="bob", email="bob@example.org", id_number="E-2", name="Bob"))
    return World(title="Records", now=NOW, people=people, resources=resources,
                 enrolments={"alice": tuple(enrolments), "bob": (enrolments[3],)})


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with running(sandbox.create_sandbox(_world())) as url:
        yield url


def _facts(enrolment: Enrolment) -> tuple[Any, ...]:
    e = enrolment
    return (e.resource_id.rsplit("/", 1)[-1], e.status, e.progress, e.score, e.started_at, e.completed_at,
            e.last_activity_at)


def test_sandbox__world_is_read_back(base_url: str) -> None:
    world = _world()
    adapter = ready(ADAPTER, sandbox, base_url)
    with adapter.session:
        snapshot = reads_back(adapter, world, "alice")[Capability.ENROLMENTS]
    assert sorted(map(_facts, snapshot.enrolments)) == sorted(map(_facts, world.enrolments["alice"]))
    assert snapshot.complete
    assert not snapshot.warnings
    opened = next(r for r in snapshot.resources if r.title == "Course 3")
    assert (opened.url, opened.summary, opened.type) == (f"{base_url}/activities/c-3", "About 3", ResourceType.COURSE)


def test_sandbox__stranger_is_told_nothing(base_url: str) -> None:
    adapter = ready(ADAPTER, sandbox, base_url)
    with adapter.session:
        stranger_is_not_linked(adapter)


def test_sandbox__check_ends_well(base_url: str) -> None:
    adapter = ready(ADAPTER, sandbox, base_url)
    with adapter.session:
        assert len(check_ends_well(adapter)) == 3


def test_sandbox__wrong_secret_has_a_remedy(base_url: str) -> None:
    adapter = ready(ADAPTER, sandbox, base_url, client_secret="wrong")
    with adapter.session:
        check_names_a_remedy(adapter)


def test_check__nobody_answers_has_a_remedy() -> None:
    with _unconnected({}) as adapter:
        check_names_a_remedy(adapter)


# ---------------------------------------------------------------- identity

@pytest.mark.parametrize(("settings", "learner", "kinds"), [
    ({}, {"email": "a@example.org", "email_verified": True}, ["mbox", "mbox_sha1sum"]),
    ({}, {"email": "a@Example.org", "email_verified": True}, ["mbox", "mbox", "mbox_sha1sum", "mbox_sha1sum"]),
    ({"account_home_page": "https://id.example.org"}, {"email": "a@example.org", "email_verified": True},
     ["mbox", "mbox_sha1sum", "account"]),
    ({"account_home_page": "https://id.example.org", "learner_key": "username"}, {"username": "a"}, ["account"]),
    ({"account_home_page": "https://id.example.org", "learner_key": "username"},
     {"username": "a", "email": "a@example.org"}, ["account"]),
], ids=["address", "address with capitals in its domain", "address as account name", "user name", "unverified address"])
def test_account__names_every_kind_to_ask_for(settings: dict[str, str], learner: dict[str, Any],
                                              kinds: list[str]) -> None:
    with _unconnected(settings) as adapter:
        account = adapter.find_account(LearnerIdentity(**learner))
    assert [kind for agent in agents_of(account.external_id) for kind in agent] == kinds


@pytest.mark.parametrize("learner", [
    {}, {"email": "a@example.org"}, {"username": "a", "id_number": "E-1"},
], ids=["nothing", "unverified address", "no address"])
def test_account__learner_without_identifier_is_not_linked(learner: dict[str, Any]) -> None:
    with _unconnected({}) as adapter, pytest.raises(NotLinked):
        adapter.find_account(LearnerIdentity(**learner))


@contextmanager
def _unconnected(settings: dict[str, str]) -> Iterator[Any]:
    defaults = {"learner_key": "email", "account_home_page": "", **settings}
    adapter = ready(ADAPTER, sandbox, "http://127.0.0.1:9", **defaults)
    with adapter.session:
        yield adapter


# ---------------------------------------------------------------- mapping

def _said(verb: str, minute: int, activity: str = "urn:x:1", *, result: dict[str, Any] | None = None,
          actor: str = "mailto:alice@example.org", **more: Any) -> dict[str, Any]:
    return {"id": f"{verb} {minute} {activity} {actor}", "actor": {"mbox": actor},
            "verb": {"id": f"http://adlnet.gov/expapi/verbs/{verb}"},
            "object": {"id": activity, "definition": {"type": COURSE}},
            "timestamp": f"2026-11-10T10:{minute:02d}:00Z", **({"result": result} if result else {}), **more}


def _read(*statements: Any) -> Reading:
    return read_statements(statements, frozenset([ALICE]), language="en", hosts=frozenset())


def _part_of(*parents: str) -> dict[str, Any]:
    return {"context": {"contextActivities": {"parent": [{"id": parent} for parent in parents]}}}


@pytest.mark.parametrize(("verbs", "status"), [
    ("registered", Status.NOT_STARTED),
    ("registered initialized", Status.IN_PROGRESS),
    ("failed terminated", Status.FAILED),
    ("failed attempted", Status.IN_PROGRESS),
    ("failed passed", Status.COMPLETED),
    ("passed failed", Status.COMPLETED),
    ("completed initialized terminated", Status.COMPLETED),
    ("completed registered", Status.COMPLETED),
    ("experienced", Status.IN_PROGRESS),
])
def test_standing__follows_the_order_of_events(verbs: str, status: Status) -> None:
    statements = [_said(verb, minute) for minute, verb in enumerate(verbs.split())]
    for order in (statements, statements[::-1]):
        (enrolment,) = _read(*order).enrolments
        assert enrolment.status is status


def test_standing__completion_is_dated_by_the_first() -> None:
    (enrolment,) = _read(_said("passed", 3), _said("completed", 2), _said("initialized", 1)).enrolments
    assert (enrolment.started_at, enrolment.completed_at, enrolment.last_activity_at) == tuple(
        datetime(2026, 11, 10, 10, minute, tzinfo=UTC) for minute in (1, 2, 3))


def test_standing__progress_before_a_completion_is_dropped_and_said_so() -> None:
    forty = {"extensions": {"https://w3id.org/xapi/cmi5/result/extensions/progress": 40}}
    (enrolment,) = _read(_said("progressed", 1, result=forty), _said("completed", 2)).enrolments
    assert enrolment.progress is None
    assert "40%" in enrolment.origin.decision


def test_standing__later_failure_is_explained() -> None:
    (enrolment,) = _read(_said("passed", 1), _said("failed", 2)).enrolments
    assert enrolment.origin.answer == "GET statements[id=passed 1 urn:x:1 mailto:alice@example.org]"
    assert "failed attempt" in enrolment.origin.decision


@pytest.mark.parametrize(("extensions", "share"), [
    ({"https://w3id.org/xapi/cmi5/result/extensions/progress": 1}, 0.01),
    ({"https://w3id.org/xapi/video/extensions/progress": 1}, 1.0),
    ({"https://w3id.org/xapi/video/extensions/progress": 0.25}, 0.25),
    ({"https://w3id.org/xapi/video/extensions/progress": 25}, None),
    ({"https://w3id.org/xapi/cmi5/result/extensions/progress": "40"}, None),
    ({"https://w3id.org/xapi/cmi5/result/extensions/progress": True}, None),
    ({"https://vocab.example.org/progress": 0.5}, None),
    (None, None),
])
def test_progress__scale_belongs_to_the_extension(extensions: dict[str, Any] | None, share: float | None) -> None:
    assert progress_in(Result(extensions=extensions)) == share


@pytest.mark.parametrize(("statements", "listed"), [
    ([_said("registered", 1, "urn:whole"), _said("completed", 2, "urn:part", **_part_of("urn:whole"))], {"urn:whole"}),
    ([_said("completed", 2, "urn:part", **_part_of("urn:whole"))], {"urn:part"}),
    ([_said("registered", 1, "urn:whole"), _said("passed", 2, "urn:middle", **_part_of("urn:whole")),
      _said("passed", 3, "urn:part", **_part_of("urn:middle"))], {"urn:whole"}),
    ([_said("passed", 1, "urn:a", **_part_of("urn:b")), _said("passed", 2, "urn:b", **_part_of("urn:a"))],
     {"urn:a", "urn:b"}),
    ([_said("passed", 1, "urn:a", **_part_of("urn:a"))], {"urn:a"}),
], ids=["part of a whole", "whole unknown", "part of a part", "parts of each other", "part of itself"])
def test_parts__are_listed_only_where_the_whole_is_not(statements: list[dict[str, Any]], listed: set[str]) -> None:
    assert {resource.external_id for resource in _read(*statements).resources} == listed


def test_parts__doing_one_starts_the_whole_but_completes_nothing() -> None:
    (whole,) = _read(_said("registered", 1, "urn:whole"),
                     _said("completed", 2, "urn:part", **_part_of("urn:whole"))).enrolments
    assert (whole.status, whole.started_at) == (Status.IN_PROGRESS, datetime(2026, 11, 10, 10, 2, tzinfo=UTC))


def test_foreign__never_shown_and_never_alone() -> None:
    mallory = _said("completed", 1, "urn:canary", actor="mailto:mallory@example.org")
    reading = _read(mallory, _said("completed", 2))
    assert "canary" not in repr((reading.resources, reading.enrolments))
    assert [notice.code for notice in reading.warnings] == ["foreign_statements"]
    with pytest.raises(WrongLearner):
        _read(mallory)


@pytest.mark.parametrize("about", [
    {"object": {"objectType": "Agent", "mbox": "mailto:alice@example.org"}},
    {"object": {"objectType": "StatementRef", "id": "some-statement"}},
    {"actor": {"objectType": "Group", "member": [{"mbox": "mailto:alice@example.org"}]}},
], ids=["about the learner", "about a statement", "by a group"])
def test_foreign__what_the_specification_sends_along_is_no_alarm(about: dict[str, Any]) -> None:
    reading = _read({**_said("completed", 1, actor="mailto:mentor@example.org"), **about})
    assert (reading.enrolments, reading.warnings, reading.learner_seen) == ((), [], False)


def test_voided__target_is_gone_but_a_voiding_cannot_be_voided() -> None:
    def voiding(name: str, target: str) -> dict[str, Any]:
        return {**_said("voided", 5), "id": name, "object": {"objectType": "StatementRef", "id": target}}

    done = _said("completed", 1)
    assert _read(done, voiding("v1", done["id"]), voiding("v2", "v1")).enrolments == ()


@pytest.mark.parametrize(("texts", "language", "chosen"), [
    ({"de": "D", "en": "E"}, "de", "D"),
    ({"de-AT": "A", "en": "E"}, "de", "A"),
    ({"de": "D", "de-CH": "S", "en": "E"}, "de-CH", "S"),
    ({"en-US": "E", "fr": "F"}, "de", "E"),
    ({"fr": "F", "it": "I"}, "de", "F"),
    ({}, "de", ""),
    (None, "de", ""),
])
def test_language__asked_for_then_english_then_any(texts: dict[str, str] | None, language: str, chosen: str) -> None:
    assert in_language(texts, language) == chosen

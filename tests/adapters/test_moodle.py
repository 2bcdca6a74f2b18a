"""Moodle: what samples cannot say – the trail, paging, what must never leak, and a world read back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from adapters.as_json import as_json
from adapters.conformance import (
    RULES,
    Rule,
    check_ends_well,
    check_names_a_remedy,
    reads_back,
    ready,
    stranger_is_not_linked,
)
from adapters.contract import Adapter
from adapters.errors import BadAnswer, NotLinked
from adapters.moodle import ADAPTER, mapping, sandbox
from adapters.moodle.payloads import Course, User
from adapters.moodle.webservice import refusal
from adapters.records import (
    Account,
    Assignment,
    Badge,
    Capability,
    Due,
    Enrolment,
    LearnerIdentity,
    LearningResource,
    Status,
)
from adapters.samples import samples_in
from adapters.world import Person, World
from tests.running import running

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FOLDER = Path(mapping.__file__).parent


def moment(days: float) -> datetime:
    return NOW + timedelta(days=days)


def small_world(**changed: object) -> World:
    world = World(
        title="Acme & Söhne Academy", now=NOW,
        people=(
            Person(username="ada", email="Ada.Lovelace@Example.org", id_number="E-1", name="Ada O'Byron & Co"),
            Person(username="bea", email="bea_b@example.org", id_number="E-2", name="Bea"),
        ),
        resources=(
            LearningResource(external_id="7", title="Fire & <smoke>", summary="Safety < speed.", language="de",
                             topics=("Health & Safety",), image_url="https://cdn.example.org/7.png"),
            LearningResource(external_id="8", title="日本語コース 🎓", language="pt-BR", open_to_all=True,
                             updated_at=moment(-30)),
            LearningResource(external_id="9", title="Caf&eacute; culture"),
        ),
        enrolments={"ada": (
            Enrolment(external_id="7", resource_id="7", status=Status.COMPLETED, progress=1.0,
                      completed_at=moment(-3), last_activity_at=moment(-2)),
            Enrolment(external_id="8", resource_id="8", status=Status.IN_PROGRESS, progress=0.57,
                      last_activity_at=moment(-1)),
            Enrolment(external_id="9", resource_id="9", status=Status.NOT_STARTED, progress=0.0),
        )},
        assignments={"ada": (
            Assignment(external_id="70", resource_id="8", required=True, title="Essay & talk",
                       due=Due(moment(-4), origin="activity")),
            Assignment(external_id="71", resource_id="9", required=True, title="Quiz",
                       due=Due(moment(9), origin="activity")),
        )},
        badges={"ada": (
            Badge(external_id="abc123", name="First & Foremost", issuer="Acme & Söhne", description="safe & sound",
                  issued_at=moment(-5), expires_at=moment(-1)),
            Badge(external_id="def456", name="Forever", issuer="Acme", issued_at=moment(-5)),
        )},
    )
    return replace(world, **changed)  # type: ignore[arg-type]


@contextmanager
def connected(world: World, **changed: str) -> Iterator[Adapter]:
    with running(sandbox.create_sandbox(world)) as base:
        adapter = ready(ADAPTER, sandbox, base, **changed)
        adapter.now = lambda: world.now
        with adapter.session:
            yield adapter


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_conformance(rule: Rule) -> None:
    rule(ADAPTER)


def test_world__reads_back() -> None:
    world = small_world()
    with connected(world) as adapter:
        read = reads_back(adapter, world, "ada")
    learning, catalogue = read[Capability.ENROLMENTS], read[Capability.CATALOGUE]
    assert learning.complete
    assert not learning.warnings
    assert learning.enrolments == world.enrolments["ada"]
    assert [replace(a, url=None) for a in learning.assignments] == list(world.assignments["ada"])
    assert [replace(r, url=None, image_url=None, updated_at=None) for r in catalogue.resources] == [
        replace(r, image_url=None, updated_at=None) for r in world.resources]
    assert [r.image_url is not None for r in catalogue.resources] == [True, False, False]
    assert [r.updated_at for r in learning.resources] == [None, moment(-30), None]
    assert [replace(b, url=None, image_url=None) for b in read[Capability.BADGES].badges] == list(world.badges["ada"])


def test_world__person_without_anything() -> None:
    world = small_world()
    with connected(world) as adapter:
        read = reads_back(adapter, world, "bea")
    assert read[Capability.ENROLMENTS].complete, "the sandbox proves that the empty list is true"
    assert not read[Capability.ENROLMENTS].records()
    assert not read[Capability.BADGES].records()


def test_world__course_dates_leave_out_what_lies_behind() -> None:
    with connected(small_world(), due_dates="course") as adapter:
        found = adapter.enrolments(Account(external_id="3"))
    assert [(a.external_id, a.title) for a in found.assignments] == [("71", "Quiz")]


def test_stranger() -> None:
    with connected(small_world()) as adapter:
        stranger_is_not_linked(adapter)


@pytest.mark.parametrize("settings", [{}, {"due_dates": "course"}, {"learner_key": "id_number"},
                                      {"learner_key": "username", "due_dates": "off"}], ids=str)
def test_check__sandbox_is_healthy(settings: dict[str, str]) -> None:
    with connected(small_world(), **settings) as adapter:
        check_ends_well(adapter)


def test_check__wrong_token() -> None:
    with connected(small_world(), token="wrong") as adapter:
        check_names_a_remedy(adapter)


def test_check__nobody_answers() -> None:
    with running(sandbox.create_sandbox(small_world())) as gone:
        pass
    check_names_a_remedy(ready(ADAPTER, sandbox, gone))


def test_timeline__more_than_one_page() -> None:
    many = tuple(Assignment(external_id=str(100 + n), resource_id="8", required=True, title=f"Task {n}",
                            due=Due(moment(n), origin="activity")) for n in range(101))
    with connected(small_world(assignments={"ada": many})) as adapter:
        found = adapter.enrolments(Account(external_id="3"))
    assert found.assignments == tuple(replace(a, url=b.url) for a, b in zip(many, found.assignments, strict=True))
    assert found.complete


def test_completion_times__bounded() -> None:
    resources = tuple(LearningResource(external_id=str(n), title=f"Course {n}") for n in range(10, 40))
    done = tuple(Enrolment(external_id=r.external_id, resource_id=r.external_id, status=Status.COMPLETED, progress=1.0,
                           completed_at=moment(-9), last_activity_at=moment(-i)) for i, r in enumerate(resources))
    with connected(small_world(resources=resources, enrolments={"ada": done}, assignments={})) as adapter:
        found = adapter.enrolments(Account(external_id="3"))
    assert [e.completed_at is not None for e in found.enrolments] == [True] * 25 + [False] * 5
    assert [w.code for w in found.warnings] == ["completion_time_unknown"]
    assert found.complete


def test_badge_with_markup__does_not_hurt_courses() -> None:
    broken = Badge(external_id="x", name="X", issuer="Y", description="<b>bold</b>")
    with connected(small_world(badges={"ada": (broken,)})) as adapter:
        with pytest.raises(BadAnswer, match="invalidresponse"):
            adapter.badges(Account(external_id="3"))
        assert adapter.enrolments(Account(external_id="3")).complete


def test_due__says_whose_date_it_is() -> None:
    with connected(small_world()) as adapter:
        found = adapter.enrolments(Account(external_id="3"))
    assert {a.due.origin for a in found.assignments if a.due} == {"activity"}


def test_launches__land_on_a_page() -> None:
    world = small_world()
    with connected(world) as adapter:
        learning = adapter.enrolments(Account(external_id="3"))
        badges = adapter.badges(Account(external_id="3")).badges
        titles = {r.url: r.title for r in learning.resources} | {a.url: a.title for a in learning.assignments}
        titles |= {b.url: b.name for b in badges}
        pictures = [r.image_url for r in learning.resources if r.image_url] + [b.image_url for b in badges]
        for url, title in titles.items():
            page = requests.get(str(url), timeout=5)
            assert page.status_code == 200
            assert f"<h1>{str(title).replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}</h1>" in page.text
        assert len(pictures) == 3
        for picture in pictures:
            assert requests.get(str(picture), timeout=5).content.startswith(b"\x89PNG")


COURSE = {"id": 5, "displayname": "C", "enablecompletion": True, "completionhascriteria": True,
          "completionusertracked": True, "progress": 40, "completed": False}


@pytest.mark.parametrize(("changed", "status", "progress", "decision"), [
    ({}, Status.IN_PROGRESS, 0.4, ""),
    ({"progress": 0}, Status.NOT_STARTED, 0.0, ""),
    ({"progress": 0, "lastaccess": 1795420058}, Status.IN_PROGRESS, 0.0, ""),
    ({"progress": 100, "completed": True}, Status.COMPLETED, 1.0, ""),
    ({"progress": 100}, Status.IN_PROGRESS, 1.0, "criteria are not met"),
    ({"progress": 100, "completionhascriteria": False}, Status.IN_PROGRESS, 1.0, "no completion criteria"),
    ({"progress": None}, Status.NOT_STARTED, None, "no progress"),
    ({"progress": None, "completionusertracked": False}, Status.NOT_STARTED, None, "teacher"),
    ({"progress": None, "completed": None, "enablecompletion": False}, Status.NOT_STARTED, None, "switched off"),
    ({"progress": 250}, Status.IN_PROGRESS, None, "not call the course completed"),
], ids=["begun", "untouched", "visited", "completed", "done-criteria-open", "done-no-criteria", "nothing-tracked",
        "teacher", "completion-off", "impossible-progress"])
def test_standing(changed: dict[str, object], status: Status, progress: float | None, decision: str) -> None:
    got = mapping.enrolment(Course.model_validate({**COURSE, **changed}))
    assert (got.status, got.progress) == (status, progress)
    assert decision in got.origin.decision
    assert bool(decision) is bool(got.origin.decision)
    assert got.origin.answer == "core_enrol_get_users_courses[id=5]"


@pytest.mark.parametrize(("pack", "tag"), [
    ("", None), (None, None), ("de", "de"), ("de_du", "de"), ("pt_br", "pt-BR"), ("en_us", "en-US"), ("sr_lt", "sr"),
    ("en_kids", "en"), ("../x", None),
])
def test_language_tag(pack: str | None, tag: str | None) -> None:
    assert mapping.language_tag(pack) == tag


@pytest.mark.parametrize(("address", "shown"), [
    ("https://m.example/pluginfile.php/22/course/overviewfiles/a%20b.png", True),
    ("https://m.example/webservice/pluginfile.php/22/course/overviewfiles/a.png", False),
    ("https://m.example/pluginfile.php/14/course/generated/course.svg", False),
    ("data:image/svg+xml;base64,PHN2Zz4=", False),
    ("https://evil.example/pluginfile.php/22/course/overviewfiles/a.png", False),
    ("https://m.example.evil/pluginfile.php/22/course/overviewfiles/a.png", False),
    (None, False),
], ids=["uploaded", "wants-token", "generated", "data", "other-host", "look-alike-host", "none"])
def test_course_image(address: str | None, shown: bool) -> None:
    assert mapping.course_image(address, "https://m.example") == (address if shown else None)


def test_badge_image__without_token() -> None:
    sent = "https://m.example/moodle/webservice/pluginfile.php/1/badges/badgeimage/4/f3?token=secret"
    assert mapping.badge_image(sent, "https://m.example/moodle") == \
        "https://m.example/moodle/pluginfile.php/1/badges/badgeimage/4/f3"


@pytest.mark.parametrize(("fields", "deleted"), [
    ({"username": "frank@example.org.1795420660", "email": "26253c50741faa9c2e2b836773c69fe6"}, True),
    ({"email": "26253c50741faa9c2e2b836773c69fe6"}, True),
    ({"username": "frank@example.org", "email": "frank@example.org"}, False),
    ({}, False),
], ids=["both", "hash-only", "e-mail-as-name", "nothing-shown"])
def test_deleted_account(fields: dict[str, str], deleted: bool) -> None:
    assert mapping.is_deleted(User.model_validate({"id": 8, **fields})) is deleted


def test_email__not_folded_into_another_address() -> None:
    """Unicode case folding would make these one; Moodle's search does."""
    person = Person(username="s", email="sam@example.org", id_number="", name="S")
    with connected(small_world(people=(person,))) as adapter, pytest.raises(NotLinked, match="no account"):
        adapter.find_account(LearnerIdentity(email="\u017fam@example.org", email_verified=True))


def test_nothing_secret_or_foreign_leaves() -> None:
    """Not in any record the samples yield, though many recordings hold session keys, data URIs and names."""
    for sample in samples_in(FOLDER):
        said = json.dumps(sample.expected)
        for forbidden in ("sesskey", "t0ken", "data:image", "editurl", "Tina Teacher", "username: dave"):
            assert forbidden not in said, f"{sample.name} lets {forbidden} out"
    with connected(small_world()) as adapter:
        assert sandbox.TOKEN not in json.dumps(as_json(adapter.enrolments(Account(external_id="3"))))
        assert sandbox.TOKEN not in repr(adapter.settings)


def test_refusal__repeats_no_sentence_of_the_platform() -> None:
    error = refusal("Refused for username: dave <x>", "f")
    assert "dave" not in json.dumps(error.as_json())

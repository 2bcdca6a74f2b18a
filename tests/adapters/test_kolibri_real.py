"""The Kolibri adapter against a real Kolibri 0.19.5 (started and seeded by ``tests/real/kolibri.py``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urljoin

import pytest
import requests

from adapters.contract import CheckStep, Outcome, whole_catalogue
from adapters.egress import EgressPolicy
from adapters.errors import Ambiguous, CredentialsRefused, Forbidden, Misconfigured, NotLinked
from adapters.kolibri import KolibriAdapter
from adapters.opening import open_adapter, parse_settings
from adapters.records import (
    Account,
    Assignment,
    Enrolment,
    LearnerIdentity,
    LearningResource,
    ResourceType,
    Snapshot,
    Status,
)
from tests.real.kolibri import RealKolibri, kolibri, password_of

__all__ = ["kolibri"]
pytestmark = [pytest.mark.real_platform, pytest.mark.timeout(300)]

Connect = Callable[..., KolibriAdapter]
LEARNERS = ("alice", "bob")


@pytest.fixture
def connect(kolibri: RealKolibri) -> Iterator[Connect]:
    """An adapter connected to the running server; arguments are settings that differ from the administrator's."""
    opened: list[KolibriAdapter] = []

    def connected(**changed: str) -> KolibriAdapter:
        settings = parse_settings(KolibriAdapter, kolibri.settings(**changed))
        adapter = open_adapter(KolibriAdapter, settings, policy=EgressPolicy(allow_private=True))
        assert isinstance(adapter, KolibriAdapter)
        opened.append(adapter)
        return adapter

    yield connected
    for adapter in opened:
        adapter.session.close()


def enrolments_of(adapter: KolibriAdapter, username: str) -> Snapshot:
    return adapter.enrolments(adapter.find_account(LearnerIdentity(username=username)))


def by_id(records: tuple[Enrolment, ...] | tuple[Assignment, ...] | tuple[LearningResource, ...]) -> dict[str, object]:
    return {record.external_id: record for record in records}


# -- who is it? --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["alice", "ALICE", " alice "], ids=["as stored", "other case", "spaces around"])
def test_find_account__username_is_compared_without_case(kolibri: RealKolibri, connect: Connect, asked: str) -> None:
    found = connect().find_account(LearnerIdentity(username=asked))

    assert found == Account(external_id=kolibri.ids["people"]["alice"], display_name="Alice O. Brien",
                            matched_by="username", matched_value="alice")


def test_find_account__by_identifier(kolibri: RealKolibri, connect: Connect) -> None:
    found = connect(learner_key="id_number").find_account(LearnerIdentity(id_number="E-002", username="alice"))

    assert found.external_id == kolibri.ids["people"]["bob"]


@pytest.mark.parametrize("asked", ["ali", "alice2", "Alice O. Brien"], ids=["a part", "more", "the full name"])
def test_find_account__what_search_finds_but_is_not_the_username_is_nobody(connect: Connect, asked: str) -> None:
    with pytest.raises(NotLinked) as nobody:
        connect().find_account(LearnerIdentity(username=asked))
    assert not isinstance(nobody.value, Ambiguous)


def test_find_account__two_users_with_one_identifier_are_never_guessed(connect: Connect) -> None:
    with pytest.raises(Ambiguous) as both:
        connect(learner_key="id_number").find_account(LearnerIdentity(id_number="E-009"))
    assert both.value.hits == 2


# -- what does the learner do? -----------------------------------------------------------------------------------


@pytest.mark.parametrize("service", ["admin", "fcoach", "coach1"],
                         ids=["administrator", "facility coach", "class coach"])
def test_enrolments__alice(kolibri: RealKolibri, connect: Connect, service: str) -> None:
    changed = {} if service == "admin" else {"username": service, "password": password_of(service)}
    nodes, lessons, quizzes = (kolibri.ids[kind] for kind in ("nodes", "lessons", "quizzes"))

    snapshot = enrolments_of(connect(**changed), "alice")

    assert snapshot.complete
    assert snapshot.learner_seen == kolibri.ids["people"]["alice"]
    assert {e.resource_id: (e.status, e.progress, e.score) for e in snapshot.enrolments} == {
        nodes["video"]: (Status.COMPLETED, 1.0, None),
        nodes["document"]: (Status.IN_PROGRESS, None, None),
        quizzes["done"]: (Status.COMPLETED, 1.0, 0.5),
        quizzes["open"]: (Status.IN_PROGRESS, 0.5, None),
    }
    assert {a.external_id: (a.resource_id, a.status, a.assigned_by) for a in snapshot.assignments} == {
        lessons["class"]: (lessons["class"], Status.IN_PROGRESS, "Class A & B"),
        lessons["alice"]: (nodes["audio"], Status.NOT_STARTED, "Class A & B"),
        quizzes["done"]: (quizzes["done"], Status.COMPLETED, "Class A & B"),
        quizzes["open"]: (quizzes["open"], Status.IN_PROGRESS, "Class A & B"),
    }
    assert all(a.required and a.due is None for a in snapshot.assignments)
    assert {e.last_activity_at.isoformat() for e in snapshot.enrolments if e.last_activity_at} == {
        "2026-11-22T08:00:00+00:00", "2026-11-23T09:30:00+00:00"}


def test_enrolments__resources_are_described(kolibri: RealKolibri, connect: Connect) -> None:
    nodes, lessons, quizzes = (kolibri.ids[kind] for kind in ("nodes", "lessons", "quizzes"))

    resources = {r.external_id: r for r in enrolments_of(connect(), "alice").resources}

    assert {key: (r.title, r.type) for key, r in resources.items()} == {
        nodes["video"]: ("Video <1>", ResourceType.VIDEO),
        nodes["document"]: ("Leçon & document", ResourceType.DOCUMENT),
        nodes["audio"]: ("Audio only for Alice", ResourceType.AUDIO),
        lessons["class"]: ("Lesson & één", ResourceType.PATH),
        quizzes["done"]: ("Quiz 1", ResourceType.EXERCISE),
        quizzes["open"]: ("Quiz 2", ResourceType.EXERCISE),
    }
    video, document = resources[nodes["video"]], resources[nodes["document"]]
    assert video.duration is not None
    assert (video.duration.total_seconds(), video.provider, video.topics) == (300, "Ada L.", ("science",))
    assert (document.language, document.summary) == ("fr", "Un texte.")


def test_enrolments__bob_in_two_classes_with_a_resource_that_is_not_on_the_device(
        kolibri: RealKolibri, connect: Connect) -> None:
    nodes, lessons, quizzes = (kolibri.ids[kind] for kind in ("nodes", "lessons", "quizzes"))

    snapshot = enrolments_of(connect(), "bob")

    assert {e.resource_id: e.status for e in snapshot.enrolments} == {
        nodes["video"]: Status.IN_PROGRESS, nodes["app"]: Status.COMPLETED, quizzes["bob"]: Status.COMPLETED}
    assert {a.external_id: a.status for a in snapshot.assignments} == {
        lessons["class"]: Status.IN_PROGRESS, lessons["group"]: Status.COMPLETED,
        lessons["second"]: Status.NOT_STARTED, quizzes["bob"]: Status.COMPLETED,
        quizzes["done"]: Status.NOT_STARTED, quizzes["open"]: Status.NOT_STARTED}
    gone = next(r for r in snapshot.resources if r.external_id == nodes["gone"])
    assert (gone.title, gone.url) == ("Not on this device", None)


def test_enrolments__a_learner_in_no_class_has_none(connect: Connect) -> None:
    snapshot = enrolments_of(connect(), "carol")

    assert (snapshot.complete, snapshot.records()) == (True, ())


def test_enrolments__a_deleted_account_is_not_an_empty_one(connect: Connect) -> None:
    with pytest.raises(NotLinked):
        connect().enrolments(Account(external_id="0" * 32))


@pytest.mark.parametrize("username", LEARNERS)
def test_enrolments__nothing_of_the_other_learner_appears(kolibri: RealKolibri, connect: Connect,
                                                          username: str) -> None:
    only_of = {
        "alice": (kolibri.ids["lessons"]["alice"], kolibri.ids["nodes"]["audio"], kolibri.ids["nodes"]["document"]),
        "bob": (kolibri.ids["lessons"]["group"], kolibri.ids["nodes"]["app"], kolibri.ids["quizzes"]["bob"]),
    }
    other = next(name for name in LEARNERS if name != username)

    text = repr(enrolments_of(connect(), username))

    assert all(mine in text for mine in only_of[username])
    assert not any(theirs in text for theirs in (*only_of[other], kolibri.ids["people"][other]))


# -- the library and the way there -------------------------------------------------------------------------------


def test_launch__routes_are_those_of_the_learn_page(kolibri: RealKolibri, connect: Connect) -> None:
    """The part after the # never reaches the server, so it is compared with the routes in the page's own script."""
    snapshot = enrolments_of(connect(), "alice")
    quiz = kolibri.ids["quizzes"]["done"]
    addresses = {**{r.external_id: r.url for r in snapshot.resources},
                 "report": next(e.launch_url for e in snapshot.enrolments if e.resource_id == quiz)}
    script = learn_script(kolibri.base_url)
    node, lesson, first = (kolibri.ids["nodes"]["video"], kolibri.ids["lessons"]["class"],
                           kolibri.ids["classes"]["first"])

    for key, route, filled in (
        (node, '/c/:id"', f"/topics/c/{node}"),
        (lesson, '"/classes/:classId/lesson/:lessonId"', f"/classes/{first}/lesson/{lesson}"),
        (quiz, '"/classes/:classId/exam/:examId/:questionNumber"', f"/classes/{first}/exam/{quiz}/0"),
        ("report", '"/classes/:classId/examReport/:examId/:tryIndex/:questionNumber/:questionInteraction"',
         f"/classes/{first}/examReport/{quiz}/0/0/0"),
    ):
        assert addresses[key] == f"{kolibri.base_url}/learn/#{filled}"
        assert route in script


def learn_script(base_url: str) -> str:
    page = requests.get(f"{base_url}/learn/", timeout=20).text
    address = re.search(r'[^"\'\\]*kolibri\.plugins\.learn\.app-[\d.]+\.js', page)
    assert address
    return requests.get(urljoin(base_url, address[0]), timeout=20).text


def test_catalogue__every_resource_on_the_device_but_those_for_coaches(kolibri: RealKolibri, connect: Connect) -> None:
    nodes = kolibri.ids["nodes"]

    snapshot = whole_catalogue(connect())

    assert snapshot.complete
    assert set(by_id(snapshot.resources)) == {nodes[n] for n in ("video", "document", "exercise", "audio", "app")}
    assert all(resource.open_to_all for resource in snapshot.resources)


def test_enrolments__describe_a_resource_as_the_catalogue_does(connect: Connect) -> None:
    catalogue = by_id(whole_catalogue(connect()).resources)

    shared = [r for r in enrolments_of(connect(), "alice").resources if r.external_id in catalogue]

    assert shared
    assert shared == [catalogue[r.external_id] for r in shared]


def test_launch__every_address_leads_to_the_learn_page(connect: Connect) -> None:
    adapter = connect()
    snapshot = enrolments_of(adapter, "alice")
    addresses = {*(r.url for r in snapshot.resources), *(a.url for a in snapshot.assignments),
                 *(e.launch_url for e in snapshot.enrolments)} - {None}

    assert {str(address).split("/#/")[1].split("/")[0] for address in addresses} == {"topics", "classes"}
    for address in {str(address).split("#")[0] for address in addresses}:
        page = requests.get(address, timeout=20)
        assert (page.status_code, page.headers["Content-Type"].split(";")[0]) == (200, "text/html")
        assert page.url.endswith("/en/learn/")
        assert "kolibri.plugins.learn.app" in page.text


# -- the account that reads --------------------------------------------------------------------------------------


def test_wrong_password__of_an_administrator_is_refused(connect: Connect) -> None:
    with pytest.raises(CredentialsRefused) as refused:
        connect(password="wrong").find_account(LearnerIdentity(username="alice"))
    assert refused.value.remedy


def test_wrong_password__of_a_learner_is_refused_once_passwords_are_required(kolibri: RealKolibri,
                                                                             connect: Connect) -> None:
    ask = LearnerIdentity(username="bob")
    with pytest.raises(Forbidden):      # the trap: any password is accepted, so only the role gives it away
        connect(username="alice", password="wrong").find_account(ask)

    with kolibri.passwords_required(), pytest.raises(CredentialsRefused):
        connect(username="alice", password="wrong").find_account(ask)


@pytest.mark.parametrize("reading", [
    lambda adapter: adapter.find_account(LearnerIdentity(username="bob")),
    lambda adapter: adapter.enrolments(Account(external_id="0" * 32)),
], ids=["find_account", "enrolments"])
def test_learner_as_service_account__is_named_not_taken_for_emptiness(
        connect: Connect, reading: Callable[[KolibriAdapter], object]) -> None:
    with pytest.raises(Forbidden, match="role in Kolibri is learner") as refused:
        reading(connect(username="carol", password=password_of("carol")))
    assert "coach" in refused.value.remedy


@pytest.mark.parametrize(("changed", "named"), [
    ({"username": "nobody"}, "username"), ({"facility": "0" * 32}, "facility"),
], ids=["unknown username", "unknown facility"])
def test_wrong_setting__is_named(connect: Connect, changed: dict[str, str], named: str) -> None:
    with pytest.raises(Misconfigured) as wrong:
        connect(**changed).find_account(LearnerIdentity(username="alice"))
    assert wrong.value.field == named


# -- check() -----------------------------------------------------------------------------------------------------


def outcomes(steps: list[CheckStep]) -> dict[str, Outcome]:
    return {step.name: step.outcome for step in steps}


def test_check__all_is_well_when_learners_need_passwords(kolibri: RealKolibri, connect: Connect) -> None:
    with kolibri.passwords_required():
        steps = list(connect().check())

    assert set(outcomes(steps).values()) == {Outcome.OK}, steps
    assert set(outcomes(steps)) == {"Address", "Version", "Account and role", "Facility", "Users", "Classes"}


def test_check__warns_that_learners_need_no_password(connect: Connect) -> None:
    found = {step.name: step for step in connect().check()}["Facility"]

    assert found.outcome is Outcome.WARNING
    assert "require passwords" in found.remedy


def test_check__warns_that_a_class_coach_sees_only_own_classes(connect: Connect) -> None:
    steps = list(connect(username="coach1", password=password_of("coach1")).check())

    assert outcomes(steps)["Account and role"] is Outcome.WARNING


@pytest.mark.parametrize("changed", [{"password": "wrong"}, {"username": "carol", "password": "Pass-carol-1"}],
                         ids=["wrong password", "a learner's account"])
def test_check__failure_ends_it_with_a_remedy(connect: Connect, changed: dict[str, str]) -> None:
    last = list(connect(**changed).check())[-1]

    assert (last.name, last.outcome) == ("Account and role", Outcome.FAILED)
    assert last.remedy

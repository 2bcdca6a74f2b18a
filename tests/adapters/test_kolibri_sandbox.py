"""The Kolibri sandbox gives a World back through the adapter, and keeps Kolibri's habits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests

from adapters import conformance
from adapters.kolibri import KolibriAdapter, sandbox
from adapters.records import (
    Account,
    Assignment,
    Capability,
    Enrolment,
    Identifier,
    LearningResource,
    ResourceType,
    Status,
)
from adapters.world import Person, World
from tests.running import running

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
VIDEO, LEAFLET, APP, FOLDER, QUIZ, LESSON, OTHER_LESSON = (f"{n:032x}" for n in range(1, 8))


def at(days: int) -> datetime:
    return NOW - timedelta(days=days)


RESOURCES = (
    LearningResource(external_id=VIDEO, title="Oil & water <1>", type=ResourceType.VIDEO, summary="Why it foams.",
                     language="de", duration=timedelta(minutes=7), topics=("Hydraulics",), provider="Nordwind",
                     open_to_all=True, identifiers=(Identifier("provider_id", "f" * 32),)),
    LearningResource(external_id=LEAFLET, title="Leaflet", type=ResourceType.DOCUMENT, open_to_all=True),
    LearningResource(external_id=APP, title="Simulator", type=ResourceType.OTHER, open_to_all=True),
    LearningResource(external_id=FOLDER, title="Everything on pumps", type=ResourceType.PATH, open_to_all=True),
    LearningResource(external_id=QUIZ, title="Quiz", type=ResourceType.EXERCISE),
)


def person(username: str) -> Person:
    return Person(username=username, email=f"{username}@nordwind.example", id_number=f"E-{username}",
                  name=username.title())


def standing(resource: str, status: Status, progress: float | None, **more: float) -> Enrolment:
    return Enrolment(external_id=resource, resource_id=resource, status=status, progress=progress,
                     last_activity_at=at(1), **more)


def given(lesson: str, resource: str, **more: object) -> Assignment:
    return Assignment(external_id=lesson, resource_id=resource, required=True, assigned_at=at(9),
                      assigned_by="Night shift", **more)


WORLD = World(
    title="Workshop Academy", now=NOW, resources=RESOURCES,
    people=(person("ana"), person("ben"), person("cas"), *(person(f"p{n}") for n in range(40))),
    enrolments={
        "ana": (standing(VIDEO, Status.COMPLETED, 1.0), standing(APP, Status.IN_PROGRESS, None),
                standing(LEAFLET, Status.NOT_STARTED, 0.0), standing(QUIZ, Status.COMPLETED, 1.0, score=0.85)),
        "ben": (standing(VIDEO, Status.IN_PROGRESS, None), standing(QUIZ, Status.IN_PROGRESS, 0.4)),
    },
    assignments={
        "ana": (given(LESSON, VIDEO, title="Week 1", status=Status.COMPLETED),
                given(QUIZ, QUIZ, status=Status.COMPLETED),
                replace(given(OTHER_LESSON, FOLDER), assigned_by="")),
        "ben": (given(LESSON, VIDEO, title="Week 1", status=Status.IN_PROGRESS),
                given(QUIZ, QUIZ, status=Status.IN_PROGRESS)),
    },
)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running(sandbox.create_sandbox(WORLD)) as base:
        yield base


@pytest.fixture
def adapter(address: str) -> Iterator[KolibriAdapter]:
    ready = conformance.ready(KolibriAdapter, sandbox, address)
    assert isinstance(ready, KolibriAdapter)
    yield ready
    ready.session.close()


@pytest.mark.parametrize("username", ["ana", "ben", "cas", "p39"])
def test_world__comes_back(adapter: KolibriAdapter, username: str) -> None:
    found = conformance.reads_back(adapter, WORLD, username)[Capability.ENROLMENTS]

    assert {replace(e, launch_url=None) for e in found.enrolments} == set(WORLD.enrolments.get(username, ()))
    assert {replace(a, url=None) for a in found.assignments} == set(WORLD.assignments.get(username, ()))
    assert {replace(r, url=None) for r in found.resources} <= set(WORLD.resources)
    assert found.complete


def test_world__catalogue_holds_what_can_be_opened_alone(adapter: KolibriAdapter) -> None:
    found = conformance.reads_back(adapter, WORLD, "ana")[Capability.CATALOGUE]

    assert [replace(r, url=None) for r in found.resources] == [
        r for r in RESOURCES if r.external_id in (VIDEO, LEAFLET, APP)]


def test_world__launch_addresses_have_a_place_on_the_page(adapter: KolibriAdapter) -> None:
    found = conformance.reads_back(adapter, WORLD, "ana")[Capability.ENROLMENTS]
    addresses = [r.url for r in found.resources] + [a.url for a in found.assignments if a.url]
    addresses += [e.launch_url for e in found.enrolments]

    for address in filter(None, addresses):
        page, _, place = address.partition("#")
        answer = requests.get(page, timeout=5)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert f'id="{place}"' in answer.text


def test_stranger__is_not_linked(adapter: KolibriAdapter) -> None:
    conformance.stranger_is_not_linked(adapter)


def test_check__ends_well(adapter: KolibriAdapter) -> None:
    conformance.check_ends_well(adapter)


@pytest.mark.parametrize("changed", [
    {"password": "wrong"}, {"username": "nobody"}, {"facility": "0" * 32},
    {"username": "ana", "password": sandbox.LEARNER_PASSWORD},
], ids=["wrong password", "unknown username", "unknown facility", "a learner's account"])
def test_check__names_a_remedy(address: str, changed: dict[str, str]) -> None:
    spoilt = conformance.ready(KolibriAdapter, sandbox, address, **changed)
    with spoilt.session:
        conformance.check_names_a_remedy(spoilt)


def test_sandbox__gives_an_empty_list_to_whoever_may_not_read(address: str) -> None:
    for path in ("/api/auth/classroom/", "/api/auth/membership/?user_ids=x", "/api/auth/facilityuser/"):
        answer = requests.get(f"{address}{path}", timeout=5)
        assert (answer.status_code, answer.json()) == (200, [])


def test_sandbox__refuses_ids_kolibri_could_not_have() -> None:
    world = replace(WORLD, resources=(LearningResource(external_id="7", title="Seven"),))
    with pytest.raises(ValueError, match="32 hexadecimal digits"):
        sandbox.create_sandbox(world)


def test_adapter__used_twice_signs_in_once(adapter: KolibriAdapter) -> None:
    account = Account(external_id=adapter.find_account(conformance.LearnerIdentity(username="ana")).external_id)
    cookie = adapter.session.cookie("kolibri")

    adapter.enrolments(account)

    assert cookie
    assert adapter.session.cookie("kolibri") == cookie

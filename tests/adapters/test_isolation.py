"""Two learners never share anything: every adapter, eight threads, every cache layer, and the store behind them (S36).

The canary of each learner is what only that learner has on the platform; it is known from the seeded world, not from
an earlier answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from adapters import registry
from adapters.cache import CatalogueCache
from adapters.contract import IdentifiesLearners, read
from adapters.egress import EgressPolicy
from adapters.opening import open_adapter, parse_settings
from adapters.records import Capability, LearnerIdentity, Snapshot
from adapters.registry import AdapterClass, sandbox_of
from adapters.world import Person, World
from portal.demo.company import DemoPlatform, company
from tests.running import running

ADAPTERS = list(registry.default())
PLATFORMS: dict[str, DemoPlatform] = {p.adapter: p for p in reversed(company(datetime.now(UTC)).platforms)}


def _canaries(world: World, person: Person) -> set[str]:
    """Titles of what this person has on the platform."""
    titles = {r.external_id: r.title for r in world.resources}
    return ({titles[e.resource_id] for e in world.enrolments.get(person.username, ())}
            | {b.name for b in world.badges.get(person.username, ())})


def _two(world: World) -> tuple[Person, Person]:
    """The first two people each of whom has something the other has not."""
    for first in world.people:
        for second in world.people:
            one, other = _canaries(world, first), _canaries(world, second)
            if one - other and other - one:
                return first, second
    raise AssertionError("the world has no two different people")


def _of_few(world: World, few: tuple[Person, ...]) -> World:
    """The same world with these people only, so that a sandbox starts quickly."""
    names = {person.username for person in few}
    return replace(world, people=few, **{
        what: {name: kept for name, kept in getattr(world, what).items() if name in names}
        for what in ("enrolments", "assignments", "badges")})


def _shown(snapshots: list[Snapshot]) -> set[str]:
    titles = {r.external_id: r.title for s in snapshots for r in s.resources}
    return ({titles[e.resource_id] for s in snapshots for e in s.enrolments}
            | {titles[a.resource_id] for s in snapshots for a in s.assignments}
            | {b.name for s in snapshots for b in s.badges})


@pytest.fixture(params=ADAPTERS, ids=lambda adapter: adapter.manifest.key)
def platform(request: pytest.FixtureRequest) -> Iterator[tuple[AdapterClass, World, dict[str, str]]]:
    adapter: AdapterClass = request.param
    world = PLATFORMS[adapter.manifest.key].world
    two = _two(world)
    world = _of_few(world, (*two, *[person for person in world.people[:8] if person not in two]))
    sandbox = sandbox_of(adapter)
    assert sandbox is not None
    with running(sandbox.create_sandbox(world)) as base:
        yield adapter, world, sandbox.settings_for(base)


def test_adapter__gives_each_of_two_learners_only_their_own(
        platform: tuple[AdapterClass, World, dict[str, str]], tmp_path: Path) -> None:
    adapter, world, values = platform
    cache = CatalogueCache(tmp_path / "cache.sqlite")
    settings = parse_settings(adapter, values)

    def ask(number: int) -> tuple[int, set[str]]:
        turn = Random(number).randrange(2)
        person = world.people[turn]
        ready = open_adapter(adapter, settings, connection="7", policy=EgressPolicy(allow_private=True), cache=cache)
        assert isinstance(ready, IdentifiesLearners)
        with ready.session:
            account = ready.find_account(LearnerIdentity(
                email=person.email, email_verified=True, id_number=person.id_number, username=person.username))
            return turn, _shown([read(ready, c, account) for c in adapter.capabilities() - {Capability.CATALOGUE}])

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(24)))
    only = [_canaries(world, world.people[0]), _canaries(world, world.people[1])]
    assert {turn for turn, _ in answers} == {0, 1}
    for turn, shown in answers:
        assert shown & (only[turn] - only[1 - turn]), "the learner's own canary is missing"
        assert not shown & (only[1 - turn] - only[turn]), "another learner's canary was shown"

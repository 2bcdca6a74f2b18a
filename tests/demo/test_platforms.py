"""The platforms of the demo, read through the adapters: what comes back is the company again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import requests
from werkzeug.serving import make_server

from adapters import registry
from adapters.conformance import reads_back, ready
from adapters.records import Capability, Snapshot, Status
from adapters.registry import sandbox_of
from portal.demo.company import Company, DemoPlatform, company
from portal.demo.platforms import create_platforms, served, with_the_others

REGISTRY = registry.load()
PATHS = ["campus", "hub", "workshop", "studio", "wallet"]


@pytest.fixture(scope="module")
def nordwind() -> Company:
    return company(datetime.now(UTC))


@pytest.fixture(scope="module")
def address(nordwind: Company) -> Iterator[str]:
    platforms = with_the_others(nordwind.platforms, REGISTRY, nordwind.platforms[0].world.now)
    server = make_server("127.0.0.1", 0, create_platforms(platforms, REGISTRY), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def platform_at(nordwind: Company, path: str) -> DemoPlatform:
    return next(p for p in nordwind.platforms if p.path == path)


def some_of(platform: DemoPlatform) -> list[str]:
    """Amelie where she is, and four others who have something there."""
    world = platform.world
    busy = [p.username for p in world.people if world.enrolments.get(p.username) or world.badges.get(p.username)]
    assert busy[0] == "amelie.clarke"
    return [busy[0], *busy[3::max(1, len(busy) // 4)]][:5]


def read(platform: DemoPlatform, address: str, username: str) -> dict[Capability, Snapshot]:
    adapter_class = REGISTRY.get(platform.adapter)
    adapter = ready(adapter_class, sandbox_of(adapter_class), f"{address}/{platform.path}")
    with adapter.session:
        return reads_back(adapter, platform.world, username)


@pytest.fixture(scope="module", params=PATHS)
def platform(request: pytest.FixtureRequest, nordwind: Company) -> DemoPlatform:
    return platform_at(nordwind, request.param)


def test_platform__tells_five_people_what_the_company_says(platform: DemoPlatform, address: str) -> None:
    world = platform.world
    for username in some_of(platform):
        told = read(platform, address, username)
        assert all(snapshot.complete and not snapshot.warnings for snapshot in told.values()), told
        if Capability.ENROLMENTS in told:
            snapshot = told[Capability.ENROLMENTS]
            titles = {r.external_id: r.title for r in snapshot.resources}
            assert {(titles[e.resource_id], e.status, e.progress, e.score, e.completed_at, e.last_activity_at)
                    for e in snapshot.enrolments} == {
                (world.resource(e.resource_id).title, e.status, e.progress, e.score, e.completed_at, e.last_activity_at)
                for e in world.enrolments.get(username, ())}
            assert {(titles[a.resource_id], a.status, a.due and a.due.at, a.assigned_at, a.assigned_by)
                    for a in snapshot.assignments} == {
                (world.resource(a.resource_id).title, a.status, a.due and a.due.at, a.assigned_at, a.assigned_by)
                for a in world.assignments.get(username, ())}
        if Capability.BADGES in told:
            assert {(b.name, b.issuer, b.kind, b.issued_at, b.expires_at, b.verification)
                    for b in told[Capability.BADGES].badges} == {
                (b.name, b.issuer, b.kind, b.issued_at, b.expires_at, b.verification)
                for b in world.badges.get(username, ())}


def test_platform__offers_its_whole_catalogue(platform: DemoPlatform, address: str) -> None:
    """A record store and a badge host have none to offer."""
    offers = Capability.CATALOGUE in REGISTRY.get(platform.adapter).capabilities()
    assert offers is (platform.path in ("campus", "hub", "workshop"))
    if offers:
        told = read(platform, address, "amelie.clarke")[Capability.CATALOGUE]
        assert {(r.external_id, r.title, r.summary, r.language, r.duration, r.topics, r.open_to_all)
                for r in told.resources} == {
            (r.external_id, r.title, r.summary, r.language, r.duration, r.topics, r.open_to_all)
            for r in platform.world.resources}


def test_platform__link_leads_to_a_page(platform: DemoPlatform, address: str) -> None:
    told = read(platform, address, "amelie.clarke")
    links = [record.url for snapshot in told.values() for record in snapshot.records() if getattr(record, "url", None)]
    assert links
    for link in (links[0], links[-1]):
        answer = requests.get(link, timeout=10)
        assert answer.status_code == 200
        assert "text/html" in answer.headers["Content-Type"] or platform.adapter == "open_badges"


def test_control__takes_one_platform_down_and_leaves_the_others(address: str) -> None:
    def says(path: str) -> int:
        return requests.get(f"{address}/{path}/", timeout=10).status_code

    before = {path: says(path) for path in PATHS}
    assert 503 not in before.values()
    assert requests.post(f"{address}/_control/down?platform=hub", timeout=10).text == "hub is down\n"
    assert {path: says(path) for path in PATHS} == {**before, "hub": 503}
    requests.post(f"{address}/_control/up?platform=hub", timeout=10)
    assert says("hub") == before["hub"]


def test_control__unknown_platform_is_refused_with_the_known_ones(address: str) -> None:
    answer = requests.post(f"{address}/_control/down?platform=moon", timeout=10)
    assert (answer.status_code, "campus, hub, workshop" in answer.text) == (404, True)


def test_every_adapter_with_a_sandbox_is_served(nordwind: Company) -> None:
    platforms = with_the_others(nordwind.platforms[:1], REGISTRY, nordwind.platforms[0].world.now)
    assert {s.platform.adapter for s in served(platforms, REGISTRY, "http://127.0.0.1:1")} == {
        a.manifest.key for a in REGISTRY if sandbox_of(a)}


def test_rich_learner__shows_every_state(nordwind: Company) -> None:
    shown = {e.status for p in nordwind.platforms for e in p.world.enrolments.get("amelie.clarke", ())}
    assert shown >= {Status.NOT_STARTED, Status.IN_PROGRESS, Status.COMPLETED}

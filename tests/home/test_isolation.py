"""Two learners, two browsers, eight threads: through refresh, store, page, fragments and launches (S33, S36)."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from adapters.records import Account, Capability, Snapshot
from portal.priority import Priority
from portal.store import ledger
from portal.store import schema as t
from tests.conftest import FrozenClock
from tests.factories import NOW, a_badge, a_connection, a_resource, an_answer, an_enrolment
from tests.home.conftest import Portal
from tests.scripted import Script, a_refresher

PATHS = ("/", "/sections/continue?layout=1", "/sections/badges?layout=1", "/?all=badges")


def _courses_of(account: Account) -> Snapshot:
    """One resource that only this account has; its title is the canary."""
    resource = a_resource(account.external_id, f"Canary of {account.external_id}")
    return an_answer(enrolments=(an_enrolment(account.external_id),), resources=(resource,))


def _badges_of(account: Account) -> Snapshot:
    return Snapshot(capability=Capability.BADGES, observed_at=NOW, badges=(
        a_badge(f"b-{account.external_id}", f"Badge of {account.external_id}"),))


def test_learners__see_their_own_and_nobody_elses(portal: Portal, clock: FrozenClock, tmp_path: Path) -> None:
    script = Script(answers={Capability.ENROLMENTS: _courses_of, Capability.BADGES: _badges_of})
    refresher = a_refresher(portal.database, clock, script, tmp_path)
    browsers = {name: portal.sign_in(name) for name in ("ada", "bob")}
    with portal.database.write() as tx:
        connections = [a_connection(tx, name) for name in ("Campus", "Library")]
        for _client, learner in browsers.values():
            ledger.enqueue(tx, learner.id, connections, Priority.ACTIVE, clock())
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _n: refresher.run_next(), range(4)))

    def visit(number: int) -> tuple[str, str]:
        name = Random(number).choice(("ada", "bob"))
        client = portal.app.test_client()
        client._cookies.update(browsers[name][0]._cookies)
        answer = client.get(PATHS[number % len(PATHS)])
        assert answer.status_code == 200
        return name, answer.text

    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(visit, range(200)))
    other = {"ada": "bob", "bob": "ada"}
    for name, text in seen:
        assert f"of acc-{name}" in text
        assert f"acc-{other[name]}" not in text


@pytest.mark.parametrize(("kind", "status", "target"), [
    ("resource", 303, "https://campus.example/c/acc-ada"), ("badge", 404, None),
], ids=["resource", "badge without page"])
def test_launch__of_another_learners_thing_does_not_exist(
        portal: Portal, clock: FrozenClock, tmp_path: Path, kind: str, status: int, target: str | None) -> None:
    script = Script(answers={Capability.ENROLMENTS: _courses_of, Capability.BADGES: _badges_of})
    refresher = a_refresher(portal.database, clock, script, tmp_path)
    (ada, learner), (bob, _) = portal.sign_in("ada"), portal.sign_in("bob")
    with portal.database.write() as tx:
        ledger.enqueue(tx, learner.id, [a_connection(tx)], Priority.ACTIVE, clock())
    refresher.run_next()
    own = ada.get(f"/go/{kind}/1")
    assert (own.status_code, own.location) == (status, target)
    assert target or b"Campus" in own.data, "the learner is told which platform gave no address"
    strange = bob.get(f"/go/{kind}/1")
    assert strange.status_code == 404
    assert b"Campus" not in strange.data
    with portal.database.read() as tx:
        launches = tx.execute(select(t.launch.c.learner_id)).scalars().all()
    assert launches == ([learner.id] if target else [])


def test_page__makes_no_outgoing_request(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    client, learner = portal.sign_in()
    with portal.database.write() as tx:
        ledger.enqueue(tx, learner.id, [a_connection(tx)], Priority.ACTIVE, NOW)

    def refuse(*_args: object) -> None:
        raise AssertionError("the page wanted the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for path in PATHS:
        assert client.get(path).status_code == 200

"""The page as it is served: whole, in parts, for the right person, at a fixed price."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from adapters.records import Capability
from portal.home.page import build
from portal.home.sections import SECTIONS
from portal.home.sections.due import DueSoon
from portal.learner_view import Learner
from portal.services import Services
from portal.store import platforms
from portal.store import schema as t
from portal.store.database import Database, Transaction
from tests.factories import NOW, a_connection
from tests.home.conftest import Portal
from tests.home.dom import parsed
from tests.home.learners import reader

PARTS = ("summary", *(section.key for section in SECTIONS), "sources")


def fill(tx: Transaction, learner: Learner, platforms: int, each: int, *, loaded: bool = True) -> None:
    """The same number of records on every platform, of every kind."""
    for number in range(1, platforms + 1):
        connection_id = a_connection(tx, f"Platform {number}", capabilities=frozenset(Capability))
        tx.execute(t.refresh.insert().values(
            connection_id=connection_id, subject=f"learner:{learner.id}", learner_id=learner.id, complete=loaded,
            succeeded_at=NOW - timedelta(minutes=9) if loaded else None, warnings=[]))
        stamps = {"connection_id": connection_id, "observed_at": NOW, "changed_at": NOW}
        mine = {**stamps, "learner_id": learner.id}
        ids = [tx.execute(t.resource.insert().values(
            external_id=f"{kind}{n}", title=f"{kind} {n} of {number}", url="https://lms.example/x", type="course",
            topics=[], identifiers=[], **stamps)).inserted_primary_key[0]
            for kind in ("begun", "asked", "new") for n in range(each)]
        begun, asked, new = ids[:each], ids[each:2 * each], ids[2 * each:]
        if not each:
            continue
        tx.execute(t.enrolment.insert(), [
            {**mine, "resource_id": i, "external_id": f"e{i}", "status": "in_progress", "provenance": "platform",
             "progress": .4} for i in begun])
        tx.execute(t.assignment.insert(), [
            {**mine, "resource_id": i, "external_id": f"a{i}", "status": "not_started", "provenance": "platform",
             "required": True, "due_day": (NOW + timedelta(days=i % 9)).date()} for i in asked])
        tx.execute(t.recommendation.insert(), [
            {**mine, "resource_id": i, "external_id": f"r{i}", "rank": i} for i in new])
        tx.execute(t.badge.insert(), [
            {**mine, "external_id": f"b{i}", "name": f"Badge {i}", "issuer": "Academy", "kind": "badge",
             "verification": "verified"} for i in new])


@pytest.mark.parametrize("key", PARTS)
@pytest.mark.parametrize(("each", "loaded"), [(8, True), (1, True), (0, True), (0, False), (2, False)],
                         ids=["full", "one", "empty", "loading", "partial"])
def test_fragment__is_byte_for_byte_its_part_of_the_page(portal: Portal, key: str, each: int, loaded: bool) -> None:
    client, learner = portal.sign_in()
    with portal.database.write() as tx:
        fill(tx, learner, 2, each, loaded=loaded)
    fragment = client.get(f"/sections/{key}?layout=1")
    assert fragment.status_code == 200
    assert f'id="{key}"' in fragment.text
    assert fragment.text in client.get("/").text


@pytest.mark.parametrize("key", PARTS)
@pytest.mark.parametrize(("row", "each"), [
    ({"failure": "TimedOut", "failing_since": NOW}, 2), ({"failure": "TimedOut", "due_at": NOW}, 2),
    ({"failure": "TimedOut", "failed_at": NOW}, 2), ({"failure": "NotLinked", "succeeded_at": None}, 0),
    ({"failure": "Ambiguous", "succeeded_at": None}, 0)],
    ids=["in trouble", "asked again", "asked lately", "no account", "several accounts"])
def test_fragment__is_its_part_of_the_page_in_trouble_too(portal: Portal, key: str, row: dict[str, Any],
                                                          each: int) -> None:
    client, learner = portal.sign_in()
    with portal.database.write() as tx:
        fill(tx, learner, 2, each)
        tx.execute(t.refresh.update().where(t.refresh.c.connection_id == 2).values(**row))
    assert client.get(f"/sections/{key}?layout=1").text in client.get("/").text


def test_fragment__of_a_whole_section_is_that_part_of_its_page(portal: Portal) -> None:
    client, learner = portal.sign_in()
    with portal.database.write() as tx:
        fill(tx, learner, 1, 12)
    whole = client.get("/sections/due?layout=1&all=1").text
    assert len(parsed(whole).all("li")) == 12
    assert whole in client.get("/?all=due").text


@pytest.mark.parametrize("path", ["/sections/due", "/sections/due?layout=2", "/sections/due?layout=x",
                                  "/sections/unknown?layout=1", "/sections/..%2Fdue?layout=1"])
def test_fragment__unknown_version_or_key_is_not_found(portal: Portal, path: str) -> None:
    assert portal.sign_in()[0].get(path).status_code == 404


def test_fragment__never_redirects_to_a_sign_in_page(portal: Portal) -> None:
    answer = portal.app.test_client().get("/sections/due?layout=1", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert "HX-Redirect" in answer.headers


def test_page__asks_strangers_to_sign_in(portal: Portal) -> None:
    assert portal.app.test_client().get("/", headers={"Sec-Fetch-Dest": "document"}).status_code in (302, 303, 401)


def test_page__shows_nothing_of_another_learner(portal: Portal) -> None:
    _, bob = portal.sign_in("bob")
    ada, _ = portal.sign_in("ada")
    with portal.database.write() as tx:
        fill(tx, bob, 1, 3)
    assert "begun 1" not in ada.get("/").text


@pytest.mark.parametrize("platforms", [1, 3, 12])
def test_page__costs_the_same_statements_whatever_there_is(portal: Portal, platforms: int) -> None:
    client, learner = portal.sign_in()
    with portal.database.write() as tx:
        fill(tx, learner, platforms, 2_000 // (3 * platforms))
    assert client.get("/").status_code == 200      # the first request opens what the others share
    assert 5 <= len(_statements_of(client)) <= 8     # session, platforms, and one per kind of record


def test_page__costs_one_statement_more_where_platforms_could_be_asked_again(portal: Portal) -> None:
    client, learner = portal.sign_in()
    with portal.database.write() as tx:
        fill(tx, learner, 12, 3)
        tx.execute(t.refresh.update().values(failure="TimedOut", failing_since=NOW))
    assert client.get("/").text.count('class="again"') == 12
    assert len(_statements_of(client)) <= 8


def test_page__offers_nothing_of_a_platform_that_was_disconnected(portal: Portal) -> None:
    """Launching it would lead nowhere. What was earned there stays."""
    client, learner = portal.sign_in()
    with portal.database.write() as tx:
        fill(tx, learner, 2, 2)
        platforms.archive(tx, 1, NOW)
    html = client.get("/").text
    for key, left in (("continue", 2), ("due", 2), ("recommended", 2), ("badges", 4)):
        assert len(parsed(html).all("section", id=key)[0].all("li")) == left
        assert client.get(f"/sections/{key}?layout=1").text in html
    assert "of 1" not in html


@pytest.mark.parametrize(("each", "said"), [(2_000, False), (2_001, True)])
def test_page__says_when_there_is_more_than_it_lists(portal: Portal, each: int, said: bool) -> None:
    client, learner = portal.sign_in()
    with portal.database.write() as tx:
        fill(tx, learner, 1, 1)
        badge = dict(tx.execute(t.badge.select()).one()._mapping)
        tx.execute(t.badge.insert(), [{**badge, "id": 100 + n, "external_id": f"more-{n}"} for n in range(each - 1)])
    page = parsed(client.get("/").text)
    told = [section.attributes["id"] for section in page.all("section") if "There is more than" in section.text]
    assert told == (["badges"] if said else [])


def _statements_of(client: FlaskClient) -> list[str]:
    """Counted on every engine of this process, because the application has its own."""
    said: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert client.get("/").status_code == 200
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return [statement for statement in said if statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE"))]


def test_page__a_section_that_fails_keeps_its_place_and_spares_the_rest(portal: Portal) -> None:
    class Broken(DueSoon):
        def items(self, view: Any, reader: Any) -> Any:
            raise RuntimeError("a fault of ours")

    _, learner = portal.sign_in()
    services = Services(settings=None, database=portal.database, clock=portal.clock, wake=lambda: None)  # type: ignore[arg-type]
    broken = [Broken() if section.key == "due" else section for section in SECTIONS]
    made = build(services, learner, reader(), sections=broken)
    assert [(section.key, section.state) for section in made.sections] == [
        ("continue", "empty"), ("due", "failed"), ("recommended", "empty"), ("badges", "empty")]


@pytest.mark.parametrize(("role", "status"), [("learner", 403), ("admin", 200), ("product_manager", 200)])
def test_patterns__are_for_those_who_shape_the_page(portal: Portal, role: str, status: int) -> None:
    client, _ = portal.sign_in("eve", role)
    assert client.get("/patterns").status_code == status
    assert client.get("/patterns/everything").status_code == status
    assert client.get("/patterns/unknown").status_code == (404 if status == 200 else 403)


def test_database__is_the_store_of_this_test(sqlite_database: Database, portal: Portal) -> None:
    """Guards the guard: the pages above would otherwise be empty for the wrong reason."""
    client, learner = portal.sign_in()
    with sqlite_database.write() as tx:
        fill(tx, learner, 1, 1)
    assert "begun 0 of 1" in client.get("/").text

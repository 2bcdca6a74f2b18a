"""From the company to the database: what a first, a second and a next day's start write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from adapters import registry
from portal.config import Settings
from portal.demo.company import Company, company
from portal.demo.filling import as_signed_in, fill
from portal.demo.platforms import Served, served
from portal.demo.staff import Story
from portal.priority import Priority
from portal.store import people, platforms
from portal.store import schema as t
from portal.store.database import Database
from portal.store.upgrade import upgrade

NOW = datetime(2026, 5, 19, 14, 30, tzinfo=UTC)
NORDWIND = company(NOW)
REGISTRY = registry.load()
SERVED = tuple(served(NORDWIND.platforms, REGISTRY, "http://127.0.0.1:8002"))
ISSUER = "http://127.0.0.1:8001"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database=f"sqlite:///{tmp_path}/homeroom.sqlite", secret_key="0123456789" * 4, issuer=ISSUER,
                    client_id="homeroom", client_secret="not a secret", data_folder=tmp_path)


@pytest.fixture
def database(settings: Settings) -> Database:
    database = Database(settings.database)
    upgrade(database)
    return database


def start(database: Database, settings: Settings, now: datetime = NOW, *, refresh_all: bool = True,
          nordwind: Company = NORDWIND, those: tuple[Served, ...] = SERVED) -> None:
    fill(database, settings, nordwind, those, REGISTRY, now, refresh_all=refresh_all)


def due(database: Database) -> dict[tuple[int, str], tuple[datetime | None, int]]:
    with database.read() as tx:
        return {(row.connection_id, row.subject): (row.due_at, row.priority) for row in tx.execute(select(t.refresh))}


def test_first_start__connects_every_platform_and_knows_everybody(database: Database, settings: Settings) -> None:
    start(database, settings)
    with database.read() as tx:
        connected = platforms.active(tx)
        learners = tx.execute(select(func.count()).select_from(t.learner)).scalar_one()
        signed_in = tx.execute(select(func.count()).where(t.learner.c.signed_in_at.is_not(None))).scalar_one()
    assert {row.name for row in connected} == {p.name for p in NORDWIND.platforms}
    assert all(row.allow_private for row in connected)
    assert (learners, signed_in) == (len(NORDWIND.people), 0)


def test_secrets__are_not_among_the_settings(database: Database, settings: Settings) -> None:
    start(database, settings)
    with database.read() as tx:
        for row in platforms.active(tx):
            secret = REGISTRY.get(row.adapter).Settings.secret_names()
            assert not secret & row.settings.keys()
            assert {s.name for s in platforms.secrets_of(tx, row.id)} == secret


def test_people_with_a_story__are_read_first_and_from_everywhere(database: Database, settings: Settings) -> None:
    start(database, settings)
    with database.read() as tx:
        first = {people.by_email(tx, NORDWIND.person(story).email)[0].id for story in Story}
        rows = tx.execute(select(t.refresh).where(t.refresh.c.learner_id.is_not(None))).all()
    assert {row.learner_id for row in rows if row.priority == Priority.ACTIVE} == first
    assert sum(row.learner_id in first for row in rows) == len(first) * len(SERVED)


def test_second_start_on_the_same_day__asks_for_nothing_again(database: Database, settings: Settings) -> None:
    start(database, settings)
    before = due(database)
    start(database, settings, NOW + timedelta(hours=1), refresh_all=False)
    assert due(database) == before


def test_next_day__asks_for_everything_again(database: Database, settings: Settings) -> None:
    """The company's dates moved on; what was read yesterday is read once more."""
    start(database, settings)
    with database.write() as tx:
        tx.execute(t.refresh.update().values(due_at=None))
    tomorrow = NOW + timedelta(days=1)
    start(database, settings, tomorrow, nordwind=company(tomorrow))
    assert {at for at, _ in due(database).values()} == {tomorrow}


def test_new_adapter__is_connected_at_the_next_start_and_only_it_is_read(database: Database,
                                                                         settings: Settings) -> None:
    start(database, settings, those=SERVED[:4])
    before = due(database)
    start(database, settings, refresh_all=False)
    added = due(database).keys() - before.keys()
    assert len({connection for connection, _ in added}) == 1
    assert {row: value for row, value in due(database).items() if row in before} == before


def test_identity_provider__knows_the_same_people_as_the_database(database: Database, settings: Settings) -> None:
    """Otherwise somebody who signs in would be a second, empty learner."""
    start(database, settings)
    with database.read() as tx:
        stored = {(row.issuer, row.subject, row.email, row.id_number, row.username)
                  for row in tx.execute(select(t.learner))}
    assert stored == {(ISSUER, p.subject, p.email, p.id_number, p.username)
                      for p in map(as_signed_in, NORDWIND.people)}


def test_notes__stand_at_the_five_with_a_story_only() -> None:
    assert [bool(p.note) for p in map(as_signed_in, NORDWIND.people)] == [
        e.story is not None for e in NORDWIND.people]

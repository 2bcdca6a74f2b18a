"""An older database becomes the newest one with everything in it, and the models say what the migrations make."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from portal.store.database import Database
from portal.store.schema import metadata
from portal.store.upgrade import is_current, upgrade

AT = "2026-11-20 12:00:00+00:00"
ROWS: list[tuple[str, dict[str, Any]]] = [
    ("learner", {"id": 7, "issuer": "https://id.example.com", "subject": "s", "email": "ada@example.org",
                 "email_verified": True, "name": "Ada", "given_name": "Ada", "roles": '["learner"]', "created_at": AT}),
    ("connection", {"id": 3, "adapter": "moodle", "name": "Campus", "settings": "{}", "allow_private": False,
                    "launch_hosts": "[]", "capabilities": '["catalogue"]', "created_at": AT, "credentials_version": 4}),
    ("secret", {"connection_id": 3, "name": "token", "key_id": "k1", "sealed": b"sealed", "changed_at": AT}),
    ("account", {"learner_id": 7, "connection_id": 3, "external_id": "14", "display_name": "Ada", "matched_by": "email",
                 "matched_value": "ada@example.org", "linked_at": AT, "confirmed_at": AT}),
    ("resource", {"id": 5, "connection_id": 3, "external_id": "1", "title": "Fire safety", "type": "course",
                  "summary": "", "provider": "", "topics": "[]", "identifiers": "[]", "open_to_all": True,
                  "popularity": 2, "observed_at": AT, "changed_at": AT}),
    ("enrolment", {"id": 9, "learner_id": 7, "connection_id": 3, "resource_id": 5, "external_id": "e1",
                   "status": "in_progress", "progress": 0.4, "provenance": "platform", "observed_at": AT,
                   "changed_at": AT}),
    ("refresh", {"connection_id": 3, "subject": "learner:7", "learner_id": 7, "priority": 30, "attempts": 0,
                 "failure_reason": "", "complete": True, "warnings": "[]", "run": 2}),
    ("event", {"id": 1, "learner_id": 7, "connection_id": 3, "kind": "enrolled", "record": "enrolment",
               "external_id": "e1", "at": AT, "details": "{}"}),
]


@pytest.fixture
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path / 'old.sqlite'}"
    else:
        server = create_engine(request.getfixturevalue("_postgresql"), isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS an_older_one"))
            connection.execute(text("CREATE DATABASE an_older_one"))
        address = server.url.set(database="an_older_one").render_as_string(hide_password=False)
        server.dispose()
    database = Database(address)
    yield database
    database.close()


BOTH = pytest.mark.parametrize("empty", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)],
                               indirect=True)


@BOTH
def test_upgrade__from_the_first_schema_keeps_every_row(empty: Database) -> None:
    upgrade(empty, to="0001")
    with empty.engine.begin() as connection:
        for table, row in ROWS:
            columns, values = ", ".join(row), ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({values})"), row)
        before = _contents(connection)
    upgrade(empty)
    with empty.engine.connect() as connection:
        after = _contents(connection)
    assert is_current(empty)
    for table, row in before.items():
        assert {name: after[table][name] for name in row} == row, table
    assert after["refresh"]["held"] in ({}, "{}")
    assert after["connection"]["rest_reason"] == ""


@BOTH
@pytest.mark.filterwarnings("ignore:.*expression-based index")     # which SQLite cannot be asked about
def test_models__match_the_migrations(empty: Database) -> None:
    upgrade(empty)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, metadata) == []


def _contents(connection: Any) -> dict[str, dict[str, Any]]:
    return {table: dict(connection.execute(text(f"SELECT * FROM {table}")).mappings().one()) for table, _ in ROWS}

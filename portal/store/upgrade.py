"""Bringing the database to the newest schema, one process at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from portal.store.database import Database

_LOCK_NUMBER = 0x484F4D45   # any constant: names the advisory lock on PostgreSQL


def upgrade(database: Database, to: str = "head") -> None:
    """Two processes may call this at once: the second waits, then finds nothing to do. to: an older revision."""
    with _alone(database):
        config = _config()
        with database.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, to)


def is_current(database: Database) -> bool:
    with database.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found == ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    path = database.engine.url.database
    if database.dialect == "sqlite":
        with Path(f"{path}.upgrade-lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        return
    with database.engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:n)"), {"n": _LOCK_NUMBER})
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": _LOCK_NUMBER})

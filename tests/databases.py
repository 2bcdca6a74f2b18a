"""Real databases for tests: a SQLite file, and a PostgreSQL server that we start ourselves."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from portal.store.database import Database
from portal.store.schema import metadata
from portal.store.upgrade import upgrade


def unavailable(reason: str) -> None:
    """Skips and says why; in CI it fails, because there the part was promised."""
    if os.environ.get("CI"):
        pytest.fail(f"promised in CI: {reason}")
    pytest.skip(reason)


def sqlite_template(folder: Path) -> Path:
    """A migrated, empty SQLite file to copy per test."""
    path = folder / "template.sqlite"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    with database.engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    database.close()
    return path


@contextmanager
def postgresql_server() -> Iterator[str]:
    """Yields the address of an empty database on a throw-away server (or of HOMEROOM_TEST_POSTGRESQL)."""
    given = os.environ.get("HOMEROOM_TEST_POSTGRESQL")
    if given:
        yield given
        return
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        unavailable("no PostgreSQL: install the package postgresql, or set HOMEROOM_TEST_POSTGRESQL")
    folder = Path(tempfile.mkdtemp(prefix="hr-pg-", dir="/tmp"))  # a Unix socket path must be short
    as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres", "postgres")
    port = _free_port()
    run = lambda *words: subprocess.run([*as_user, *words], check=True, capture_output=True, cwd="/tmp")  # noqa: E731
    run(str(programs[-1] / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8",
        "--no-sync", "--locale=C.UTF-8")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off"
    control = str(programs[-1] / "pg_ctl")
    run(control, "-D", str(folder / "data"), "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
    finally:
        run(control, "-D", str(folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def migrated(address: str) -> str:
    """Brings a PostgreSQL database to the newest schema; returns its address."""
    database = Database(address)
    upgrade(database)
    database.close()
    return address


def emptied(address: str) -> None:
    """Removes every row, quickly."""
    engine = create_engine(address)
    names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    engine.dispose()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

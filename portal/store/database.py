"""One engine per process, one transaction per piece of work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

Transaction = Connection
"""An open view or transaction, handed through by those who do not speak SQL themselves."""


class DatabaseUnusable(Exception):
    """The database cannot be reached or written; the text says what to do."""


class Database:
    """The store's door. Nothing is opened until the first transaction."""

    def __init__(self, address: str) -> None:
        """address: SQLAlchemy address, ``sqlite:///path`` or ``postgresql+psycopg://…``. Raises DatabaseUnusable."""
        try:
            self._url = make_url(address)
        except ArgumentError:
            raise DatabaseUnusable("HOMEROOM_DATABASE is no database address: write sqlite:///path/to/file or "
                                   "postgresql+psycopg://user:password@host/name.") from None
        self.dialect = self._url.get_backend_name()
        self.engine = self._sqlite() if self.dialect == "sqlite" else self._server()
        self._writing = self.engine.execution_options(writing=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view that is never written through."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction: committed at the end, rolled back on an error. Raises DatabaseUnusable.

        On SQLite the write lock is taken at once, so that two writers wait instead of failing half-way.
        """
        try:
            with self._writing.begin() as connection:
                yield connection
        except OperationalError as error:
            raise self._unusable(error) from error

    def close(self) -> None:
        self.engine.dispose()

    def check_usable(self) -> None:
        """Raises DatabaseUnusable with what to do, before anything else fails less clearly."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except (DBAPIError, OSError) as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> DatabaseUnusable:
        said = str(getattr(error, "orig", error)).splitlines()[0]
        if self.dialect == "sqlite":
            path = self._url.database
            hint = {"readonly": f"make {path} and its folder writable",
                    "unable to open": f"create the folder of {path}",
                    "locked": "another process holds it; stop that process or try again",
                    "no such table": "run: homeroom db upgrade"}
        else:
            hint = {"does not exist": "create the database or run: homeroom db upgrade", "refused": "start PostgreSQL",
                    "password": "check user and password in HOMEROOM_DATABASE"}
        todo = next((advice for sign, advice in hint.items() if sign in said), "check HOMEROOM_DATABASE")
        return DatabaseUnusable(f"The database cannot be used ({said}): {todo}.")

    def _sqlite(self) -> Engine:
        path = self._url.database
        if path and path != ":memory:":
            with suppress(OSError):     # said better by the first statement that fails
                Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        engine = create_engine(self._url, connect_args={"timeout": 15, "check_same_thread": False})

        @event.listens_for(engine, "connect")
        def _prepare(raw: Any, _record: Any) -> None:
            raw.isolation_level = None      # transactions are ours (BEGIN IMMEDIATE), not the driver's
            cursor = raw.cursor()
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=15000"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()
            if path and path != ":memory:" and Path(path).exists() and Path(path).stat().st_mode & 0o077:
                Path(path).chmod(0o600)

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            writing = connection.get_execution_options().get("writing", False)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

        return engine

    def _server(self) -> Engine:
        return create_engine(self._url, pool_size=10, max_overflow=20, pool_pre_ping=True)

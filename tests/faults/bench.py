"""A learner, one or six platforms of the zoo, the real refresh and the real page, with a clock that is moved."""

from __future__ import annotations

import re
import secrets
import shutil
import sqlite3
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from adapters.answer import Limits
from adapters.cache import CatalogueCache
from adapters.registry import Registry
from portal.app import create_app
from portal.config import Settings
from portal.connections.connecting import connect
from portal.connections.opening import Opener
from portal.connections.throttle import StoredThrottle
from portal.home import freshness
from portal.learner_view import EnrolmentItem, Learner, LearnerView, Need, Source
from portal.priority import Priority
from portal.quota import Lane
from portal.refresh import plan
from portal.refresh.run import Refresher
from portal.security.vault import Vault
from portal.store import guards, ledger, page, people, sessions
from portal.store import schema as t
from portal.store.database import Database
from portal.store.holdings import holdings
from portal.store.ledger import Job
from tests.conftest import FrozenClock
from tests.factories import NOW, a_learner
from tests.faults.addresses import NameServer
from tests.faults.toy import Toy
from tests.faults.zoo import NAMES, Platform, Zoo

TOKEN, KEY = "canary-token-5d0c", "canary-key-77ab"
COOKIE = secrets.token_urlsafe(32)
ROOMY = Limits(connect_seconds=5, total_seconds=20)
"""Nothing well is ever cut off on a busy machine."""
SHORT = Limits(connect_seconds=0.2, total_seconds=0.4)
"""For platforms that do not answer."""


def settings_of(path: Path) -> Settings:
    return Settings.model_validate({
        "base_url": "http://localhost", "database": f"sqlite:///{path}", "secret_key": "k" * 40,
        "issuer": "http://127.0.0.1:1", "client_id": "homeroom", "client_secret": "s", "insecure_loopback": True})


class Seat:
    """A running portal over one database file. It is kept between cases, since starting it costs more than a case."""

    def __init__(self, path: Path) -> None:
        self.path, self.clock, self.settings = path, FrozenClock(NOW), settings_of(path)
        self.database = Database(self.settings.database)
        self.app = create_app(self.settings, clock=self.clock)

    def holding(self, template: Path) -> Seat:
        """The same portal, with what this database holds in place of everything else."""
        with closing(sqlite3.connect(template)) as source, closing(sqlite3.connect(self.path)) as target:
            source.backup(target)
        self.clock.moment = NOW
        return self


@dataclass
class Bench:
    """faulty: the connection under test, called Campus; the others are well."""

    seat: Seat
    zoo: Zoo
    monkeypatch: pytest.MonkeyPatch
    stack: ExitStack
    limits: Limits = ROOMY
    faulty: int = 1
    name_server: NameServer | None = None

    def __post_init__(self) -> None:
        self._sit()

    def restart(self) -> None:
        """Everything a process holds in memory is new, every cache is cold."""
        clock, self.seat = self.clock, Seat(self.seat.path)
        self.seat.clock.moment = clock()
        self.stack.callback(self.seat.database.close)
        self._sit()

    def _sit(self) -> None:
        self.database, self.clock, self.settings = self.seat.database, self.seat.clock, self.seat.settings
        self.client: FlaskClient = self.seat.app.test_client()
        self.client.set_cookie("homeroom", COOKIE)
        with self.database.read() as tx:
            self.learner = _first_learner(tx)

    @property
    def platform(self) -> Platform:
        return self.zoo.platforms[self.faulty]

    @property
    def refresher(self) -> Refresher:
        opener = Opener(
            registry=Registry({"toy": Toy}), vault=Vault(self.settings), database=self.database,
            cache=CatalogueCache(self.seat.path.parent / "cache.sqlite"), clock=self.clock, limits=self.limits,
            throttle=lambda number, lane: StoredThrottle(self.database, number, lane, self.clock))
        return Refresher(database=self.database, opener=opener, clock=self.clock, active_every=timedelta(minutes=30),
                         worker="test")

    # --- acting

    def refresh(self, connection: int = 0, learner: Learner | None = None) -> Job | None:
        """One refresh that somebody waits for; None when the connection is closed to it."""
        asking = learner or self.learner
        with self.database.write() as tx:
            ledger.enqueue(tx, asking.id, [connection or self.faulty], Priority.INTERACTIVE, self.clock())
        return self.refresher.run_next([asking.id])

    def run_all(self) -> int:
        """Everything that is due; how many refreshes that were."""
        done = 0
        while self.refresher.run_next() is not None:
            done += 1
        return done

    def second_learner(self) -> Learner:
        with self.database.write() as tx:
            return a_learner(tx, "bob", now=self.clock())

    def move_to(self, base: str) -> None:
        """The platform under test is at another address now."""
        self.change(settings={"base_url": f"{base}/p{self.faulty}"})

    def change(self, connection: int = 0, **values: Any) -> None:
        with self.database.write() as tx:
            tx.execute(update(t.connection).where(t.connection.c.id == (connection or self.faulty)).values(**values))

    def sign_in_again(self) -> None:
        self.open_session()
        with self.database.write() as tx:
            plan.at_sign_in(tx, self.learner, self.clock())

    def open_session(self) -> None:
        """A new one: the old has ended, or may."""
        value, now = secrets.token_urlsafe(32), self.clock()
        with self.database.write() as tx:
            sessions.open_session(tx, sessions.hash_of(value), self.learner, sid=None, id_token="", now=now,
                                  authenticated_at=now, ends_at=now + timedelta(hours=12))
        self.client.set_cookie("homeroom", value)

    def claims(self, number: int) -> list[bool]:
        """So many other learners want the platform under test at once: which of them get through. Undone at once."""
        with self.database.engine.connect() as tx:
            for n in range(number):
                other = a_learner(tx, f"crowd-{n}", now=self.clock())
                ledger.enqueue(tx, other.id, [self.faulty], Priority.INTERACTIVE, self.clock())
            got = [ledger.claim(tx, "crowd", self.clock(), timedelta(minutes=5)) is not None for _ in range(number)]
            tx.rollback()
        return got

    # --- looking

    def view(self) -> LearnerView:
        with self.database.read() as tx:
            return page.load(tx, self.learner, frozenset(Need), self.clock())

    def shown(self, connection: int = 0) -> dict[str, EnrolmentItem]:
        """What the page may show of one platform."""
        wanted = connection or self.faulty
        return {item.enrolment.external_id: item for item in self.view().enrolments
                if item.seen.connection_id == wanted}

    def stored(self, *, of_faulty: bool = True) -> list[dict[str, Any]]:
        """Everything the store holds of the learner's enrolments, archived ones too."""
        with self.database.read() as tx:
            found = holdings(tx, self.learner)["enrolments"]
        return [row for row in found if (row["connection_id"] == self.faulty) is of_faulty]

    def source(self, connection: int = 0) -> Source:
        wanted = connection or self.faulty
        return next(source for source in self.view().sources if source.connection_id == wanted)

    def state(self, connection: int = 0) -> freshness.Freshness:
        return freshness.of(self.source(connection), has_items=bool(self.shown(connection)), now=self.clock())

    def ledger(self) -> dict[str, Any]:
        """The admin's line about this learner and the platform under test."""
        with self.database.read() as tx:
            return next(row for row in ledger.states(tx, self.learner.id) if row["platform"] == NAMES[self.faulty - 1])

    def warnings(self) -> set[str]:
        return {warning["code"] for warning in self.ledger()["warnings"]}

    def connection(self, number: int = 0) -> Any:
        with self.database.read() as tx:
            return tx.execute(select(t.connection).where(t.connection.c.id == (number or self.faulty))).one()

    def failures(self) -> dict[str, int]:
        """Per operation: failures in a row that count against the platform."""
        with self.database.read() as tx:
            rows = tx.execute(select(t.breaker).where(t.breaker.c.connection_id == self.faulty)).all()
        return {row.operation: row.in_a_row for row in rows if row.in_a_row}

    def calls_allowed(self, after: timedelta) -> int:
        """How many calls the platform under test would get in that minute. Nothing is spent."""
        moment = self.clock() + after
        with self.database.engine.connect() as tx:
            allowed = 0
            while guards.spend(tx, self.faulty, Lane.INTERACTIVE, moment) is None:
                allowed += 1
            tx.rollback()
        return allowed

    def audited(self) -> list[Any]:
        with self.database.read() as tx:
            return list(tx.execute(select(t.audit).where(t.audit.c.action == "connection.stopped")).all())

    def get(self, path: str = "/") -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, path
        return answer.text

    def lines_of_others(self) -> dict[str, list[str]]:
        """Platform → its cards and its line among the sources, byte by byte."""
        lines = re.findall(r"<li\b.*?</li>", self.get("/?all=continue"), re.DOTALL)
        return {name: [line for line in lines if name in line] for name in NAMES if name != NAMES[self.faulty - 1]}


def _first_learner(tx: Any) -> Learner:
    found = people.by_id(tx, 1)
    assert found is not None
    return found


def template(folder: Path, empty: Path, zoo: Zoo, *, platforms: int, warm: bool) -> Path:
    """A database with one signed-in learner and these platforms, whose learning is known already if warm."""
    path = folder / f"{platforms}-{'warm' if warm else 'cold'}.sqlite"
    shutil.copy(empty, path)
    database = Database(f"sqlite:///{path}")
    with database.write() as tx:
        learner = a_learner(tx)
        sessions.open_session(tx, sessions.hash_of(COOKIE), learner, sid=None, id_token="", now=NOW,
                              authenticated_at=NOW, ends_at=NOW + timedelta(hours=72))
        for number, name in list(enumerate(NAMES, 1))[:platforms]:
            connect(tx, Vault(settings_of(path)), Toy, name=name, allow_private=True, actor="test", now=NOW,
                    values={"base_url": zoo.address(number), "token": TOKEN, "key": KEY})
    database.close()
    if warm:
        with ExitStack() as stack:
            bench = Bench(Seat(path), zoo, pytest.MonkeyPatch(), stack)
            stack.callback(bench.database.close)
            for number in range(1, platforms + 1):
                bench.refresh(number)
                assert len(bench.shown(number)) == 8
            with bench.database.write() as tx:
                tx.execute(update(t.refresh).values(due_at=None))       # nothing runs that a test did not ask for
    whole = Database(f"sqlite:///{path}")
    with whole.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    whole.close()
    return path

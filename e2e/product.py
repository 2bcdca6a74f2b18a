"""The product as people start it: one command, three servers. And the levers a test may pull on it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import requests
from sqlalchemy import delete, select, update

from portal import clock
from portal.demo.addresses import Addresses
from portal.demo.folder import DemoFolder
from portal.demo.readiness import NotReady, check_ports
from portal.demo.staff import MAIL_DOMAIN, employees
from portal.store import ledger, people
from portal.store import schema as t
from portal.store.database import Database

PATIENCE = 90.0


def until(what: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Whether it came true in time."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


class Demo:
    """``homeroom demo``, running. portal, identity_provider, platforms: addresses without a slash at the end."""

    def __init__(self, addresses: Addresses, database: Database) -> None:
        self.portal = addresses.portal
        self.identity_provider = addresses.identity_provider
        self.platforms = addresses.platforms
        self._database = database

    @contextmanager
    def down(self, platform: str) -> Iterator[None]:
        """While inside, this platform answers 503 to everything. platform: its path, e.g. ``workshop``."""
        self._switch(platform, "down")
        try:
            yield
        finally:
            self._switch(platform, "up")

    def _switch(self, platform: str, state: str) -> None:
        requests.post(f"{self.platforms}/_control/{state}", params={"platform": platform}, timeout=5).raise_for_status()

    @contextmanager
    def nobody_is_read(self) -> Iterator[None]:
        """While inside, no platform is called: as if each had asked everybody to wait."""
        self._call_nobody_before(clock.now() + timedelta(hours=1))
        try:
            yield
        finally:
            self._call_nobody_before(None)

    def _call_nobody_before(self, moment: datetime | None) -> None:
        with self._database.write() as tx:
            tx.execute(update(t.connection).values(not_before=moment))

    def forget(self, name: str) -> None:
        """Somebody becomes a stranger: as if they had never signed in and nothing of theirs had been read."""
        learner_id = self._learner_id(name)
        leased = select(t.refresh.c.lease_by).where(t.refresh.c.learner_id == learner_id,
                                                    t.refresh.c.lease_by.is_not(None))
        assert until(lambda: not self._rows(leased)), f"{name} is still being read"
        with self._database.write() as tx:
            tx.execute(delete(t.learner).where(t.learner.c.id == learner_id))

    def has_read(self, name: str) -> bool:
        """Every platform has answered about this person once, or said that it does not know them."""
        with self._database.read() as tx:
            states = ledger.states(tx, self._learner_id(name))
        return bool(states) and all(state["succeeded_at"] or state["failure"] for state in states)

    def leave_the_others_unread(self) -> None:
        """Nobody but those with a story is read unless they sign in: three hundred colleagues would keep this machine
        busy for a minute, and what is popular among them would change meanwhile."""
        told = [self._learner_id(name) for name in personas()]
        with self._database.write() as tx:
            tx.execute(delete(t.refresh).where(t.refresh.c.learner_id.not_in(told),
                                               t.refresh.c.lease_by.is_(None)))

    def has_read_everybody(self) -> bool:
        with self._database.read() as tx:
            done, total = ledger.progress(tx)
        return done == total

    def waits_for(self) -> str:
        """Every reading that has not ended once, and every one that failed; for whoever looks why nothing goes on."""
        r, c = t.refresh.c, t.connection.c
        unsettled = select(c.name, c.not_before, r.subject, r.failure, r.failure_reason, r.due_at, r.lease_until).where(
            c.id == r.connection_id, r.succeeded_at.is_(None)).limit(40)
        return "".join(f"{row}\n" for row in self._rows(unsettled))

    def is_calm(self, name: str) -> bool:
        """No platform is being read about this person, or waits to be."""
        busy = select(t.refresh.c.subject).where(
            t.refresh.c.learner_id == self._learner_id(name),
            t.refresh.c.lease_by.is_not(None) | (t.refresh.c.due_at <= clock.now()))
        return not self._rows(busy)

    def _learner_id(self, name: str) -> int:
        with self._database.read() as tx:
            (found,) = people.by_email(tx, email_of(name))
        return found.id

    def _rows(self, query: object) -> list[object]:
        with self._database.read() as tx:
            return list(tx.execute(query))


def email_of(name: str) -> str:
    (employee,) = (e for e in employees() if e.name == name)
    assert employee.email.endswith(MAIL_DOMAIN)
    return employee.email


def personas() -> tuple[str, ...]:
    return tuple(e.name for e in employees() if e.story is not None)


@contextmanager
def running_demo(folder: Path) -> Iterator[Demo]:
    """Started by its command, ready when those with a story have been read; ended by Ctrl-C, without a rest.

    Raises AssertionError with what it said when it does not start, does not end well, or printed a traceback.
    """
    addresses, home = Addresses(_free_ports()), DemoFolder(folder / "demo")
    log = folder / "said.txt"
    with log.open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-c", "from portal.cli import main; main()", "demo", "--port", str(addresses.port),
             "--folder", str(home.path)],
            stdout=said, stderr=subprocess.STDOUT, start_new_session=True,
            env={name: value for name, value in os.environ.items() if not name.startswith("HOMEROOM_")})
    database = Database(home.database)
    try:
        demo = Demo(addresses, database)
        assert until(lambda: process.poll() is not None or _answers(demo.portal)), log.read_text()
        assert process.poll() is None, log.read_text()
        assert until(lambda: all(demo.has_read(name) for name in personas())), demo.waits_for() + log.read_text()
        demo.leave_the_others_unread()
        assert until(demo.has_read_everybody), demo.waits_for() + log.read_text()
        yield demo
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0, log.read_text()
        assert until(lambda: not _group_lives(process.pid), 10), "the demo left a process behind"
        assert "Traceback" not in log.read_text(), log.read_text()
    finally:
        database.close()
        if _group_lives(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _free_ports() -> int:
    """The first of three in a row, below those that the system hands out by itself; somewhere else in every process,
    since others may be looking at this moment."""
    start = os.getpid() % 4_000
    for number in range(4_000):
        first = 20_000 + (start + number) % 4_000 * 3
        try:
            check_ports(first)
        except NotReady:
            continue
        return first
    raise AssertionError("no three free ports")


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=5, allow_redirects=False).status_code < 500
    except requests.ConnectionError:
        return False


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True

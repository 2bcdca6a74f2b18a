"""A portal's refreshing killed with SIGKILL again and again, against one that nobody disturbs.

``python -m bench.kill [--kills 100] [--learners 600] [--database ADDRESS --undisturbed ADDRESS]``

One process refreshes learners, the catalogue and the changes of one platform; it is killed at random moments and
started again. Then the platform moves on to its next generation, and so on. At the end both portals must have told the
same events, each once, and know the same catalogue.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import func, select

from adapters.answer import Limits
from adapters.cache import CatalogueCache
from adapters.registry import Registry
from adapters.session import NoThrottle
from bench.paged_platform import Paged, World, serving
from portal import clock
from portal.config import Settings
from portal.connections.opening import Opener
from portal.priority import Priority
from portal.refresh.run import Refresher
from portal.refresh.threads import Runner
from portal.security.vault import Vault
from portal.store import guards, ledger, people, platforms
from portal.store import schema as t
from portal.store.database import Database
from portal.store.people import Person
from portal.store.upgrade import upgrade

LEASE = timedelta(seconds=2)
"""Short, so that what a killed process held is taken again at once."""
THREADS, GENERATIONS, LONGEST_LIFE, PATIENCE = 4, 5, 0.8, 300.0


@dataclass
class Killings:
    """cut_off: refreshes that were running when the process was killed, over all kills; in_sync: kills that hit an
    unfinished catalogue or changes sync; idle: kills that hit nothing."""

    count: int = 0
    cut_off: int = 0
    in_sync: int = 0
    idle: int = 0


@dataclass
class Outcome:
    """What differs from the undisturbed portal. All but kills must be empty."""

    kills: Killings = field(default_factory=Killings)
    lost: list[Any] = field(default_factory=list)
    doubled: list[Any] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    catalogue: list[str] = field(default_factory=list)
    events: int = 0

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.unfinished or self.catalogue) and self.events > 0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--learners", type=int, default=600)
    options.add_argument("--database", help="address of an empty database; default: a SQLite file")
    options.add_argument("--undisturbed", help="the same for the portal that is not killed")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--child", nargs=2, metavar=("DATABASE", "FOLDER"), help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.child:
        work(*chosen.child)
        return
    with tempfile.TemporaryDirectory() as folder:
        killed = chosen.database or f"sqlite:///{folder}/killed.sqlite"
        undisturbed = chosen.undisturbed or f"sqlite:///{folder}/undisturbed.sqlite"
        for address in (killed, undisturbed):
            upgrade(Database(address))
        began = time.monotonic()
        outcome = compare(Database(killed), Database(undisturbed), Path(folder), kills=chosen.kills,
                          learners=chosen.learners, seed=chosen.seed)
    print(f"{outcome.kills}\n{outcome.events} events, lost {len(outcome.lost)}, doubled {len(outcome.doubled)}, "
          f"unfinished {len(outcome.unfinished)}, catalogue differences {len(outcome.catalogue)}, "
          f"{time.monotonic() - began:.0f} s")
    sys.exit(0 if outcome.good else 1)


def compare(killed: Database, undisturbed: Database, folder: Path, *, kills: int, learners: int, seed: int,
            generations: int = GENERATIONS) -> Outcome:
    """Both databases: migrated and empty."""
    outcome = Outcome()
    chance = random.Random(seed)
    per_generation = [kills // generations + (n < kills % generations) for n in range(generations)]
    for database, counts in ((undisturbed, [0] * generations), (killed, per_generation)):
        world = World(learners=learners, resources=learners * 4)
        with serving(world) as base:
            connection = _fill(database, base, learners)
            for generation, count in enumerate(counts, start=1):
                world.generation = generation
                _ask_for_everything(database, connection)
                for _ in range(count):
                    _kill_once(database, folder, chance.uniform(0.0, LONGEST_LIFE), outcome.kills)
                _end_in_peace(database, folder)
        outcome.unfinished += _unfinished(database)
        outcome.catalogue += _catalogue_differences(database, world)
    expected, told = _events(undisturbed), _events(killed)
    outcome.events = expected.total()
    outcome.lost, outcome.doubled = list((expected - told).elements()), list((told - expected).elements())
    return outcome


def work(address: str, folder: str) -> None:
    """The process that is killed: refreshes until then."""
    _runner(Database(address), Path(folder)).start()
    print("ready", flush=True)
    signal.pause()


def _runner(database: Database, folder: Path) -> Runner:
    settings = Settings(secret_key=SecretStr("b" * 40), issuer="https://id.example.com", client_id="bench",
                        client_secret=SecretStr("bench"))
    opener = Opener(registry=Registry({"paged": Paged}), vault=Vault(settings), database=database,
                    cache=CatalogueCache(folder / "cache.sqlite"), clock=clock.now,
                    throttle=lambda _connection, _lane: NoThrottle(), limits=Limits())
    return Runner(Refresher(database=database, opener=opener, clock=clock.now, active_every=timedelta(hours=1),
                            worker="bench", lease=LEASE), THREADS)


def _kill_once(database: Database, folder: Path, after: float, killings: Killings) -> None:
    """after: seconds of work that the process is given."""
    process = subprocess.Popen([sys.executable, "-m", "bench.kill", "--child", _address(database), str(folder)],
                               stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(after)
    finally:
        process.kill()
        process.communicate()
    _note(database, killings)


def _end_in_peace(database: Database, folder: Path) -> None:
    """Work until nothing is due. Raises AssertionError when that takes too long."""
    runner = _runner(database, folder)
    runner.start()
    try:
        _wait(lambda: _is_done(database))
    finally:
        runner.stop()


def _wait(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "the work does not end"
        time.sleep(0.1)


def _note(database: Database, killings: Killings) -> None:
    done = _is_done(database)
    with database.read() as tx:
        cut_off = tx.execute(select(func.count()).where(t.refresh.c.lease_by.is_not(None))).scalar_one()
        in_sync = tx.execute(select(func.count()).where(t.sync.c.finished_at.is_(None))).scalar_one()
    killings.count += 1
    killings.cut_off += cut_off
    killings.in_sync += bool(in_sync)
    killings.idle += done


def _is_done(database: Database) -> bool:
    r = t.refresh
    with database.read() as tx:
        left = tx.execute(select(func.count()).select_from(r).where(
            (r.c.due_at <= datetime.now(UTC)) | r.c.lease_by.is_not(None) | r.c.failure.is_not(None))).scalar_one()
    return left == 0


def _fill(database: Database, base: str, learners: int) -> int:
    now = datetime.now(UTC)
    with database.write() as tx:
        for n in range(learners):
            people.save(tx, Person(issuer="bench", subject=str(n), username=f"learner{n}"), now, signed_in=False)
        return platforms.add(tx, adapter="paged", name="Paged", settings={"base_url": base}, allow_private=True,
                             launch_hosts=frozenset(), capabilities=Paged.capabilities(), now=now)


def _ask_for_everything(database: Database, connection: int) -> None:
    now = datetime.now(UTC)
    with database.write() as tx:
        for operation in sorted(guards.SYNCS):
            ledger.enqueue_sync(tx, operation, [connection], Priority.ACTIVE, now)      # they run beside the learners
        everybody = tx.execute(select(t.learner.c.id).order_by(t.learner.c.id)).scalars().all()
        ledger.enqueue_learners(tx, everybody, connection, Priority.BACKFILL, now)


def _unfinished(database: Database) -> list[str]:
    r, s = t.refresh, t.sync
    with database.read() as tx:
        refreshes = tx.execute(select(r.c.subject).where(r.c.succeeded_at.is_(None) | ~r.c.complete)).scalars()
        running = tx.execute(select(s.c.operation).where(s.c.finished_at.is_(None) | ~s.c.complete)).scalars()
        return [*refreshes, *running]


def _catalogue_differences(database: Database, world: World) -> list[str]:
    """Every entry once, listed, as the last generation says; what is listed besides, a learner is enrolled in."""
    r, e = t.resource, t.enrolment
    with database.read() as tx:
        rows = tx.execute(select(r.c.external_id, r.c.level).where(r.c.archived_at.is_(None))).all()
        mentioned = set(tx.execute(select(r.c.external_id).join(e, e.c.resource_id == r.c.id)).scalars())
        counted: dict[str, int] = {row[0]: row[1] for row in tx.execute(
            select(t.sync.c.operation, t.sync.c["items"]))}
    expected = set(world.catalogue())
    listed = Counter(row.external_id for row in rows)
    wrong = [row.external_id for row in rows if row.external_id in expected and row.level != str(world.generation)]
    pages = [] if counted[guards.CATALOGUE] == len(expected) else [f"{counted[guards.CATALOGUE]} items were read"]
    return [*wrong, *(expected - listed.keys()), *(listed.keys() - expected - mentioned), *pages,
            *(key for key, count in listed.items() if count > 1)]


def _events(database: Database) -> Counter[tuple[Any, ...]]:
    e, p = t.event, t.learner
    with database.read() as tx:
        rows = tx.execute(select(p.c.username, e.c.kind, e.c.record, e.c.external_id, e.c.details)
                          .join(p, p.c.id == e.c.learner_id))
        return Counter((*row[:4], repr(sorted(row[4].items()))) for row in rows)


def _address(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


if __name__ == "__main__":
    main()

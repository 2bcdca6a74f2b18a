"""Many learners at once through every layer that remembers something: does anybody ever get another one's answer?

A small platform on loopback answers each account with its own marker. Threads ask for random learners through adapters
that share one catalogue cache, one store and one application; every answer is searched for markers of others. Layers:
platform session and catalogue cache (a session per call, as a refresh has it); store, page and sections (a browser per
call, as a learner has it).

``python -m bench.isolation [--requests 100000] [--learners 50] [--threads 8]``
"""

from __future__ import annotations

import argparse
import json
import re
import secrets
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

from adapters.cache import CatalogueCache
from adapters.egress import EgressPolicy
from adapters.records import Capability, Enrolment, LearningResource, Snapshot, Status
from adapters.session import PlatformSession
from portal.app import create_app
from portal.config import Settings
from portal.refresh.applying import apply_learner
from portal.store import people, platforms, sessions
from portal.store.database import Database
from portal.store.people import Person
from portal.store.upgrade import upgrade

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MARKER = re.compile(r"marker-(\d+)-")
PATHS = ("/", "/sections/continue?layout=1", "/?all=continue")


@dataclass(frozen=True)
class Result:
    """requests: by layer. foreign: answers with somebody else's marker. missing: answers without the own one."""

    requests: Counter[str]
    foreign: int
    missing: int
    seconds: float


def measure(requests: int, learners: int, threads: int, folder: Path) -> Result:
    """Half of the requests go to the platform, half to the portal."""
    with _platform() as base, _portal(folder, learners) as visit:
        cache = CatalogueCache(folder / "cache.sqlite")

        def one(number: int) -> tuple[str, set[str], set[str]]:
            """Layer, the markers that must be there, the markers that are."""
            chance = Random(number)
            learner = chance.randrange(learners)
            own = {str(learner)}
            if number % 2:
                path = chance.choice(PATHS)
                return "portal", own, set(MARKER.findall(visit(learner, path)))
            catalogue = chance.random() < 0.25
            return "platform", set() if catalogue else own, set(MARKER.findall(_ask(base, cache, learner, catalogue)))

        counted: Counter[str] = Counter()
        foreign = missing = 0
        started = time.monotonic()
        with ThreadPoolExecutor(threads) as pool:
            for layer, own, seen in pool.map(one, range(requests)):
                counted[layer] += 1
                foreign += bool(seen - own)
                missing += bool(own - seen)
        return Result(counted, foreign, missing, time.monotonic() - started)


def _ask(base: str, cache: CatalogueCache, learner: int, catalogue: bool) -> str:
    """One reading with a session of its own, as a refresh has it; readings of the catalogue come from the cache."""
    with PlatformSession(base, connection="7", policy=EgressPolicy(allow_private=True), cache=cache) as session:
        session.use_bearer(f"token-{learner}" if not catalogue else "token")
        if catalogue:
            return str(session.get_json("catalogue", scope=session.public()))
        return str(session.get_json("mine", scope=session.of_learner(str(learner)), params={"account": learner}))


class _Platform(BaseHTTPRequestHandler):
    """Answers with a marker of whoever is asked about; says that everybody may keep it, which nobody may believe."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        account = parse_qs(url.query).get("account", ["nobody"])[0]
        body = json.dumps({"title": "of everybody" if url.path == "/catalogue" else f"marker-{account}-"}).encode()
        self.send_response(200)
        for name, value in (("Content-Type", "application/json"), ("Content-Length", str(len(body))),
                            ("Cache-Control", "public, max-age=3600"), ("ETag", '"same"'),
                            ("Set-Cookie", f"who={account}")):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        return


@contextmanager
def _platform() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Platform)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def _portal(folder: Path, learners: int) -> Iterator[Callable[[int, str], str]]:
    """A portal with that many signed-in learners, each with one course that names them."""
    settings = Settings(
        base_url="http://localhost", database=f"sqlite:///{folder}/isolation.sqlite", data_folder=folder,
        secret_key=SecretStr("i" * 40), issuer="https://id.example.com", client_id="bench",
        client_secret=SecretStr("bench"))
    database = Database(settings.database)
    upgrade(database)
    cookies = _seed(database, settings, learners)
    app = create_app(settings, clock=lambda: NOW)

    def visit(learner: int, path: str) -> str:
        client = app.test_client()
        client.set_cookie("homeroom", cookies[learner])
        answer = client.get(path)
        assert answer.status_code == 200, answer.status
        return answer.text
    yield visit
    database.close()


def _seed(database: Database, settings: Settings, learners: int) -> list[str]:
    cookies = [secrets.token_urlsafe(32) for _ in range(learners)]
    with database.write() as tx:
        connection = platforms.add(
            tx, adapter="bench", name="Campus", settings={}, allow_private=False, now=NOW,
            launch_hosts=frozenset({"learn.example.com"}), capabilities=frozenset({Capability.ENROLMENTS}))
        for number, cookie in enumerate(cookies):
            learner = people.save(tx, Person(issuer=settings.issuer, subject=str(number), name=f"marker-{number}-",
                                             roles=("learner",)), NOW)
            course = LearningResource(external_id=str(number), title=f"marker-{number}-")
            apply_learner(tx, learner.id, connection, 1, [Snapshot(
                capability=Capability.ENROLMENTS, observed_at=NOW, resources=(course,), enrolments=(Enrolment(
                    external_id=str(number), resource_id=str(number), status=Status.IN_PROGRESS),))], {}, NOW)
            sessions.open_session(tx, sessions.hash_of(cookie), learner, sid=None, id_token="", now=NOW,
                                  authenticated_at=NOW, ends_at=NOW + timedelta(hours=12))
    return cookies


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--requests", type=int, default=100_000)
    options.add_argument("--learners", type=int, default=50)
    options.add_argument("--threads", type=int, default=8)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = measure(chosen.requests, chosen.learners, chosen.threads, Path(folder))
    for layer, count in sorted(result.requests.items()):
        print(f"{layer:10} {count:8,} requests")
    print(f"foreign    {result.foreign:8,} answers with another learner's data")
    print(f"missing    {result.missing:8,} answers without the learner's own")
    print(f"time       {result.seconds:8.1f} s, {chosen.threads} threads, {chosen.learners} learners")
    raise SystemExit(1 if result.foreign or result.missing else 0)


if __name__ == "__main__":
    main()

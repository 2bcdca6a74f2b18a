"""A platform for measurements: many learners, a catalogue of many pages, slow answers; and the adapter that reads it.

What it says depends on its generation only, so two portals that read the same generations must end up the same.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from adapters.contract import (
    Adapter,
    CheckStep,
    IdentifiesLearners,
    Manifest,
    Outcome,
    ReadsCatalogue,
    ReadsChanges,
    ReadsEnrolments,
    VerificationLevel,
)
from adapters.records import (
    Account,
    Capability,
    CataloguePage,
    ChangesPage,
    Enrolment,
    LearnerIdentity,
    LearningResource,
    Snapshot,
    Status,
)
from adapters.settings import BaseUrl, ConnectionSettings, field

PAGE = 10


@dataclass(slots=True)
class World:
    """generation: moves on between readings. latency: seconds before every answer."""

    learners: int
    resources: int
    generation: int = 1
    latency: float = 0.01

    def catalogue(self) -> list[str]:
        """Every generation some entries are dropped, and others are new."""
        return [f"r{n}" for n in range(self.resources) if (n + self.generation) % 10]

    def standing(self, learner: int) -> list[dict[str, Any]]:
        """Four courses each; one more is finished with every generation."""
        return [{"id": f"l{learner}e{n}", "resource": f"r{(learner * 7 + n) % self.resources}",
                 "done": n < self.generation - 1, "progress": min(1.0, (n + 1) * self.generation / 20)}
                for n in range(4)]

    def changed(self, start: int) -> tuple[list[str], int]:
        """Every third learner, a few to a page."""
        names = [f"learner{n}" for n in range(0, self.learners, 3)]
        return names[start:start + PAGE], len(names)


@contextmanager
def serving(world: World) -> Iterator[str]:
    """Yields the address of the platform, on loopback."""
    server = _Server(("127.0.0.1", 0), _Answers)
    server.daemon_threads = True
    server.world = world
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    world: World

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers are killed in the middle of an answer: that is the purpose."""


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65_536

    def do_GET(self) -> None:
        world: World = self.server.world        # type: ignore[attr-defined]
        time.sleep(world.latency)
        parts = urlsplit(self.path)
        asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
        start = int(asked.get("start", 0))
        if parts.path == "/catalogue":
            every = world.catalogue()
            said: Any = {"items": every[start:start + PAGE], "total": len(every), "generation": world.generation,
                         "next": start + PAGE if start + PAGE < len(every) else None}
        elif parts.path == "/changes":
            names, total = world.changed(start)
            more = start + PAGE < total
            said = {"names": names, "next": start + PAGE if more else 0, "more": more}
        else:
            said = world.standing(int(asked["learner"]))
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        return


class PagedSettings(ConnectionSettings):
    base_url: BaseUrl = field("Address", "Where it is")


class Paged(Adapter[PagedSettings], IdentifiesLearners, ReadsEnrolments, ReadsCatalogue, ReadsChanges):
    manifest: ClassVar[Manifest] = Manifest(
        key="paged", name="Paged", vendor="Bench", homepage="https://example.org", summary="For measurements",
        verification=VerificationLevel.LIVE, verified_against="itself")
    Settings: ClassVar[type[ConnectionSettings]] = PagedSettings

    @classmethod
    def base_address(cls, settings: PagedSettings) -> str:
        return settings.base_url

    def check(self) -> Iterator[CheckStep]:
        yield CheckStep(name="paged", outcome=Outcome.OK)

    def find_account(self, learner: LearnerIdentity) -> Account:
        name = learner.username or ""
        return Account(external_id=name.removeprefix("learner"), matched_by="username", matched_value=name)

    def enrolments(self, account: Account) -> Snapshot:
        said = self.session.get_json("/standing", scope=self.session.of_learner(account.external_id),
                                     params={"learner": account.external_id})
        return Snapshot(
            capability=Capability.ENROLMENTS, observed_at=self.now(),
            resources=tuple(LearningResource(external_id=one["resource"], title=one["resource"]) for one in said),
            enrolments=tuple(Enrolment(
                external_id=one["id"], resource_id=one["resource"],
                status=Status.COMPLETED if one["done"] else Status.IN_PROGRESS, progress=one["progress"])
                for one in said))

    def catalogue(self, cursor: str | None) -> CataloguePage:
        said = self.session.get_json("/catalogue", scope=self.session.of_learner("catalogue"),
                                     params={"start": cursor or "0"})
        return CataloguePage(
            resources=tuple(LearningResource(external_id=key, title=key, level=str(said["generation"]))
                            for key in said["items"]),
            observed_at=self.now(), next_cursor=None if said["next"] is None else str(said["next"]),
            total=said["total"])

    def changed_since(self, cursor: str | None) -> ChangesPage:
        said = self.session.get_json("/changes", scope=self.session.of_learner("changes"),
                                     params={"start": cursor or "0"})
        return ChangesPage(learners=tuple(LearnerIdentity(username=name) for name in said["names"]),
                           next_cursor=str(said["next"]), more=said["more"])

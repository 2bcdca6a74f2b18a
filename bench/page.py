"""CPU time of one home page (4 sections, 30 cards), against the floor: the same template without database.

Both are measured in one run, interleaved, so that a noisy machine disturbs them alike; what counts is the ratio.
``python -m bench.page [--database ADDRESS] [--rounds N]``
"""

from __future__ import annotations

import argparse
import gc
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from flask import Flask
from pydantic import SecretStr

from adapters.records import (
    Assignment,
    Badge,
    Capability,
    Due,
    Enrolment,
    LearningResource,
    Recommendation,
    Snapshot,
    Status,
)
from portal.app import create_app
from portal.config import Settings
from portal.home import views
from portal.learner_view import Learner
from portal.refresh.applying import apply_learner
from portal.store import ledger, people, platforms, sessions
from portal.store.database import Database
from portal.store.people import Person
from portal.store.sessions import hash_of
from portal.store.upgrade import upgrade

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
COOKIE = "b" * 43
ENROLLED, DUE, PROPOSED, BADGES = 7, 8, 6, 6
PATH = "/?all=continue"
"""All courses under way, and the usual number of the others: 31 cards."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--database", help="address of an empty database; default: a SQLite file")
    options.add_argument("--rounds", type=int, default=300)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        address = chosen.database or f"sqlite:///{folder}/bench.sqlite"
        settings = Settings(
            database=address, data_folder=Path(folder), secret_key=SecretStr("b" * 40),
            issuer="https://id.example.com", client_id="bench", client_secret=SecretStr("bench"))
        _seed(settings)
        app = create_app(settings, clock=lambda: NOW)
        page, floor = _page(app), _floor(app)
        body = page()
        cards = len(re.findall(r'<li class="(?:course|line|medal)"', body))
        for _ in range(30):
            page()
            floor()
        gc.disable()
        spent = [(_cpu(page), _cpu(floor)) for _ in range(chosen.rounds)]
        whole, least = (statistics.median(series) for series in zip(*spent, strict=True))
        print(f"home page   {whole:6.2f} ms CPU (median of {chosen.rounds}; {len(body):,} bytes, {cards} cards)")
        print(f"floor       {least:6.2f} ms CPU (same template, same data, no session and no database)")
        print(f"ratio       {whole / least:6.2f}")


def _cpu(call: Callable[[], str]) -> float:
    started = time.process_time()
    call()
    return (time.process_time() - started) * 1000


def _page(app: Flask) -> Callable[[], str]:
    client = app.test_client()
    client.set_cookie("homeroom", COOKIE, domain="127.0.0.1")

    def get() -> str:
        answer = client.get(PATH, base_url="http://127.0.0.1:8000")
        assert answer.status_code == 200, answer.status
        return answer.text
    return get


def _floor(app: Flask) -> Callable[[], str]:
    """The template with the view objects of one page, built once."""
    kept: dict[str, object] = {}
    original = views.render_template

    def remember(name: str, **context: object) -> str:
        kept.update(name=name, **context)
        return original(name, **context)

    views.render_template = remember        # type: ignore[assignment]
    try:
        _page(app)()
    finally:
        views.render_template = original
    template = app.jinja_env.get_template(str(kept.pop("name")))

    def render() -> str:
        with app.test_request_context(PATH, base_url="http://127.0.0.1:8000"):
            return template.render(**kept)
    return render


def _seed(settings: Settings) -> None:
    database = Database(settings.database)
    upgrade(database)
    with database.write() as tx:
        learner = people.save(tx, Person(issuer=settings.issuer, subject="1", email="ada@example.org", name="Ada Byron",
                                         given_name="Ada", language="en", roles=("learner",)), NOW)
        for number in range(4):
            connection = platforms.add(
                tx, adapter="bench", name=f"Platform {number}", settings={}, allow_private=False,
                launch_hosts=frozenset({"learn.example.com"}), now=NOW,
                capabilities=frozenset({Capability.ENROLMENTS, Capability.BADGES, Capability.RECOMMENDATIONS}))
            ledger.enqueue(tx, learner.id, [connection], ledger.Priority.ACTIVE, NOW)
            job = ledger.claim(tx, "bench", NOW, timedelta(minutes=5))
            assert job is not None
            apply_learner(tx, learner.id, connection, 1, _answers(number), {}, NOW - timedelta(minutes=12))
            ledger.finish(tx, job, NOW - timedelta(minutes=12), NOW, complete=True)
        _sign_in(tx, learner)
    database.close()


def _sign_in(tx: object, learner: Learner) -> None:
    sessions.open_session(tx, hash_of(COOKIE), learner, sid="1", id_token="", now=NOW,  # type: ignore[arg-type]
                          authenticated_at=NOW, ends_at=NOW + timedelta(hours=12))


def _answers(platform: int) -> list[Snapshot]:
    """A quarter of the page's cards, plus as much again that the page does not show."""
    def share(total: int) -> range:
        return range(platform, total * 2, 4)

    def resource(name: str, n: int) -> LearningResource:
        return LearningResource(
            external_id=f"{name}{n}", title=f"{name.title()} for engineers, part {n}", topics=("Safety",),
            language="en", url=f"https://learn.example.com/{name}/{n}", duration=timedelta(minutes=35),
            summary="What to do, in which order, and whom to tell.")

    return [
        Snapshot(capability=Capability.ENROLMENTS, observed_at=NOW,
                 resources=tuple(resource("course", n) for n in share(ENROLLED))
                 + tuple(resource("duty", n) for n in share(DUE)),
                 enrolments=tuple(Enrolment(
                     external_id=f"e{n}", resource_id=f"course{n}", status=Status.IN_PROGRESS, progress=n / 40,
                     last_activity_at=NOW - timedelta(days=n)) for n in share(ENROLLED)),
                 assignments=tuple(Assignment(
                     external_id=f"a{n}", resource_id=f"duty{n}", required=n % 2 == 0,
                     due=Due(date(2026, 11, 18) + timedelta(days=n))) for n in share(DUE))),
        Snapshot(capability=Capability.RECOMMENDATIONS, observed_at=NOW,
                 resources=tuple(replace(resource("idea", n), open_to_all=True) for n in share(PROPOSED)),
                 recommendations=tuple(Recommendation(
                     external_id=f"r{n}", resource_id=f"idea{n}", rank=n + 1, reason="Others in your team took it")
                     for n in share(PROPOSED))),
        Snapshot(capability=Capability.BADGES, observed_at=NOW, badges=tuple(Badge(
            external_id=f"b{n}", name=f"First aider {n}", issuer="Campus", issued_at=NOW - timedelta(days=n))
            for n in share(BADGES))),
    ]


if __name__ == "__main__":
    main()

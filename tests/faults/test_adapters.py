"""The faults of wire and content through real adapters: a typed error of the right kind, and a store that keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters import errors, registry
from adapters.answer import Limits
from adapters.cache import CatalogueCache
from adapters.errors import (
    BadAnswer,
    BlockedAddress,
    Misconfigured,
    PlatformError,
    RateLimited,
    TimedOut,
    Unreachable,
)
from adapters.records import Account
from adapters.session import NoThrottle
from adapters.xapi.agents import account_id
from portal.connections.connecting import connect
from portal.connections.opening import Opener
from portal.learner_view import Learner
from portal.priority import Priority
from portal.refresh.applying import apply_learner
from portal.refresh.run import Refresher
from portal.security.vault import Vault
from portal.store import ledger, platforms
from portal.store.database import Database
from portal.store.holdings import holdings
from tests.adapters.test_session import FAULTS
from tests.adapters.wire import Piece, ok, saying
from tests.conftest import FrozenClock
from tests.factories import NOW, a_learner, an_answer, an_enrolment
from tests.faults import addresses, zoo
from tests.faults.addresses import HOST, NameServer
from tests.scripted import SETTINGS

LIMITS = Limits(connect_seconds=0.2, total_seconds=0.5, raw_bytes=200_000, inflated_bytes=400_000)

VENDORS: dict[str, dict[str, str]] = {
    "moodle": {"token": "canary-token-5d0c"},
    "xapi": {"client_id": "homeroom", "client_secret": "canary-token-5d0c"},
}
ACCOUNTS = {"moodle": "7", "xapi": account_id(email="ada@example.org", home_page=None, name=None) or ""}

SAID_OTHERWISE: dict[tuple[str, str], type[PlatformError]] = {
    # Moodle: 403 says that web services are switched off, which is a setting; xAPI: at the endpoint there is no store
    ("moodle", "F20 403"): Misconfigured, ("xapi", "F21 404"): Misconfigured,
}

Place = Callable[[pytest.MonkeyPatch], AbstractContextManager[str]]


def _wire(*pieces: Piece) -> Place:
    @contextmanager
    def place(_monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
        with saying(*pieces) as wire:
            yield wire.base
    return place


def _named(answer: Any) -> Place:
    @contextmanager
    def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
        NameServer(answer).install(monkeypatch)
        yield f"https://{HOST}"
    return place


CASES: list[tuple[str, Place, type[PlatformError]]] = [
    ("F01 refused", lambda _m: addresses.refusing(), Unreachable),
    ("F02 black hole", lambda _m: addresses.black_hole(), TimedOut),
    ("F03 name unknown", _named(addresses.unknown), Unreachable),
    ("F05 name flips", _named(addresses.at("169.254.169.254")), BlockedAddress),
    ("F10 reset", _wire(*zoo.RESET), Unreachable),
    ("F14 503 with a date", _wire(zoo.status("503 Busy", "Retry-After: Fri, 20 Nov 2026 12:15:00 GMT")), RateLimited),
    ("F28 null", _wire(ok(b"null")), BadAnswer),
    ("F28 an object", _wire(ok(b"{}")), BadAnswer),
    ("F28 a number", _wire(ok(b"7")), BadAnswer),
    *((name, _wire(*pieces), kind) for name, pieces, kind, _ in FAULTS),
]


def _known(database: Database, vendor: str, base: str) -> tuple[Learner, int]:
    """A learner whose account is known and who has one course there."""
    with database.write() as tx:
        learner = a_learner(tx)
        connection = connect(tx, Vault(SETTINGS), registry.default().get(vendor), name="Campus", allow_private=True,
                             actor="test", now=NOW, values={"base_url": base, **VENDORS[vendor]})
        platforms.link(tx, learner.id, connection, Account(external_id=ACCOUNTS[vendor], matched_by="email"), NOW)
        apply_learner(tx, learner.id, connection, 1, [an_answer(enrolments=(an_enrolment(),))], {}, NOW)
    return learner, connection


def _held(database: Database, learner: Learner) -> Any:
    with database.read() as tx:
        return holdings(tx, learner)["enrolments"]


@pytest.mark.usefixtures("threads_come_back")
@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(("fault", "place", "kind"), CASES, ids=[case[0] for case in CASES])
def test_real_adapter(vendor: str, fault: str, place: Place, kind: type[PlatformError], sqlite_database: Database,
                      monkeypatch: pytest.MonkeyPatch, tmp_path: Path, log: pytest.LogCaptureFixture) -> None:
    store, expected = sqlite_database, SAID_OTHERWISE.get((vendor, fault), kind)
    with ExitStack() as stack:
        base = stack.enter_context(place(monkeypatch))
        learner, connection = _known(store, vendor, base)
        before = _held(store, learner)
        clock = FrozenClock(NOW + timedelta(minutes=5))
        opener = Opener(registry=registry.default(), vault=Vault(SETTINGS), database=store, clock=clock, limits=LIMITS,
                        cache=CatalogueCache(tmp_path / "cache.sqlite"), throttle=lambda _c, _l: NoThrottle())
        with store.write() as tx:
            ledger.enqueue(tx, learner.id, [connection], Priority.INTERACTIVE, clock())
        refresher = Refresher(database=store, opener=opener, clock=clock, active_every=timedelta(minutes=30),
                              worker="test")
        assert refresher.run_next() is not None
    with store.read() as tx:
        (line,) = ledger.states(tx, learner.id)
    assert issubclass(getattr(errors, str(line["failure"])), expected), line
    assert before
    assert _held(store, learner) == before
    for text in (line["failure_reason"], log.text):
        assert "canary" not in text
        assert "ada@example.org" not in text

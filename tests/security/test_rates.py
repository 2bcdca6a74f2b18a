"""A flood from one address is slowed down, and nobody else notices."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.app import create_app
from portal.security.rates import RateLimit
from portal.store.database import Database
from tests.conftest import FrozenClock
from tests.portals import settings_for


@pytest.fixture
def limit(clock: FrozenClock) -> RateLimit:
    return RateLimit(3, timedelta(minutes=1), clock)


def test_limit__counts_per_caller_and_window(limit: RateLimit, clock: FrozenClock) -> None:
    assert [limit.seconds_to_wait("10.0.0.1") for _ in range(4)] == [0, 0, 0, 60]
    assert limit.seconds_to_wait("10.0.0.2") == 0
    clock.forward(seconds=45)
    assert limit.seconds_to_wait("10.0.0.1") == 15
    clock.forward(seconds=15)
    assert limit.seconds_to_wait("10.0.0.1") == 0


@pytest.mark.parametrize(("one", "other", "same"), [
    ("2001:db8::1", "2001:db8::2", True), ("2001:db8::1", "2001:db8:0:1::1", False), ("10.0.0.1", "10.0.0.2", False),
    (None, "nonsense", True)])
def test_limit__knows_who_is_the_same(limit: RateLimit, one: str | None, other: str | None, same: bool) -> None:
    for _ in range(3):
        limit.seconds_to_wait(one)
    assert (limit.seconds_to_wait(other) > 0) is same


@pytest.mark.parametrize(("path", "method"), [
    ("/sign-in/start", "GET"), ("/sign-in/callback", "GET"), ("/sign-in/back-channel-logout", "POST")])
def test_sign_in__flood_is_answered_with_429(path: str, method: str, sqlite_database: Database, clock: FrozenClock,
                                             monkeypatch: pytest.MonkeyPatch) -> None:
    """S38."""
    monkeypatch.setattr("portal.signin.views.KNOCKS", 2)
    client = create_app(settings_for(sqlite_database, issuer="https://127.0.0.1:1"), clock=clock).test_client()
    answers = [client.open(path, method=method) for _ in range(3)]
    assert answers[1].status_code != 429
    assert (answers[2].status_code, answers[2].headers["Retry-After"]) == (429, "60")
    elsewhere = client.open(path, method=method, environ_base={"REMOTE_ADDR": "10.0.0.9"})
    assert elsewhere.status_code != 429
    assert client.get("/sign-in").status_code == 200

"""PlatformSession against a platform that is slow, wrong or hostile. Ids are those of the fault list."""

from __future__ import annotations

import gzip
import threading
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.answer import Limits, wait_until
from adapters.cache import CatalogueCache
from adapters.egress import EgressPolicy
from adapters.errors import (
    BadAnswer,
    BlockedAddress,
    CredentialsRefused,
    Forbidden,
    Misconfigured,
    PlatformError,
    RateLimited,
    TimedOut,
    Unreachable,
)
from adapters.session import PlatformSession, Scope
from tests.adapters.wire import Piece, ok, saying

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LIMITS = Limits(connect_seconds=0.3, total_seconds=0.6, raw_bytes=200_000, inflated_bytes=400_000)
DRIP: list[Piece] = [part for _ in range(40) for part in (b" ", 0.1)]


def a_session(base: str, **changed: object) -> PlatformSession:
    values = {"policy": EgressPolicy(allow_private=True), "limits": LIMITS, "now": lambda: NOW, **changed}
    return PlatformSession(base, **values)  # type: ignore[arg-type]


FAULTS: list[tuple[str, list[Piece], type[PlatformError], str]] = [
    ("F07 accepts and never answers", [5.0], TimedOut, "deadline"),
    ("F08 headers drip", [b"HTTP/1.1 200 OK\r\nX-A: ", *DRIP], TimedOut, "deadline"),
    ("F09 body drips", [b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", *DRIP], TimedOut, "deadline"),
    ("F10 closes in the middle of the body", [b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"a\""], Unreachable,
     "incomplete"),
    ("F11 closes before the headers end", [b"HTTP/1.1 200 OK\r\nConte"], Unreachable, "incomplete"),
    ("F12 broken chunks", [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"], BadAnswer,
     "bad framing"),
    ("F12 closes between two chunks", [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"], Unreachable,
     "incomplete"),
    ("F12 not HTTP at all", [b"SSH-2.0-OpenSSH_9.2\r\n"], BadAnswer, "bad framing"),
    ("F13 500", [ok(b"oops", b"text/html", status=b"500 No")], Unreachable, "HTTP 500"),
    ("F14 503 with Retry-After", [ok(b"", more=b"Retry-After: 120\r\n", status=b"503 Busy")], RateLimited, "HTTP 503"),
    ("F15 429", [ok(b"", more=b"Retry-After: 30\r\n", status=b"429 Slow")], RateLimited, "HTTP 429"),
    ("F18 401", [ok(b"", status=b"401 No")], CredentialsRefused, "HTTP 401"),
    ("F20 403", [ok(b"", status=b"403 No")], Forbidden, "HTTP 403"),
    ("F21 404", [ok(b"", status=b"404 No")], BadAnswer, "HTTP 404"),
    ("F23 redirect to a login page", [ok(b"", more=b"Location: /login\r\n", status=b"302 Go")], BadAnswer, "sign-in"),
    ("F24 redirect to metadata", [ok(b"", more=b"Location: http://169.254.169.254/\r\n", status=b"302 Go")],
     BlockedAddress, "redirect blocked"),
    ("F25 redirect to itself", [ok(b"", more=b"Location: /api\r\n", status=b"302 Go")], BadAnswer, "redirected"),
    ("F26 maintenance page", [ok(b"<html><title>Back soon</title>", b"text/html")], BadAnswer, "HTML"),
    ("F26 HTML that claims to be JSON", [ok(b"<html>")], BadAnswer, "markup"),
    ("F27 cut JSON", [ok(b'{"a": [1, 2')], BadAnswer, "parse error"),
    ("F27 trailing comma", [ok(b'{"a": 1,}')], BadAnswer, "parse error"),
    ("F28 empty body", [ok(b"")], BadAnswer, "empty"),
    ("F30 announces 300 MB", [b"HTTP/1.1 200 OK\r\nContent-Length: 300000000\r\n\r\n"], BadAnswer, "too large"),
    ("F30 sends more than allowed", [b"HTTP/1.1 200 OK\r\n\r\n", b" " * 300_000], BadAnswer, "too large"),
    ("F30 gzip bomb", [ok(gzip.compress(b" " * 5_000_000), more=b"Content-Encoding: gzip\r\n")], BadAnswer,
     "too large"),
    ("F30 broken gzip", [ok(b"not gzip", more=b"Content-Encoding: gzip\r\n")], BadAnswer, "compression"),
    ("F30 unknown encoding", [ok(b"x", more=b"Content-Encoding: brunsli\r\n")], BadAnswer, "encoding"),
    ("F31 100,000 deep", [ok(b"[" * 60_000 + b"]" * 60_000)], BadAnswer, "parse limits"),
    ("F31 endless number", [ok(b"1" * 100_000)], BadAnswer, "parse limits"),
    ("F31 NaN", [ok(b'{"a": NaN}')], BadAnswer, "parse limits"),
    ("F31 1e999", [ok(b'{"a": 1e999}')], BadAnswer, "parse limits"),
    ("F32 Latin-1 without saying so", [ok('{"a": "é"}'.encode("latin-1"))], BadAnswer, "charset"),
    ("F32 unknown charset", [ok('{"a": "é"}'.encode("latin-1"), b"application/json; charset=klingon")], BadAnswer,
     "charset"),
]


@pytest.mark.parametrize(("fault", "pieces", "kind", "reason"), FAULTS, ids=[row[0] for row in FAULTS])
def test_fault(fault: str, pieces: list[Piece], kind: type[PlatformError], reason: str) -> None:
    with saying(*pieces) as wire, a_session(wire.base) as session, pytest.raises(kind) as caught:
        session.get_json("api?key=SECRET-IN-QUERY", scope=session.of_learner("1"))
    assert reason in caught.value.reason
    assert caught.value.operation == "GET /api"
    assert "SECRET" not in str(caught.value.as_json())


GOOD: list[tuple[str, list[Piece], object]] = [
    ("plain", [ok(b'{"a": "\xc3\xa9"}')], {"a": "é"}),
    ("byte-order mark", [ok(b'\xef\xbb\xbf{"a": 1}')], {"a": 1}),
    ("Latin-1 that says so", [ok('{"a": "é"}'.encode("latin-1"), b"application/json; charset=ISO-8859-1")], {"a": "é"}),
    ("UTF-8 under a wrong header", [ok('{"a": "é"}'.encode(), b"application/json; charset=ISO-8859-1")], {"a": "é"}),
    ("UTF-16", [ok('{"a": "é"}'.encode("utf-16"), b"application/json; charset=UTF-16")], {"a": "é"}),
    ("UTF-16 without a mark", [ok('{"a": "é"}'.encode("utf-16-le"))], {"a": "é"}),
    ("gzip", [ok(gzip.compress(b'{"a": 1}'), more=b"Content-Encoding: gzip\r\n")], {"a": 1}),
    ("deflate", [ok(zlib.compress(b'{"a": 1}'), more=b"Content-Encoding: deflate\r\n")], {"a": 1}),
    ("a text full of brackets is not deep", [ok(b'{"a": "' + b"[{" * 500 + b'\\""}')], {"a": "[{" * 500 + '"'}),
    ("200 objects side by side are not deep", [ok(b"[" + b",".join([b"{}"] * 200) + b"]")], [{}] * 200),
]


@pytest.mark.parametrize(("case", "pieces", "expected"), GOOD, ids=[row[0] for row in GOOD])
def test_answer(case: str, pieces: list[Piece], expected: object) -> None:
    with saying(*pieces) as wire, a_session(wire.base) as session:
        assert session.get_json("api", scope=session.of_learner("1")) == expected


def test_fault__leaves_no_thread_behind() -> None:
    before = threading.active_count()
    with saying(5.0) as wire, a_session(wire.base) as session, pytest.raises(TimedOut):
        session.get_json("api", scope=session.of_learner("1"))
    assert threading.active_count() <= before


def test_scope__a_call_without_one_or_with_a_strangers_raises() -> None:
    session = a_session("http://127.0.0.1:9", connection="7")
    for scope in (None, "public", Scope("8", "1")):
        with pytest.raises(ValueError, match="scope"):
            session.get_json("x", scope=scope)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="empty"):
        session.of_learner("")


def test_address__another_host_is_never_called() -> None:
    session = a_session("http://127.0.0.1:9/base")
    with pytest.raises(BadAnswer, match="another host"):
        session.get_json("http://evil.example/more", scope=session.public())
    with pytest.raises(Misconfigured):
        session.get_json("a\r\nX-Evil: 1", scope=session.public())


@pytest.mark.parametrize(("text", "wait"), [
    ("120", timedelta(seconds=120)), ("0", timedelta(seconds=1)), ("999999999999", timedelta(hours=1)),
    ("Fri, 20 Nov 2026 12:05:00 GMT", timedelta(minutes=5)), ("Fri, 20 Nov 2020 12:05:00 GMT", timedelta(minutes=1)),
    ("Sat, 20 Nov 2027 12:05:00 GMT", timedelta(hours=1)), ("soon", timedelta(minutes=1)), (None, timedelta(minutes=1)),
    ("-5", timedelta(minutes=1)), ("٣", timedelta(minutes=1)),
], ids=str)
def test_retry_after__becomes_a_moment_between_a_second_and_an_hour(text: str | None, wait: timedelta) -> None:
    assert wait_until(text, NOW) - NOW == wait


def test_cache__serves_catalogue_readings_and_costs_no_permission(tmp_path: Path) -> None:
    with saying(ok(b'{"a": 1}')) as wire:
        session = a_session(wire.base, cache=CatalogueCache(tmp_path / "c.sqlite"))
        for _ in range(3):
            assert session.get_json("catalogue", scope=session.public()) == {"a": 1}
        assert len(wire.requests) == 1
        session.close()


def test_cache__personal_readings_never_come_near_it(tmp_path: Path) -> None:
    with saying(ok(b'{"a": 1}')) as wire:
        session = a_session(wire.base, cache=CatalogueCache(tmp_path / "c.sqlite"))
        for _ in range(3):
            session.get_json("mine", scope=session.of_learner("1"))
        assert len(wire.requests) == 3
        assert not (tmp_path / "c.sqlite").exists()
        session.close()


def test_cache__a_changed_secret_or_another_connection_sees_nothing_of_it(tmp_path: Path) -> None:
    cache = CatalogueCache(tmp_path / "c.sqlite")
    with saying(ok(b'{"a": 1}')) as wire:
        for connection, version in (("1", "1"), ("1", "2"), ("2", "1"), ("1", "1")):
            with a_session(wire.base, cache=cache, connection=connection, credentials_version=version) as session:
                session.get_json("catalogue", scope=session.public())
        assert len(wire.requests) == 3


def test_cache__file_is_private_and_holds_no_credential(tmp_path: Path) -> None:
    with saying(ok(b'{"a": 1}', more=b"Set-Cookie: sid=COOKIE-CANARY\r\n")) as wire:
        session = a_session(wire.base, cache=CatalogueCache(tmp_path / "c" / "c.sqlite"))
        session.use_bearer("TOKEN-CANARY")
        session.get_json("catalogue", scope=session.public())
        session.close()
    for path in (tmp_path / "c").iterdir():
        assert path.stat().st_mode & 0o077 == 0
        assert b"TOKEN-CANARY" not in path.read_bytes()
        assert b"COOKIE-CANARY" not in path.read_bytes()

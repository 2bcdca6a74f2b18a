"""Samples: recorded answers and what they must become. A vendor's tests are data in its ``samples`` folder.

``NAME.json``::

    {"about": "what this shows", "origin": "recorded from Moodle 4.5.6 on 2026-11-08, trimmed",
     "now": "2026-11-20T12:00:00+00:00",                      # optional: the clock
     "settings": {"token": "t", …},                           # base_url is set by the player
     "ask": {"read": "enrolments", "account": {"external_id": "3"}}      # or
     "ask": {"find_account": {"email": "alice@example.org"}},            # or
     "ask": {"changes": null},                                           # a cursor, as text or as JSON; or
    "ask": {"check": true},
     "exchanges": [{"method": "POST", "path": "/webservice/rest/server.php", "match": {"wsfunction": "…"},
                    "status": 200, "headers": {"Content-Type": "application/json"}, "body": …}]}

``NAME.expected.json`` holds ``{"snapshot": …}``, ``{"account": …}``, ``{"changes": …}``, ``{"steps": …}`` or
``{"error": {"type": …}}`` in the compact form of ``as_json``. ``match`` names query or form parameters that must be
equal; the first exchange that fits answers (several times if asked again, unless "once" is true); an unexpected call is
an error of the sample.
``body`` is JSON, or text when it is a string; "{base}" in it stands for the server's address.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from adapters.answer import Limits
from adapters.as_json import as_json, compact
from adapters.contract import Adapter, IdentifiesLearners, ReadsChanges, read
from adapters.egress import EgressPolicy
from adapters.errors import PlatformError
from adapters.opening import open_adapter, parse_settings
from adapters.records import Account, Capability, LearnerIdentity


@dataclass(frozen=True, slots=True)
class Sample:
    path: Path
    content: dict[str, Any]
    expected: dict[str, Any]

    @property
    def name(self) -> str:
        return self.path.stem


def samples_in(folder: Path) -> list[Sample]:
    """Every sample of a vendor folder, sorted by name. Raises FileNotFoundError when an expectation is missing."""
    found = []
    for path in sorted((folder / "samples").glob("*.json")):
        if not path.name.endswith(".expected.json"):
            expected = json.loads(path.with_suffix(".expected.json").read_text("utf-8"))
            found.append(Sample(path, json.loads(path.read_text("utf-8")), expected))
    return found


def play(adapter: type[Adapter[Any]], sample: Sample) -> dict[str, Any]:
    """Run the adapter against the recorded answers, over a real socket; returns what the expectation must equal."""
    with answering(sample.content["exchanges"]) as base:
        values = {**sample.content.get("settings", {})}
        if "base_url" in adapter.Settings.model_fields:
            values.setdefault("base_url", base)
        values = {k: v.replace("{base}", base) if isinstance(v, str) else v for k, v in values.items()}
        moment = sample.content.get("now")
        now = datetime.fromisoformat(moment) if moment else datetime(2026, 11, 20, 12, tzinfo=UTC)
        try:
            ready = open_adapter(adapter, parse_settings(adapter, values), policy=EgressPolicy(allow_private=True),
                                 limits=Limits(total_seconds=5), now=lambda: now)
            with ready.session:
                result = _ask(ready, sample.content["ask"])
        except PlatformError as error:
            result = {"error": error.as_json()}
    return json.loads(json.dumps(result).replace(base, "{base}"))  # type: ignore[no-any-return]


def _ask(adapter: Adapter[Any], ask: dict[str, Any]) -> dict[str, Any]:
    if "find_account" in ask:
        assert isinstance(adapter, IdentifiesLearners)
        return {"account": compact(as_json(adapter.find_account(LearnerIdentity(**ask["find_account"]))))}
    if "check" in ask:
        return {"steps": compact(as_json(list(adapter.check())))}
    if "changes" in ask:
        assert isinstance(adapter, ReadsChanges)
        given = ask["changes"]
        page = adapter.changed_since(given if given is None or isinstance(given, str) else json.dumps(given))
        return {"changes": {**compact(as_json(page)), "next_cursor": _readable(page.next_cursor)}}
    account = Account(**ask["account"]) if "account" in ask else None
    return {"snapshot": compact(as_json(read(adapter, Capability(ask["read"]), account)))}


def _readable(cursor: str) -> Any:
    """A cursor that is JSON is compared as such."""
    try:
        return json.loads(cursor)
    except ValueError:
        return cursor


@contextmanager
def answering(exchanges: list[dict[str, Any]]) -> Iterator[str]:
    """A loopback server that gives the recorded answers; yields its base address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Player)
    server.exchanges = [dict(e) for e in exchanges]     # type: ignore[attr-defined]
    server.unexpected = []                              # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    if server.unexpected:                               # type: ignore[attr-defined]
        raise AssertionError(f"calls the sample does not know: {server.unexpected}")  # type: ignore[attr-defined]


class _Player(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65_536

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        sent = {k: v[0] for k, v in parse_qs(parts.query, keep_blank_values=True).items()}
        if "form" in (self.headers.get("Content-Type") or ""):
            sent |= {k: v[0] for k, v in parse_qs(body, keep_blank_values=True).items()}
        base = f"http://127.0.0.1:{self.server.server_port}"    # type: ignore[attr-defined]
        for exchange in self.server.exchanges:                  # type: ignore[attr-defined]
            wanted = {k: str(v).replace("{base}", base) for k, v in exchange.get("match", {}).items()}
            if (exchange.get("method", "GET") == self.command and exchange["path"] == parts.path
                    and wanted.items() <= sent.items() and not exchange.get("spent")):
                exchange["spent"] = exchange.get("once", False)
                return self._send(exchange, base)
        self.server.unexpected.append(f"{self.command} {parts.path} {sorted(sent)}")  # type: ignore[attr-defined]
        self._send({"status": 599, "body": "unexpected"}, base)

    def _send(self, exchange: dict[str, Any], base: str) -> None:
        body = exchange.get("body", "")
        text = body if isinstance(body, str) else json.dumps(body)
        data = text.replace("{base}", base).encode()
        self.send_response(exchange.get("status", 200))
        for name, value in {"Content-Type": "application/json", **exchange.get("headers", {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = _answer

    def log_message(self, format: str, *args: Any) -> None:
        return

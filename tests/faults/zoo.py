"""Six small platforms on one port, each with a switch for what it does wrong. The wire format is the toy's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.adapters.wire import Abort, Piece, Wire, answering, ok

NAMES = ("Campus", "Library", "Studio", "Workshop", "Forge", "Atlas")
PAGE_SIZE = 3
EMAIL = "{}@example.org"

Item = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """One request. path: below the platform's address."""

    path: str
    query: dict[str, str]
    head: str

    @property
    def page(self) -> int:
        return int(self.query.get("page", "1"))


Fault = Callable[[Asked, "Platform"], Iterable[Piece] | None]
"""What the platform does instead of answering well; None = this request is answered well."""


@dataclass
class Platform:
    """number: 1 is Campus, the one that misbehaves in the tests."""

    number: int
    items: list[Item] = field(default_factory=list)
    fault: Fault | None = None
    asked: list[Asked] = field(default_factory=list)

    def reset(self) -> None:
        self.items = [an_item(self.number, n) for n in range(1, 9)]
        self.fault = None
        self.asked.clear()

    def answer(self, asked: Asked) -> Iterable[Piece]:
        self.asked.append(asked)
        wrong = self.fault(asked, self) if self.fault else None
        return [self.well(asked)] if wrong is None else wrong

    def well(self, asked: Asked) -> bytes:
        if asked.path == "account":
            return said({"id": account_of(asked.query["email"]), "email": asked.query["email"]})
        return said(self.sheet(asked))

    def sheet(self, asked: Asked) -> dict[str, Any]:
        """One page of learning."""
        start = (asked.page - 1) * PAGE_SIZE
        following = str(asked.page + 1) if start + PAGE_SIZE < len(self.items) else None
        return {"account": asked.query["account"], "items": self.items[start:start + PAGE_SIZE], "next": following}


@dataclass
class Zoo:
    wire: Wire = field(default_factory=lambda: Wire(""))
    platforms: dict[int, Platform] = field(default_factory=lambda: {n: Platform(n) for n in range(1, 7)})

    def address(self, number: int) -> str:
        return f"{self.wire.base}/p{number}"

    def reset(self) -> None:
        self.wire.sent = 0
        for platform in self.platforms.values():
            platform.reset()

    def answer(self, request: bytes) -> Iterable[Piece]:
        return self.platforms[_number_in(request)].answer(understood(request))


@contextmanager
def open_zoo() -> Iterator[Zoo]:
    zoo = Zoo()
    zoo.reset()
    with answering(zoo.answer) as zoo.wire:
        yield zoo


def understood(request: bytes) -> Asked:
    head = request.partition(b"\r\n\r\n")[0].decode("latin-1")
    url = urlsplit(head.split()[1])
    return Asked(url.path.rsplit("/", 1)[-1], {k: v[0] for k, v in parse_qs(url.query).items()}, head)


def _number_in(request: bytes) -> int:
    return int(request[request.index(b"/p") + 2:][:1])


def an_item(platform: int, n: int, **changed: Any) -> Item:
    """Its id is c101, 102, c103 … – vendors use both kinds."""
    return {"id": f"{'c' if n % 2 else ''}{platform}0{n}", "title": f"Course {n} of platform {platform}",
            "progress": 10 * n, "url": f"https://campus.example/c/{n}", "touched": "2026-11-19T10:00:00Z", **changed}


def account_of(email: str) -> str:
    return f"acc-{email.partition('@')[0]}"


def said(value: Any) -> bytes:
    return ok(json.dumps(value).encode())


# --- faults ---------------------------------------------------------------------------------------------------------


def always(*pieces: Piece) -> Fault:
    """Whatever is asked."""
    return lambda _asked, _platform: pieces


def learning(*pieces: Piece) -> Fault:
    """The account is found; the list of learning is wrong."""
    return lambda asked, _platform: pieces if asked.path == "learning" else None


def page(number: int, *pieces: Piece) -> Fault:
    """The account and the other pages are well."""
    return lambda asked, _platform: pieces if asked.path == "learning" and asked.page == number else None


def sheet(change: Callable[[dict[str, Any], Asked], dict[str, Any]]) -> Fault:
    """The list of learning, changed."""
    return lambda asked, platform: (
        [said(change(platform.sheet(asked), asked))] if asked.path == "learning" else None)


def for_learner(name: str, *pieces: Piece) -> Fault:
    """This learner only, in the list of learning and in the search."""
    def fault(asked: Asked, _platform: Platform) -> Iterable[Piece] | None:
        return pieces if name in (asked.query.get("account", "") + asked.query.get("email", "")) else None
    return fault


def status(line: str, *headers: str) -> bytes:
    return ok(b"", b"text/html", "".join(f"{header}\r\n" for header in headers).encode(), line.encode())


def redirect(target: str) -> bytes:
    return status("302 Found", f"Location: {target}")


DRIP: tuple[Piece, ...] = tuple(part for _ in range(100) for part in (b" ", 0.05))
RESET = (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{\"acc", 0.02, Abort.RESET)

HANG_UP = Abort.RESET


def endless(total: int = 300_000_000) -> Fault:
    """A body of 300 MB that is never held in memory, here."""
    def fault(_asked: Asked, _platform: Platform) -> Iterator[Piece]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
        for _ in range(total // 65_536):
            yield b" " * 65_536
    return fault

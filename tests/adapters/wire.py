"""A raw-socket platform: sends exactly the bytes a test gives it, with pauses, and remembers what it was sent."""

from __future__ import annotations

import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum


class Abort(Enum):
    """Ends the connection with a reset instead of a farewell."""

    RESET = "reset"


Piece = bytes | float | threading.Event | Abort
"""Bytes to send, seconds to wait, an event to wait for, or a reset."""

Behaviour = Callable[[bytes], Iterable[Piece]]
"""From a whole request, as it came, to the answer."""

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass
class Wire:
    """sent: bytes that went out, all in all."""

    base: str
    requests: list[bytes] = field(default_factory=list)
    answering: list[threading.Thread] = field(default_factory=list)
    sent: int = 0
    ended: threading.Event = field(default_factory=threading.Event)


@contextmanager
def answering(behave: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[Wire]:
    """Every connection is answered once, as behave says, and then closed. tls: speak TLS with this context."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as server:
        wire = Wire(f"http{'s' if tls else ''}://127.0.0.1:{server.getsockname()[1]}")
        thread = threading.Thread(target=_accept, args=(server, behave, tls, wire), daemon=True)
        thread.start()
        try:
            yield wire
        finally:
            wire.ended.set()
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            for running in (thread, *wire.answering):
                running.join(5)


@contextmanager
def saying(*pieces: Piece) -> Iterator[Wire]:
    """Every connection is answered with these pieces and then closed."""
    with answering(lambda _request: pieces) as wire:
        yield wire


def ok(body: bytes, content_type: bytes = b"application/json", more: bytes = b"", status: bytes = b"200 OK") -> bytes:
    """A whole HTTP answer. more: further header lines, each ending in CRLF."""
    return (b"HTTP/1.1 " + status + b"\r\nContent-Type: " + content_type + b"\r\nConnection: close\r\n" + more
            + b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body)


def _accept(server: socket.socket, behave: Behaviour, tls: ssl.SSLContext | None, wire: Wire) -> None:
    while not wire.ended.is_set():
        try:
            client, _ = server.accept()
        except OSError:
            return
        wire.answering = [thread for thread in wire.answering if thread.is_alive()]
        wire.answering.append(threading.Thread(target=_answer, args=(client, behave, tls, wire), daemon=True))
        wire.answering[-1].start()


def _answer(client: socket.socket, behave: Behaviour, tls: ssl.SSLContext | None, wire: Wire) -> None:
    with suppress(OSError), (tls.wrap_socket(client, server_side=True) if tls else client) as talk:
        talk.settimeout(10)
        request = _whole(talk)
        wire.requests.append(request)
        for piece in behave(request):
            if wire.ended.is_set():
                return
            if isinstance(piece, bytes):
                talk.sendall(piece)
                wire.sent += len(piece)
            elif isinstance(piece, Abort):
                talk.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            else:
                _wait(piece, talk, wire)


def _whole(talk: socket.socket) -> bytes:
    """Head and body of one request; what came, when the client went away before."""
    data = b""
    while more := talk.recv(65_536):
        data += more
        head, ended, body = data.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if ended and len(body) >= (int(length[1]) if length else 0):
            break
    return data


def _wait(piece: float | threading.Event, talk: socket.socket, wire: Wire) -> None:
    """Until the time is over, the event is set, the client has gone or the test has ended."""
    until = time.monotonic() + (piece if isinstance(piece, float | int) else 60)
    talk.settimeout(0.01)
    while time.monotonic() < until and not wire.ended.is_set():
        if isinstance(piece, threading.Event) and piece.is_set():
            break
        with suppress(TimeoutError):
            if not talk.recv(1):
                raise ConnectionAbortedError
    talk.settimeout(10)

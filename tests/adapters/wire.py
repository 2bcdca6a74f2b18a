"""A raw-socket platform: sends exactly the bytes a test gives it, with pauses, and remembers what it was sent."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Piece = bytes | float
"""Bytes to send, or seconds to wait."""


@dataclass
class Wire:
    base: str
    requests: list[bytes] = field(default_factory=list)
    answering: list[threading.Thread] = field(default_factory=list)


@contextmanager
def saying(*pieces: Piece) -> Iterator[Wire]:
    """Every connection is answered with these pieces and then closed."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        wire = Wire(f"http://127.0.0.1:{server.getsockname()[1]}")
        ended = threading.Event()
        thread = threading.Thread(target=_accept, args=(server, pieces, wire, ended), daemon=True)
        thread.start()
        try:
            yield wire
        finally:
            ended.set()
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            for running in (thread, *wire.answering):
                running.join(5)


def ok(body: bytes, content_type: bytes = b"application/json", more: bytes = b"", status: bytes = b"200 OK") -> bytes:
    """A whole HTTP answer. more: further header lines, each ending in CRLF."""
    return (b"HTTP/1.1 " + status + b"\r\nContent-Type: " + content_type + b"\r\nConnection: close\r\n" + more
            + b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body)


def _accept(server: socket.socket, pieces: Sequence[Piece], wire: Wire, ended: threading.Event) -> None:
    while not ended.is_set():
        try:
            client, _ = server.accept()
        except OSError:
            return
        wire.answering.append(threading.Thread(target=_answer, args=(client, pieces, wire, ended), daemon=True))
        wire.answering[-1].start()


def _answer(client: socket.socket, pieces: Sequence[Piece], wire: Wire, ended: threading.Event) -> None:
    with client, suppress(OSError):
        wire.requests.append(client.recv(65_536))
        for piece in pieces:
            if isinstance(piece, bytes):
                client.sendall(piece)
                continue
            until = time.monotonic() + piece
            while time.monotonic() < until and not ended.is_set():
                time.sleep(0.01)

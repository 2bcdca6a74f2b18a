"""Can the demo start here? If not, one sentence that says why and what to do."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterable
from pathlib import Path

HOST = "127.0.0.1"
HIGHEST_PORT = 65535 - 2


class NotReady(Exception):
    """The demo cannot start; the text names the cause and the remedy."""


def check_ports(first: int) -> None:
    """The portal's port and the two after it must be free. Raises NotReady naming the one that is not."""
    if not 1024 <= first <= HIGHEST_PORT:
        raise NotReady(f"Port {first} cannot be used: choose one from 1024 to {HIGHEST_PORT}, e.g. PORT=8100 make demo")
    for port in range(first, first + 3):
        if not _is_free(port):
            remedy = 8100 if first != 8100 else 8200
            raise NotReady(f"Port {port} is in use (the demo needs {_and(range(first, first + 3))}). "
                           f"Stop what uses it, or take other ports: PORT={remedy} make demo")


def prepare_folder(folder: Path) -> None:
    """The folder exists, belongs to its owner alone, and can be written. Raises NotReady."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise NotReady(f"The folder {folder} cannot be written ({os.strerror(error.errno or 0)}). Make it writable, or "
                       f"take another one: homeroom demo --folder ~/homeroom-demo") from None


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)    # what a demo left in TIME_WAIT is no obstacle
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _and(ports: Iterable[int]) -> str:
    *others, last = [str(port) for port in ports]
    return f"{', '.join(others)} and {last}"

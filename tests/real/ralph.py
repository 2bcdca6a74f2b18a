"""A real Ralph LRS 5.1.0 on loopback, with statements in it.

Its file store takes exactly one write: a second POST is answered 500. So a server is seeded once, when it starts.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.real.venvs import virtual_environment

REQUIREMENTS = Path(__file__).with_name("ralph-requirements.txt")
KEY, SECRET = "homeroom", "a-secret-for-tests"
READY_WITHIN = 60.0


@dataclass(frozen=True, slots=True)
class Ralph:
    """endpoint: what stands before /statements. store: the file with one statement a line."""

    endpoint: str
    store: Path
    key: str = KEY
    secret: str = SECRET


@contextmanager
def running_ralph(folder: Path, statements: list[dict[str, Any]]) -> Iterator[Ralph]:
    """A server that holds these statements and nothing else. folder: empty, for its files and its log."""
    program = virtual_environment("ralph", REQUIREMENTS) / "ralph"
    environment = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "HOME": str(folder),
                   "RALPH_APP_DIR": str(folder), "RALPH_RUNSERVER_BACKEND": "fs"}
    subprocess.run(
        [str(program), "auth", "-u", KEY, "-p", SECRET, "-s", "all", "-M", "mailto:homeroom@example.org", "-w"],
        env=environment, cwd=folder, check=True, capture_output=True)
    port = _free_port()
    with (folder / "ralph.log").open("wb") as log:
        server = subprocess.Popen(
            [str(program), "runserver", "-b", "fs", "-h", "127.0.0.1", "-p", str(port),
             "--fs-default-directory-path", str(folder)],
            env=environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    try:
        base = f"http://127.0.0.1:{port}"
        _wait(f"{base}/__lbheartbeat__", server, folder / "ralph.log")
        lrs = Ralph(f"{base}/xAPI", folder / "fs_lrs.jsonl")
        if statements:
            _seed(lrs, statements)
        yield lrs
    finally:
        server.terminate()
        server.wait(timeout=20)


def _seed(lrs: Ralph, statements: list[dict[str, Any]]) -> None:
    answer = requests.post(f"{lrs.endpoint}/statements", json=statements, auth=(lrs.key, lrs.secret), timeout=60,
                           headers={"X-Experience-API-Version": "1.0.3"})
    assert answer.status_code == 200, f"Ralph took no statements: {answer.status_code} {answer.text[:500]}"


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + READY_WITHIN
    while time.monotonic() < end and server.poll() is None:
        try:
            if requests.get(address, timeout=2).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError(f"Ralph did not start: {log.read_text('utf-8', 'replace')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""``homeroom demo`` as people start and stop it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from portal.demo.readiness import NotReady, check_ports
from tests.demo.test_readiness import free_ports

PATIENCE = 90.0


def eventually(what: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.1)
    return False


def answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=5, allow_redirects=False).status_code < 500
    except requests.ConnectionError:
        return False


def are_free(first: int) -> bool:
    try:
        check_ports(first)
    except NotReady:
        return False
    return True


@contextmanager
def demo(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", "from portal.cli import main; main()", "demo", "--port", str(port),
               "--folder", str(folder)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HOMEROOM_")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=clean,
                          start_new_session=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def ctrl_c(process: subprocess.Popen[str]) -> None:
    """A terminal interrupts everybody in it, the web server's worker too."""
    os.killpg(process.pid, signal.SIGINT)


@pytest.mark.parametrize("stop", [ctrl_c, subprocess.Popen.terminate], ids=["Ctrl-C", "SIGTERM"])
def test_demo__starts_in_one_command_and_stops_without_a_rest(
        tmp_path: Path, stop: Callable[[subprocess.Popen[str]], None]) -> None:
    first = free_ports()
    with demo(tmp_path / "demo", first) as process:
        assert eventually(lambda: answers(f"http://127.0.0.1:{first}/") or process.poll() is not None)
        assert process.poll() is None, process.stdout and process.stdout.read()
        for port in (first, first + 1, first + 2):
            assert answers(f"http://127.0.0.1:{port}/"), port
        stop(process)
        said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    for text in (f"http://127.0.0.1:{first}", "Amelie Clarke", "Jonas Weber", "Camille Laurent", "Ingrid Lindqvist",
                 "Rafael Ortiz", "The demo has stopped."):
        assert text in said
    assert "Traceback" not in said
    assert are_free(first)


def test_killed_demo__leaves_nothing_running(tmp_path: Path) -> None:
    first = free_ports()
    with demo(tmp_path / "demo", first) as process:
        assert eventually(lambda: answers(f"http://127.0.0.1:{first}/"))
        process.kill()
        process.wait()
    assert eventually(lambda: are_free(first), 15)


def test_demo_that_cannot_start__says_so_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with demo(tmp_path / "file" / "demo", free_ports()) as process:
        said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert said.startswith("Error: The folder ")
    assert len(said.splitlines()) == 1

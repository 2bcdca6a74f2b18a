"""A real Kolibri on loopback, seeded with classes, lessons, quizzes and progress.

Provisioning takes about ten seconds, so the seeded home folder is kept below ``.cache/real`` and copied for every
test session; it is made again when Kolibri's pins or the seed change.
"""

from __future__ import annotations

import contextlib
import csv
import fcntl
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.real.venvs import CACHE, virtual_environment

HERE = Path(__file__).parent
REQUIREMENTS, SEED = HERE / "kolibri-requirements.txt", HERE / "kolibri_seed.py"
ADMIN, ADMIN_PASSWORD = "admin", "admin-pass-1"
_COLUMNS = (
    "Database ID (UUID)", "Username (USERNAME)", "Password (PASSWORD)", "Full name (FULL_NAME)",
    "User type (USER_TYPE)", "Identifier (IDENTIFIER)", "Birth year (BIRTH_YEAR)", "Gender (GENDER)",
    "Learner enrollment (ENROLLED_IN)", "Coach assignment (ASSIGNED_TO)",
)
_USERS = (
    # username, full name, type, identifier, classes, coached classes
    ("alice", "Alice O. Brien", "LEARNER", "E-001", "Class A & B", ""),
    ("bob", "Bob Müller", "LEARNER", "E-002", "Class A & B,Class C", ""),
    ("carol", "Carol 山田", "LEARNER", "", "", ""),
    ("twin1", "Twin One", "LEARNER", "E-009", "", ""),
    ("twin2", "Twin Two", "LEARNER", "E-009", "", ""),
    ("coach1", "Coach One", "CLASS_COACH", "", "", "Class A & B"),
    ("fcoach", "Facility Coach", "FACILITY_COACH", "", "", "Class C"),
)


@dataclass(frozen=True, slots=True)
class RealKolibri:
    """ids: what the seed made, by kind and short name: people, classes, nodes, lessons, quizzes; and the facility."""

    base_url: str
    ids: dict[str, Any]

    def settings(self, **changed: str) -> dict[str, str]:
        return {"base_url": self.base_url, "username": ADMIN, "password": ADMIN_PASSWORD, **changed}

    @contextlib.contextmanager
    def passwords_required(self) -> Iterator[None]:
        """Learners must give their password, which the formal preset does not ask of them."""
        self._require_passwords(True)
        try:
            yield
        finally:
            self._require_passwords(False)

    def _require_passwords(self, required: bool) -> None:
        with requests.Session() as http:
            http.trust_env = False
            credentials = {"username": ADMIN, "password": ADMIN_PASSWORD}
            http.post(f"{self.base_url}/api/auth/session/", json=credentials, timeout=10).raise_for_status()
            facilities = http.get(f"{self.base_url}/api/public/v1/facility/", timeout=10).json()
            changed = http.patch(
                f"{self.base_url}/api/auth/facilitydataset/{facilities[0]['dataset']}/",
                json={"learner_can_login_with_no_password": not required}, timeout=10,
                headers={"X-CSRFToken": http.cookies["kolibri_csrftoken"]})
            changed.raise_for_status()


def password_of(username: str) -> str:
    return f"Pass-{username}-1"


@pytest.fixture(scope="session")
def kolibri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealKolibri]:
    """A running Kolibri. Skipped where it cannot be installed; under CI that is a failure."""
    programs = virtual_environment("kolibri", REQUIREMENTS)
    home = tmp_path_factory.mktemp("kolibri") / "home"
    shutil.copytree(_seeded_home(programs), home)
    port, content_port = _free_ports()
    environment = _environment(home, port, content_port)
    with (home / "output.txt").open("wb") as output:
        process = subprocess.Popen([programs / "kolibri", "start", "--foreground"], env=environment, stdout=output,
                                   stderr=subprocess.STDOUT, start_new_session=True)
    base_url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_up(base_url, process, home / "output.txt")
        yield RealKolibri(base_url, json.loads((home / "seed.json").read_text("utf-8")))
    finally:
        _end(process)


def _seeded_home(programs: Path) -> Path:
    inputs = REQUIREMENTS.read_bytes() + SEED.read_bytes() + Path(__file__).read_bytes()
    home = CACHE / "kolibri" / f"home-{hashlib.sha256(inputs).hexdigest()[:16]}"
    home.parent.mkdir(parents=True, exist_ok=True)
    with (home.parent / "seed-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            for outdated in home.parent.glob("home-*"):
                shutil.rmtree(outdated)
            unfinished = home.with_name("unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            _seed(programs, unfinished)
            unfinished.rename(home)
    return home


def _seed(programs: Path, home: Path) -> None:
    environment = _environment(home, *_free_ports())
    _run([programs / "kolibri", "manage", "provisiondevice", "--noinput", "--language_id", "en", "--preset", "formal",
          "--facility", "Real Facility & Söhne", "--superusername", ADMIN, "--superuserpassword", ADMIN_PASSWORD],
         environment)
    users = home / "users.csv"
    with users.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(_COLUMNS)
        for username, name, kind, identifier, classes, coached in _USERS:
            rows.writerow(["", username, password_of(username), name, kind, identifier, "", "", classes, coached])
    # -P: this folder must not be on the seed's path, or this file would hide the product of the same name
    _run([programs / "python", "-P", SEED, users, home / "seed.json"], environment)


def _run(command: list[Any], environment: dict[str, str]) -> None:
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{Path(command[0]).name} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


def _environment(home: Path, port: int, content_port: int) -> dict[str, str]:
    """Loopback only, no usage statistics, no multicast announcements (both are on by default)."""
    return {
        "PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8",
        "KOLIBRI_HOME": str(home), "KOLIBRI_LISTEN_ADDRESS": "127.0.0.1",
        "KOLIBRI_HTTP_PORT": str(port), "KOLIBRI_ZIP_CONTENT_PORT": str(content_port),
        "KOLIBRI_DISABLE_PING": "true", "KOLIBRI_ZEROCONF_ENABLED": "False",
    }


def _free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as first, socket.create_server(("127.0.0.1", 0)) as second:
        return first.getsockname()[1], second.getsockname()[1]


def _wait_until_up(base_url: str, process: subprocess.Popen[bytes], output: Path) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert process.poll() is None, f"Kolibri ended early:\n{output.read_text('utf-8', 'replace')[-2000:]}"
        with contextlib.suppress(requests.RequestException):
            if requests.get(f"{base_url}/api/public/info/", timeout=5).ok:
                return
        time.sleep(0.2)
    pytest.fail(f"Kolibri did not answer within 90 s:\n{output.read_text('utf-8', 'replace')[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)      # its own session: nothing but Kolibri and its workers
        process.wait(5)

"""Own virtual environments for third-party products under test, kept out of ours so that no pin is shared.

Built on first use below ``.cache/real`` and built again only when the pinned requirements change.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "real"
_PIP = ("-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet", "--require-hashes", "-r")


def virtual_environment(name: str, requirements: Path) -> Path:
    """The ``bin`` folder of an environment holding exactly these requirements (pinned, with hashes).

    Parallel test workers wait for each other. Where the packages cannot be had, the test is skipped with pip's last
    words; under CI it fails instead, so that a real platform is never left out unnoticed.
    """
    home = CACHE / name
    home.mkdir(parents=True, exist_ok=True)
    wanted = f"{sys.version}\n{hashlib.sha256(requirements.read_bytes()).hexdigest()}\n"
    stamp, environment = home / "installed", home / "venv"
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (stamp.exists() and stamp.read_text("utf-8") == wanted):
            stamp.unlink(missing_ok=True)
            shutil.rmtree(environment, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
            _install(name, environment / "bin" / "python", requirements)
            stamp.write_text(wanted, "utf-8")
    return environment / "bin"


def _install(name: str, python: Path, requirements: Path) -> None:
    done = subprocess.run([str(python), *_PIP, str(requirements)], check=False, capture_output=True, text=True)
    if done.returncode:
        reason = f"{name} cannot be installed: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)

"""``oidc-provider``, the certified OpenID provider for Node.js, as a process of its own.

Installed once below ``.cache/real`` from the lock file in ``tests/idp``, and again only when that changes.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import KeySet, RSAKey

from tests.real.venvs import CACHE
from tests.running import free_port

SOURCE = Path(__file__).resolve().parents[1] / "idp"
CLIENT, SECRET = "homeroom", "client secret for tests"
START_SECONDS = 20.0


@contextmanager
def openid_provider(portal: str, accounts: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yields the issuer. portal: the portal's address. accounts: claims by login name; any password is good."""
    folder = _installed()
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"})
    told = {
        "issuer": issuer, "port": port, "accounts": accounts, "jwks": KeySet([key]).as_dict(private=True),
        "clients": [{
            "client_id": CLIENT, "client_secret": SECRET, "redirect_uris": [f"{portal}/sign-in/callback"],
            "post_logout_redirect_uris": [f"{portal}/signed-out"], "response_types": ["code"],
            "backchannel_logout_uri": f"{portal}/sign-in/back-channel-logout",
            "backchannel_logout_session_required": True,
        }],
    }
    process = subprocess.Popen(
        [_program("node"), "server.mjs"], cwd=folder, env={**os.environ, "OPENID_PROVIDER": json.dumps(told)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lines: list[str] = []
    ready = threading.Event()
    reader = threading.Thread(target=_read, args=(process, lines, ready), daemon=True)
    reader.start()
    try:
        if not ready.wait(START_SECONDS):
            pytest.fail("the OpenID provider did not start:\n" + "".join(lines))
        yield issuer
    finally:
        process.terminate()
        process.wait(10)
        reader.join(5)
        if process.stdout:
            process.stdout.close()


def _read(process: subprocess.Popen[str], lines: list[str], ready: threading.Event) -> None:
    """Drains the process's output, so that it never waits for us."""
    for line in process.stdout or ():
        lines.append(line)
        if line.strip() == "ready":
            ready.set()


def _installed() -> Path:
    """The folder with node_modules and the current server.mjs."""
    home = CACHE / "openid-provider"
    home.mkdir(parents=True, exist_ok=True)
    wanted = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()
    stamp = home / "installed"
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for name in ("package.json", "package-lock.json", ".npmrc", "server.mjs"):
            shutil.copy(SOURCE / name, home / name)
        if not (stamp.exists() and stamp.read_text("utf-8") == wanted):
            stamp.unlink(missing_ok=True)
            done = subprocess.run([_program("npm"), "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=home,
                                  check=False, capture_output=True, text=True)
            if done.returncode:
                _missing(f"npm ci failed: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
            stamp.write_text(wanted, "utf-8")
    return home


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        _missing(f"{name} is not installed (apt-get install nodejs npm)")
    return str(found)


def _missing(reason: str) -> None:
    """Left out, and it says so; under CI, where it was promised, a failure."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)

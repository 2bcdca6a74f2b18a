"""The browser for every test that needs one: Debian's Chromium, or the one named by CHROMIUM."""

from __future__ import annotations

import os
import shutil
from typing import Any

import pytest

_QUIET = ("--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
          "--disable-sync")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Without a browser the test is skipped and says so; under CI, where it was promised, it fails."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if program is None:
        reason = "no Chromium: apt-get install chromium, or set CHROMIUM to the program"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    return {**browser_type_launch_args, "executable_path": program, "args": [*_QUIET]}


@pytest.fixture(scope="session")
def base_url() -> None:
    """In place of pytest-base-url's, whose form pytest 9 warns about; our tests name whole addresses."""

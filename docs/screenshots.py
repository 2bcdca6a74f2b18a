"""Makes the pictures of the README from the running demo: ``make screenshot``."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from portal.demo.staff import Story, employees

PORT = 8470
PICTURES = Path(__file__).parent / "images"
SHOTS = [
    ("home-desktop-light.png", {"width": 1280, "height": 960}, "light"),
    ("home-phone-dark.png", {"width": 390, "height": 960}, "dark"),
]


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    person = next(e for e in employees() if e.story is Story.MUCH)
    with tempfile.TemporaryDirectory() as folder:
        command = [str(Path(sys.executable).parent / "homeroom"), "demo", "--port", str(PORT), "--folder", folder]
        demo = subprocess.Popen(command, stdout=subprocess.DEVNULL)     # noqa: S603 – our own command
        try:
            _wait_until_it_runs(demo)
            with sync_playwright() as tools:
                browser = tools.chromium.launch(executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"))
                for name, size, scheme in SHOTS:
                    _shoot(browser, person.name, name, size, scheme)
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(20)


def _wait_until_it_runs(demo: subprocess.Popen[bytes]) -> None:
    while demo.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", PORT), 1):
            return
        time.sleep(0.2)
    raise SystemExit("the demo did not start")


def _shoot(browser: Browser, person: str, name: str, size: dict[str, int], scheme: str) -> None:
    page = browser.new_page(viewport=size, color_scheme=scheme)     # type: ignore[arg-type]
    page.goto(f"http://127.0.0.1:{PORT}/")
    page.get_by_text(person).first.click()
    expect(page.get_by_text("All platforms up to date")).to_be_visible(timeout=60_000)
    page.screenshot(path=str(PICTURES / name), animations="disabled")
    page.close()
    print(PICTURES / name)


if __name__ == "__main__":
    main()

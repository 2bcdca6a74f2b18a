"""What the demo says when it cannot start, and what it keeps in its folder."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from portal.demo.folder import DemoFolder
from portal.demo.readiness import NotReady, check_ports


def free_ports() -> int:
    """The first of three free ports in a row, below those the system gives out, another row for each test process."""
    for first in range(20_000 + os.getpid() % 1_000 * 10, 32_000, 3):
        try:
            check_ports(first)
        except NotReady:
            continue
        return first
    raise AssertionError("no three free ports")


@pytest.mark.parametrize("offset", [0, 1, 2], ids=["portal", "identity provider", "platforms"])
def test_port_in_use__is_named_with_the_remedy(offset: int) -> None:
    first = free_ports()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", first + offset))
        taken.listen()
        with pytest.raises(NotReady, match=rf"Port {first + offset} is in use .* PORT=8100 make demo"):
            check_ports(first)
    check_ports(first)


@pytest.mark.parametrize("port", [0, 80, 65_534, 70_000])
def test_impossible_port__says_which_are_possible(port: int) -> None:
    with pytest.raises(NotReady, match=r"from 1024 to 65533, e\.g\. PORT=8100 make demo"):
        check_ports(port)


def test_folder_that_cannot_be_made__says_why_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(NotReady, match=r"cannot be written \(Not a directory\).*--folder"):
        DemoFolder(tmp_path / "file" / "demo").open(8000, reset=False)


def test_secret__is_made_once_and_is_private(tmp_path: Path) -> None:
    home = DemoFolder(tmp_path / "demo")
    home.open(8000, reset=False)
    made = home.secret("secret-key")
    assert len(made) >= 32
    assert home.secret("secret-key") == made
    assert (tmp_path / "demo" / "secret-key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "demo").stat().st_mode & 0o777 == 0o700


def test_reset__starts_over(tmp_path: Path) -> None:
    home = DemoFolder(tmp_path / "demo")
    home.open(8000, reset=False)
    made = home.secret("secret-key")
    home.open(8000, reset=False)
    assert home.secret("secret-key") == made
    home.open(8000, reset=True)
    assert home.secret("secret-key") != made


def test_reset__never_empties_a_folder_that_is_no_demo(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(NotReady, match="holds other things"):
        DemoFolder(tmp_path).open(8000, reset=True)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_folder_of_another_port__is_not_used(tmp_path: Path) -> None:
    """Connections and people are stored with addresses, and those name the port."""
    home = DemoFolder(tmp_path / "demo")
    home.open(8000, reset=False)
    with pytest.raises(NotReady, match=r"made for port 8000.*PORT=8000 make demo.*PORT=8100 make demo-reset"):
        home.open(8100, reset=False)
    home.open(8100, reset=True)
    assert json.loads((tmp_path / "demo" / "demo.json").read_text()) == {"port": 8100}

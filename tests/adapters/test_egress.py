"""Which addresses may be called (S24–S26): decided on what a name really resolves to."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from adapters.egress import EgressPolicy, resolve
from adapters.errors import BlockedAddress, Misconfigured, Unreachable
from adapters.session import PlatformSession

PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946"]
PRIVATE = ["127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "::1",
           "fc00::1", "fd12:3456::1", "fec0::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "::10.0.0.1",
           "::ffff:127.0.0.1"]
NEVER = ["169.254.169.254", "169.254.170.2", "::ffff:169.254.169.254", "::169.254.169.254", "64:ff9b::a9fe:a9fe",
         "2002:a9fe:a9fe::", "192.0.0.192", "168.63.129.16", "100.100.100.200", "fd00:ec2::254", "fd20:ce::254",
         "fe80::1", "fe80::1%eth0", "224.0.0.1", "ff02::1", "0.0.0.0", "0.1.2.3", "255.255.255.255", "240.0.0.1", "::",
         "64:ff9b:1::a9fe:a9fe", "2001:0:a9fe:a9fe::5601:5601"]


@pytest.mark.parametrize("address", PUBLIC)
def test_public__is_called(address: str) -> None:
    assert EgressPolicy().refusal(address) is None


@pytest.mark.parametrize("address", PRIVATE)
def test_private__only_where_the_connection_allows_it(address: str) -> None:
    assert EgressPolicy().refusal(address)
    assert EgressPolicy(allow_private=True).refusal(address) is None


@pytest.mark.parametrize("address", NEVER)
def test_metadata_and_special__never(address: str) -> None:
    assert EgressPolicy(allow_private=True).refusal(address)


def test_resolve__one_forbidden_answer_among_good_ones_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolves_to(monkeypatch, ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(BlockedAddress):
        resolve("two-faced.example", 443, EgressPolicy(), 1)


def test_resolve__an_unknown_name_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: Any) -> Any:
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Unreachable, match="name not found"):
        resolve("nowhere.example", 443, EgressPolicy(), 1)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "localhost", "[::1]", "①②⑦.0.0.1"])
def test_session__other_spellings_of_loopback_are_blocked(host: str) -> None:
    session = PlatformSession(f"http://{host}:9")
    with pytest.raises((Misconfigured, Unreachable)) as caught:
        session.get_json("x", scope=session.public())
    assert "refused: nothing accepts" not in caught.value.reason, "a connection was tried"


def test_session__a_name_that_flips_to_loopback_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """S25: the address that was checked is the address that is connected; a second look-up changes nothing."""
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0.2)
        port = canary.getsockname()[1]
        _resolves_to(monkeypatch, ["127.0.0.1"])
        session = PlatformSession(f"http://flips.example:{port}")
        with pytest.raises(BlockedAddress):
            session.get_json("x", scope=session.public())
        with pytest.raises(TimeoutError):
            canary.accept()


def _resolves_to(monkeypatch: pytest.MonkeyPatch, addresses: list[str]) -> None:
    def answer(_host: str, port: int, *_rest: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", answer)

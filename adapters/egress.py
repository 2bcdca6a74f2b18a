"""May this address be called? Decided on the address a socket really connects to, never on the name alone.

Own deny-list over ``ipaddress.is_global``, which calls several dangerous addresses global: IPv4 wrapped in IPv6
(mapped, compatible, NAT64, 6to4, Teredo) is unwrapped first, cloud metadata services and multicast are refused
always, private and loopback ranges unless the connection allows them. (OWASP SSRF prevention; RFC 6890, RFC 6052.)
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from typing import Any

from adapters.errors import BlockedAddress, TimedOut, Unreachable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NEVER = tuple(ipaddress.ip_network(n) for n in (
    "169.254.0.0/16",       # link-local: AWS, GCP, Azure, DigitalOcean metadata
    "192.0.0.0/24",         # IETF protocol assignments; 192.0.0.192 is Oracle's metadata
    "168.63.129.16/32",     # Azure wire server
    "100.100.100.200/32",   # Alibaba metadata
    "fd00:ec2::254/128",    # AWS metadata over IPv6
    "fd20:ce::254/128",     # GCP metadata over IPv6
    "64:ff9b:1::/48",       # local-use NAT64 (RFC 8215): may hide any IPv4 address
    "fe80::/10", "0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "ff00::/8", "::/128",
))
_PRIVATE = tuple(ipaddress.ip_network(n) for n in (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "100.64.0.0/10",
    "::1/128", "fc00::/7", "fec0::/10",
))
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")


@dataclass(frozen=True, slots=True)
class EgressPolicy:
    """allow_private: this connection may call loopback and private ranges (an LMS inside the company)."""

    allow_private: bool = False

    def refusal(self, address: str) -> str | None:
        """Why the address may not be called, or None. address: an IP literal, with or without a zone id."""
        found = _unwrapped(ipaddress.ip_address(address.split("%", maxsplit=1)[0]))
        if any(found in net for net in _NEVER if net.version == found.version):
            return "metadata, link-local and multicast addresses are never called"
        if any(found in net for net in _PRIVATE if net.version == found.version):
            return None if self.allow_private else "private and loopback addresses are not allowed for this connection"
        if not found.is_global and not self.allow_private:
            return "the address is not a public one"
        return None


def _unwrapped(address: Address) -> Address:
    """The IPv4 address hidden inside an IPv6 one, or the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address.sixtofour:
        return address.sixtofour
    if address.teredo:
        return address.teredo[1]
    low = int(address) & 0xFFFFFFFF
    if address in _NAT64 or (address in _COMPATIBLE and low > 1):
        return ipaddress.IPv4Address(low)
    return address


class _Resolver:
    """Looks names up beside us, one thread per name: a name server that hangs for one platform holds one thread,
    however often that platform is asked, and never those that the others need."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(max_workers=32, thread_name_prefix="resolve")
        self._running: dict[tuple[str, int], Future[list[Any]]] = {}
        self._lock = threading.Lock()

    def look_up(self, host: str, port: int) -> Future[list[Any]]:
        """The running search for this name, or a new one."""
        with self._lock:
            self._running = {name: found for name, found in self._running.items() if not found.done()}
            if (host, port) not in self._running:
                self._running[host, port] = self._threads.submit(socket.getaddrinfo, host, port, 0, socket.SOCK_STREAM)
            return self._running[host, port]


_resolver = _Resolver()


def resolve(host: str, port: int, policy: EgressPolicy, timeout: float) -> list[tuple[int, str]]:
    """All (address family, IP) of a host, every one of them permitted.

    timeout: seconds; getaddrinfo has none of its own, so it runs beside us.
    Raises Unreachable (name not found), TimedOut, BlockedAddress (also when only one of several is forbidden).
    """
    try:
        found = _resolver.look_up(host, port).result(max(timeout, 0.01))
    except FutureTimeout:
        raise TimedOut("DNS timeout: the name server did not answer in time") from None
    except (socket.gaierror, UnicodeError):
        raise Unreachable("name not found: check the host name in the address") from None
    addresses = [(int(family), str(sockaddr[0])) for family, _, _, _, sockaddr in found]
    for _, ip in addresses:
        if why := policy.refusal(ip):
            raise BlockedAddress(f"blocked address: {why}", field="base_url",
                                 remedy="If this platform runs inside your network, allow private addresses for "
                                        "this connection.")
    return list(dict.fromkeys(addresses))

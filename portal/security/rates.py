"""How often may one caller knock? Counted per process and minute: a brake on floods, not a quota."""

from __future__ import annotations

import ipaddress
import math
import threading
from collections import Counter
from datetime import timedelta

from portal.clock import Clock


class RateLimit:
    """At most ``times`` within each window of ``per``. Forgets everything when a window ends."""

    def __init__(self, times: int, per: timedelta, clock: Clock) -> None:
        self._times, self._seconds, self._clock = times, per.total_seconds(), clock
        self._lock = threading.Lock()
        self._window = 0
        self._counts: Counter[str] = Counter()

    def seconds_to_wait(self, caller: str | None) -> int:
        """0 when the caller may go on; this call counts. caller: an IP address, if it is known."""
        now = self._clock().timestamp()
        window = int(now // self._seconds)
        with self._lock:
            if window != self._window:
                self._window = window
                self._counts.clear()
            who = _network(caller)
            self._counts[who] += 1
            if self._counts[who] <= self._times:
                return 0
        return max(1, math.ceil((window + 1) * self._seconds - now))


def _network(address: str | None) -> str:
    """One household of IPv6 has 2⁶⁴ addresses: they count as one."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)

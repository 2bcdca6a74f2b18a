"""Fetching what a badge points to. The addresses come from strangers, so every one is guarded.

One PlatformSession per origin, each bound to its origin: public addresses over https; inside the company's own network
(``allow_private``) also plain http. No credentials are sent, no redirect is followed, time and size are bounded.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from adapters.answer import Answer, Limits
from adapters.badge_jsonld import origin
from adapters.badge_result import Fetch
from adapters.egress import EgressPolicy
from adapters.errors import BadAnswer, BlockedAddress, PlatformError, Unreachable
from adapters.session import PlatformSession

MOST_PER_BADGE = 10
BADGE_LIMITS = Limits(total_seconds=10.0, raw_bytes=5_000_000, inflated_bytes=10_000_000)
_ACCEPT = {"Accept": "application/json, application/ld+json;q=0.9, */*;q=0.5"}


class _PrivateOnly(EgressPolicy):
    """Plain http can be rewritten on the way, so it proves something inside one's own network only."""

    def refusal(self, address: str) -> str | None:
        if ipaddress.ip_address(address.split("%", maxsplit=1)[0]).is_global:
            return "badges on the public internet are read over https only"
        return super().refusal(address)


class BadgeFetcher:
    """For one reading: answers are kept, so that a hundred badges ask for their issuer once. Close it when done.

    Not shared between threads, as its sessions are not.
    """

    def __init__(self, policy: EgressPolicy, *, limits: Limits = BADGE_LIMITS,
                 now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._policy, self._limits, self._now = policy, limits, now
        self._sessions: dict[tuple[str, str, int], PlatformSession] = {}
        self._known: dict[str, Answer | PlatformError] = {}

    def for_one_badge(self) -> Fetch:
        """A ``fetch`` that makes at most ten calls. Raises PlatformError; 404 and 410 are answers."""
        asked: set[str] = set()

        def fetch(address: str) -> Answer:
            asked.add(address)
            if len(asked) > MOST_PER_BADGE:
                raise BadAnswer(f"the badge points to more than {MOST_PER_BADGE} addresses")
            return self._remembered(address)
        return fetch

    def _remembered(self, address: str) -> Answer:
        if address not in self._known:
            try:
                self._known[address] = self._get(address)
            except PlatformError as error:
                self._known[address] = error
        known = self._known[address]
        if isinstance(known, PlatformError):
            raise known
        return known

    def _get(self, address: str) -> Answer:
        where = origin(address)
        if where is None:
            raise Unreachable("the badge points to something that is no web address")
        if where[0] != "https" and not self._policy.allow_private:
            raise BlockedAddress("badges are read over https only")
        if where not in self._sessions:
            policy = self._policy if where[0] == "https" else _PrivateOnly(self._policy.allow_private)
            parts = urlsplit(address)
            self._sessions[where] = PlatformSession(f"{parts.scheme}://{parts.netloc}", policy=policy,
                                                    limits=self._limits, now=self._now)
        session = self._sessions[where]
        return session.send("GET", address.split("#", maxsplit=1)[0], scope=session.public(), headers=_ACCEPT,
                            operation="read what a badge points to", accept_statuses=(404, 410))

    def close(self) -> None:
        for session in self._sessions.values():
            session.close()

    def __enter__(self) -> BadgeFetcher:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

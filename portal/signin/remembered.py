"""Something fetched from the identity provider: how long may it be used, and when may we ask again?"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from portal.clock import Clock
from portal.signin.failures import ProviderUnavailable

T = TypeVar("T")

KEEP = timedelta(hours=24)
PAUSE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class _Held(Generic[T]):
    value: T
    fetched_at: datetime
    good_until: datetime


class Remembered(Generic[T]):
    """Fresh for ``ttl``. While the provider is unavailable, the last good value serves for 24 hours.

    One thread fetches at a time; those that waited share its result, good or bad, so that a provider that hangs costs
    everybody one deadline and not a queue of them.
    """

    def __init__(self, fetch: Callable[[], T], ttl: timedelta, clock: Clock) -> None:
        self._fetch, self._ttl, self._clock = fetch, ttl, clock
        self._lock = threading.Lock()
        self._held: _Held[T] | None = None
        self._attempts = 0
        self._failure: ProviderUnavailable | None = None
        self._renewed_at: datetime | None = None

    def get(self) -> T:
        """Raises ProviderUnavailable when there is no value to use, and whatever else ``fetch`` raises."""
        held, attempts = self._held, self._attempts
        if held and self._clock() < held.good_until:
            return held.value
        with self._lock:
            held = self._held
            if held and self._clock() < held.good_until:
                return held.value
            if self._attempts != attempts and self._failure:
                raise ProviderUnavailable(self._failure.reason, self._failure.detail)
            return self._load()

    def renewed(self) -> T | None:
        """A value newer than the one just used, because that one did not do; at most one call per 30 seconds."""
        with self._lock:
            now = self._clock()
            if self._renewed_at and now - self._renewed_at < PAUSE:
                return None
            self._renewed_at = now
            return self._load()

    def _load(self) -> T:
        now = self._clock()
        self._attempts += 1
        try:
            value = self._fetch()
        except ProviderUnavailable as error:
            self._failure = error
            held = self._held
            if held is None or now >= held.fetched_at + KEEP:
                raise
            self._held = _Held(held.value, held.fetched_at, now + PAUSE)
            return held.value
        self._failure = None
        self._held = _Held(value, now, now + self._ttl)
        return value

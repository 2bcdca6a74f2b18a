"""The HTTP cache, for non-personal catalogue readings only.

requests-cache in its default setting gives one learner's answer to another, because credentials are not part of its
key. Here the key always carries the connection and the version of its credentials, personal readings never come near
it, rows are JSON (never pickles), and every entry expires.
"""

from __future__ import annotations

import logging
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests
from requests_cache import CachedSession, create_key

KEPT_FOR = timedelta(minutes=15)
_CHATTY = ("requests_cache.session", "requests_cache.policy.actions", "requests_cache.models.response")


class CatalogueCache:
    """One cache file shared by all connections; each connection sees its own keys only."""

    def __init__(self, path: Path) -> None:
        """path: the SQLite file. It is created readable by its owner only."""
        self._path = path
        for name in _CHATTY:
            logging.getLogger(name).addFilter(_names_no_address)    # adding the same filter again changes nothing

    def session(self, connection: str, credentials_version: str) -> requests.Session:
        """A session whose GETs are cached under this connection and these credentials."""
        if not connection or not credentials_version:
            raise ValueError("a cache key needs the connection and its credentials' version")
        scope = f"{connection}:{credentials_version}:public"
        self._path.parent.mkdir(parents=True, exist_ok=True)
        previous = os.umask(0o077)
        try:
            return CachedSession(
                str(self._path), backend="sqlite", serializer="json", wal=True, expire_after=KEPT_FOR,
                allowable_codes=[200], allowable_methods=["GET"], match_headers=["Accept", "Accept-Language"],
                stale_if_error=False, cache_control=False, key_fn=_ScopedKey(scope),
            )
        finally:
            os.umask(previous)


def _names_no_address(record: logging.LogRecord) -> bool:
    """requests-cache logs whole addresses, and a query may carry a secret."""
    return "://" not in record.getMessage()


class _ScopedKey:
    def __init__(self, scope: str) -> None:
        self._scope = scope

    def __call__(self, request: Any, **options: Any) -> str:
        return f"{self._scope}:{create_key(request, **options)}"

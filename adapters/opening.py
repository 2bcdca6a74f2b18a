"""From an adapter class and raw settings to a ready adapter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from adapters.answer import Limits
from adapters.cache import CatalogueCache
from adapters.contract import Adapter
from adapters.egress import EgressPolicy
from adapters.errors import Misconfigured
from adapters.session import NoThrottle, PlatformSession, Throttle
from adapters.settings import ConnectionSettings


def parse_settings(adapter: type[Adapter[Any]], values: Mapping[str, Any]) -> ConnectionSettings:
    """Raises Misconfigured naming one wrong setting and what to do; never repeats a value."""
    try:
        return adapter.Settings.model_validate(dict(values))
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)
        # a misspelt name explains the rest
        problem = min(problems, key=lambda found: found["type"] != "extra_forbidden")
        name = ".".join(str(part) for part in problem["loc"]) or "settings"
        known = ", ".join(adapter.Settings.model_fields)
        if problem["type"] == "extra_forbidden":
            raise Misconfigured(f"unknown setting {name!r}", field=name,
                                remedy=f"{adapter.manifest.name} knows: {known}") from None
        message = problem["msg"].removeprefix("Value error, ")
        raise Misconfigured(f"setting {name!r}: {message}", field=name) from None


def open_adapter(
    adapter: type[Adapter[Any]], settings: ConnectionSettings, *, connection: str = "adhoc",
    credentials_version: str = "1", policy: EgressPolicy | None = None, limits: Limits | None = None,
    throttle: Throttle | None = None, cache: CatalogueCache | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Adapter[Any]:
    """A ready adapter with a session of its own; close it with ``adapter.session.close()``."""
    session = PlatformSession(
        adapter.base_address(settings), connection=connection, credentials_version=credentials_version,
        policy=policy or EgressPolicy(), limits=limits or Limits(), throttle=throttle or NoThrottle(),
        cache=cache, now=now,
    )
    return adapter(settings, session, now)

"""Reading JSON-LD the way Open Badges write it: a value or a list of values, an address or an embedded object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from adapters.text import web_address

Document = Mapping[str, Any]


def many(value: Any) -> list[Any]:
    """Every value of a property: none, one, or the list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def one(value: Any) -> Any:
    """The value of a property that means a single thing; the first of a list."""
    return next(iter(many(value)), None)


def node(value: Any) -> Document:
    """The embedded object of a property, or an empty one if it is only named (or absent)."""
    found = one(value)
    return found if isinstance(found, Mapping) else {}


def named(value: Any) -> str | None:
    """The id of what a property means, whether it is an address or an embedded object."""
    found = one(value)
    name = found.get("id") if isinstance(found, Mapping) else found
    return name if isinstance(name, str) and name else None


def text(value: Any) -> str:
    """The text of a property; empty when it is absent or something else."""
    found = one(value)
    return found if isinstance(found, str) else ""


def types(document: Document) -> frozenset[str]:
    return frozenset(kind for kind in many(document.get("type")) if isinstance(kind, str))


def origin(address: str | None) -> tuple[str, str, int] | None:
    """Scheme, host and port of an http(s) address (RFC 6454 §4); None for anything else."""
    if web_address(address) is None or address is None:
        return None
    parts = urlsplit(address.strip())
    return parts.scheme, (parts.hostname or "").lower(), parts.port or (443 if parts.scheme == "https" else 80)

"""Records as JSON and back: for the command line, samples and tests. Field names are those of ``records.py``."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any


def as_json(value: Any) -> Any:
    """Dataclasses as objects, moments as ISO 8601, durations as seconds, enumerations as their value."""
    match value:
        case Enum():
            return value.value
        case datetime() | date():
            return value.isoformat()
        case timedelta():
            return int(value.total_seconds())
        case tuple() | list() | frozenset():
            return [as_json(item) for item in value]
        case dict():
            return {key: as_json(item) for key, item in value.items()}
        case _ if dataclasses.is_dataclass(value):
            return {f.name: as_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
        case _:
            return value


def compact(value: Any) -> Any:
    """The same JSON without what is empty, and without origins: what a sample's expectation is written in."""
    if isinstance(value, dict):
        kept = {key: compact(item) for key, item in value.items()
                if key != "observed_at" and not (key == "origin" and isinstance(item, dict))}
        return {key: item for key, item in kept.items() if item not in (None, "", [], {})}
    if isinstance(value, list):
        return [compact(item) for item in value]
    return value

"""A record as the store has it, and what happened to it. Shared by the store and by functions that know no store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from adapters.records import Record

R_co = TypeVar("R_co", bound=Record, covariant=True)


@dataclass(frozen=True, slots=True)
class Stored(Generic[R_co]):
    """A record under our id; resource_id inside is the platform's, as an adapter writes it."""

    id: int
    record: R_co
    archived: bool


@dataclass(frozen=True, slots=True)
class Event:
    """Something that changed. kind: enrolled, started, progressed, completed, assigned, due_changed, awarded …"""

    kind: str
    record: str
    external_id: str
    details: dict[str, Any]

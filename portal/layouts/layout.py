"""What a page consists of: an ordered list of sections with their options. Versions are immutable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Placement:
    """section: key of a section. options: what that section's ``Options`` accepts; the rest stays at its default."""

    section: str
    options: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Layout:
    """version: names this layout for ever, also in the address of a fragment. placements: in reading order."""

    version: int
    placements: tuple[Placement, ...]

    def placement(self, section: str) -> Placement | None:
        return next((placement for placement in self.placements if placement.section == section), None)


DEFAULT = Layout(1, (
    Placement("continue", MappingProxyType({"width": "wide"})),
    Placement("due", MappingProxyType({"width": "narrow"})),
    Placement("recommended"),
    Placement("badges"),
))


def by_version(version: int) -> Layout | None:
    """None = there is no such version."""
    return DEFAULT if version == DEFAULT.version else None

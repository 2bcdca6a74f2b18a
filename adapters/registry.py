"""Which adapters exist: the folders here, and packages that announce themselves under ``homeroom.adapters``.

This is the one place where production code imports by name. A folder that cannot be imported becomes a
BrokenAdapter – a row for the admin – and never a dead portal.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import adapters
from adapters.contract import Adapter
from adapters.errors import Misconfigured

ENTRY_POINT_GROUP = "homeroom.adapters"


@dataclass(frozen=True, slots=True)
class BrokenAdapter:
    """key: folder or entry point name; reason: the import error in one line, for the admin."""

    key: str
    reason: str


AdapterClass = type[Adapter[Any]]


@dataclass(frozen=True, slots=True)
class Registry:
    """All adapters by key, in alphabetical order."""

    found: dict[str, AdapterClass | BrokenAdapter]

    def __iter__(self) -> Iterator[AdapterClass]:
        return (entry for entry in self.found.values() if not isinstance(entry, BrokenAdapter))

    @property
    def broken(self) -> tuple[BrokenAdapter, ...]:
        return tuple(entry for entry in self.found.values() if isinstance(entry, BrokenAdapter))

    def get(self, key: str) -> AdapterClass:
        """Raises Misconfigured: unknown key (with the known ones) or a broken folder (with its reason)."""
        entry = self.found.get(key)
        if entry is None:
            raise Misconfigured(f"there is no adapter {key!r}", remedy=f"Known: {', '.join(sorted(self.found))}")
        if isinstance(entry, BrokenAdapter):
            raise Misconfigured(f"the adapter {key!r} cannot be loaded: {entry.reason}")
        return entry


def load(folders: tuple[str, ...] | None = None) -> Registry:
    """folders: where vendor folders lie; default: beside this file. Imports every vendor, once at start."""
    found: dict[str, AdapterClass | BrokenAdapter] = {}
    for module in pkgutil.iter_modules(list(folders or adapters.__path__)):
        if module.ispkg:
            found[module.name] = _vendor(f"adapters.{module.name}", module.name)
    for point in entry_points(group=ENTRY_POINT_GROUP):
        found.setdefault(point.name, _vendor(point.value.split(":")[0], point.name))
    return Registry(dict(sorted(found.items())))


@cache
def default() -> Registry:
    """The registry of this process."""
    return load()


def folder_of(adapter: AdapterClass) -> Path:
    """Where the adapter's README, logo and samples lie."""
    module = importlib.import_module(adapter.__module__.rsplit(".", 1)[0])
    return Path(str(module.__file__)).parent


def sandbox_of(adapter: AdapterClass) -> Any | None:
    """The vendor's sandbox module, or None. Only the demo and tests ask."""
    package = adapter.__module__.rsplit(".", 1)[0]
    if not (folder_of(adapter) / "sandbox.py").exists():
        return None
    return importlib.import_module(f"{package}.sandbox")


def _vendor(module_name: str, key: str) -> AdapterClass | BrokenAdapter:
    try:
        adapter: AdapterClass = importlib.import_module(module_name).ADAPTER
    except Exception as error:  # noqa: BLE001 – whatever an author's folder does, the portal starts
        return BrokenAdapter(key, f"{type(error).__name__}: {error}".splitlines()[0][:200])
    if adapter.manifest.key != key:
        return BrokenAdapter(key, f"the manifest's key is {adapter.manifest.key!r}, the folder is {key!r}")
    return adapter

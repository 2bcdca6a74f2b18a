"""From a connection's id to a ready adapter: in production the only caller of the registry and the vault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adapters.answer import Limits
from adapters.cache import CatalogueCache
from adapters.contract import Adapter
from adapters.egress import EgressPolicy
from adapters.opening import open_adapter, parse_settings
from adapters.registry import Registry
from adapters.session import Throttle
from portal.clock import Clock
from portal.quota import Lane
from portal.security.vault import Vault
from portal.store.database import Database
from portal.store.platforms import ConnectionRow, secrets_of


@dataclass(frozen=True, slots=True)
class Opener:
    """Opens connections for one process. throttle: the shared quota of a connection, for one lane."""

    registry: Registry
    vault: Vault
    database: Database
    cache: CatalogueCache
    clock: Clock
    throttle: Callable[[int, Lane], Throttle]
    limits: Limits

    def open(self, row: ConnectionRow, lane: Lane) -> Adapter[Any]:
        """A ready adapter; close it with ``adapter.session.close()``. Raises Misconfigured, SecretUnreadable."""
        adapter = self.registry.get(row.adapter)
        with self.database.read() as connection:
            sealed = secrets_of(connection, row.id)
        secrets = {s.name: self.vault.unseal(f"connection:{row.id}:{s.name}", s.key_id, s.sealed) for s in sealed}
        settings = parse_settings(adapter, {**row.settings, **secrets})
        return open_adapter(
            adapter, settings, connection=str(row.id), credentials_version=str(row.credentials_version),
            policy=EgressPolicy(allow_private=row.allow_private), limits=self.limits,
            throttle=self.throttle(row.id, lane), cache=self.cache, now=self.clock)

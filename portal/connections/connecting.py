"""From an admin's values to a stored connection."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from adapters.opening import open_adapter, parse_settings
from adapters.registry import AdapterClass
from portal.security.vault import Vault
from portal.store import audit, platforms
from portal.store.database import Transaction


def connect(transaction: Transaction, vault: Vault, adapter: AdapterClass, *, name: str, values: Mapping[str, Any],
            allow_private: bool, actor: str, now: datetime) -> int:
    """Check the settings, store them, seal the secrets; returns the connection's id. Calls nobody.

    values: settings and secrets by name. Raises adapters.errors.Misconfigured, naming the wrong field.
    """
    settings = parse_settings(adapter, values)
    ready = open_adapter(adapter, settings)
    plain = {key: value for key, value in settings.model_dump(mode="json").items()
             if key not in adapter.Settings.secret_names()}
    connection_id = platforms.add(
        transaction, adapter=adapter.manifest.key, name=name, settings=plain, allow_private=allow_private,
        launch_hosts=ready.launch_hosts(), capabilities=adapter.capabilities(), now=now)
    for field in sorted(adapter.Settings.secret_names()):
        value: SecretStr | None = getattr(settings, field)
        if value is not None:
            sealed = vault.seal(f"connection:{connection_id}:{field}", value.get_secret_value())
            platforms.put_secret(transaction, connection_id,
                                 platforms.SealedSecret(field, sealed.key_id, sealed.sealed), now)
    audit.record(transaction, at=now, actor=actor, action="connection.added", subject=name,
                 details={"adapter": adapter.manifest.key})
    return connection_id

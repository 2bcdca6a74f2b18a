"""What was done, by whom, to what. Rows are added and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from portal.store import schema as t
from portal.store.database import Transaction


def record(tx: Transaction, at: datetime, actor: str, action: str, subject: str = "",
           details: Mapping[str, Any] | None = None) -> None:
    """actor: ``learner:7``, ``provider``, ``anonymous`` … action: ``auth.success``, ``connection.changed`` …

    details: plain JSON, without secrets and tokens; the caller answers for that.
    """
    tx.execute(t.audit.insert().values(at=at, actor=actor[:300], action=action, subject=subject[:300],
                                       details=dict(details or {})))

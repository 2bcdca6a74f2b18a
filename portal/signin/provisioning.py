"""From an identity to a learner: their row is made or brought up to date at every sign-in, and the audit log knows."""

from __future__ import annotations

from datetime import datetime

from portal.learner_view import Learner
from portal.signin.claims import Identity
from portal.store import audit, people
from portal.store.database import Transaction


def provision(tx: Transaction, identity: Identity, now: datetime) -> Learner:
    """The key is (issuer, subject): another subject with the same e-mail address is another learner."""
    learner = people.save(tx, identity.person, now)
    details: dict[str, object] = {"roles": list(learner.roles)}
    if identity.warnings:
        details["warnings"] = list(identity.warnings)
    audit.record(tx, now, f"learner:{learner.id}", "auth.success", details=details)
    return learner

"""Which account is whose: found by one fact, kept with its evidence, looked at again every month, and never guessed.

A link once made does not depend on the fact any more: somebody whose name or e-mail changes keeps the account. It is
held – stored, and shown to nobody – when it is in doubt: when somebody else has the account, or the same fact, or when
the fact leads to another account now.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from adapters.errors import Ambiguous
from adapters.records import Account, LearnerIdentity
from portal.learner_view import Learner
from portal.store import ledger, people, platforms
from portal.store.database import Transaction
from portal.store.platforms import Link

LOOK_AGAIN = timedelta(days=30)
"""The account is found anew when its evidence is older than this."""
_FACTS = ("email", "id_number", "username")


def is_old(link: Link, now: datetime) -> bool:
    return now - link.confirmed_at > LOOK_AGAIN


def doubt(tx: Transaction, learner: Learner, connection_id: int, account: Account, now: datetime) -> Ambiguous | None:
    """Why this account may not be this learner's; None = no reason. Who has it already is held too, if the evidence
    fits both."""
    rule = account.matched_by
    known = platforms.link_of(tx, learner.id, connection_id)
    if known is not None and known.account.external_id != account.external_id:
        return Ambiguous("another account is linked to this learner already", rule=rule, hits=2)
    rivals = _rivals(tx, learner, account)
    owner = platforms.owner_of(tx, connection_id, account.external_id)
    if owner in rivals:
        ledger.hold(tx, connection_id, owner, Ambiguous.__name__, f"somebody else has the same {rule}", now)
    if owner not in (None, learner.id):
        return Ambiguous("the account is linked to another learner already", rule=rule, hits=2)
    if rivals:
        return Ambiguous(f"{len(rivals) + 1} learners have this {rule}", rule=rule, hits=len(rivals) + 1,
                         remedy=f"Make the {rule} unique in the identity provider, or link learners by another fact.")
    return None


def _rivals(tx: Transaction, learner: Learner, account: Account) -> set[int]:
    """Other learners of whom the fact that led to this account is true today, while it is true of this one."""
    if account.matched_by not in _FACTS:
        return set()
    value = learner.identity().value_of(account.matched_by)
    if not value or value.strip().lower() != account.matched_value.strip().lower():
        return set()
    fact: dict[str, Any] = {account.matched_by: value}
    return set(people.named(tx, [LearnerIdentity(**fact)])) - {learner.id}

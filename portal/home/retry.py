"""A learner asks one platform again: at most once a minute, and only where asking may help."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.home import freshness
from portal.home.reader import Reader
from portal.learner_view import Learner, LearnerView
from portal.priority import Priority
from portal.services import Services
from portal.store import ledger
from portal.store import page as store
from portal.store.database import Transaction

NOT_BEFORE = timedelta(minutes=1)


def ask_again(services: Services, learner: Learner, connection_id: int, reader: Reader) -> str | None:
    """What to tell the learner. None = there is no such platform, or it is paused."""
    with services.database.write() as tx:
        view = store.load(tx, learner, frozenset(), reader.now)
        source = next((one for one in view.sources if one.connection_id == connection_id and not one.paused), None)
        if source is None:
            return None
        state = freshness.of(source, has_items=True, now=reader.now)
        if not freshness.may_retry(state):
            return freshness.label(source, state, reader).words
        if connection_id in asked_lately(tx, view, reader.now):
            return reader.say("{platform} was asked just now.", platform=source.name)
        ledger.enqueue(tx, learner.id, [connection_id], Priority.INTERACTIVE, reader.now)
    services.wake()
    return reader.say("Asking {platforms} …", platforms=source.name)


def asked_lately(tx: Transaction, view: LearnerView, now: datetime) -> frozenset[int]:
    """Platforms that are not asked again yet. Costs a statement only where a platform could be asked at all."""
    states = (freshness.of(source, has_items=True, now=now) for source in view.sources)
    if not any(freshness.may_retry(state) for state in states):
        return frozenset()
    return ledger.asked_lately(tx, view.learner.id, now - NOT_BEFORE)

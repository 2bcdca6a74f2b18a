"""Who is signed in: sessions, sign-ins on their way, and logout tokens that were used up.

Only hashes of the random values are stored, so a copy of the database opens no session.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ColumnElement

from portal.learner_view import Learner
from portal.store import schema as t
from portal.store.database import Transaction
from portal.store.people import learner_from

PENDING_LIFETIME = timedelta(minutes=10)
PENDING_PER_BROWSER = 5

_s, _p = t.signin_session.c, t.pending_sign_in.c


def hash_of(value: str) -> str:
    """SHA-256 in hex. Enough for values with 256 random bits; never for passwords."""
    return hashlib.sha256(value.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session and whose it is. authenticated_at: when the person last proved who they are (OIDC ``auth_time``)."""

    id_hash: str
    learner: Learner
    seen_at: datetime
    authenticated_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingSignIn:
    """What was agreed with the browser when it left for the identity provider."""

    nonce: str
    code_verifier: str
    next_path: str


def open_session(tx: Transaction, id_hash: str, learner: Learner, *, sid: str | None, id_token: str, now: datetime,
                 authenticated_at: datetime, ends_at: datetime) -> None:
    tx.execute(t.signin_session.insert().values(
        id_hash=id_hash, learner_id=learner.id, issuer=learner.issuer, subject=learner.subject, sid=sid,
        id_token=id_token, created_at=now, seen_at=now, authenticated_at=authenticated_at, ends_at=ends_at))


_LOAD = (   # built once: every request sends it
    select(t.learner, _s.id_hash, _s.seen_at.label("session_seen_at"), _s.authenticated_at, _s.ends_at)
    .join(t.signin_session, _s.learner_id == t.learner.c.id).where(_s.id_hash == bindparam("hash")))


def load(tx: Transaction, id_hash: str) -> SignedIn | None:
    """Session and learner in one statement. The caller decides whether it is still good."""
    row = tx.execute(_LOAD, {"hash": id_hash}).one_or_none()
    if row is None:
        return None
    return SignedIn(id_hash=row.id_hash, learner=learner_from(row), seen_at=row.session_seen_at,
                    authenticated_at=row.authenticated_at, ends_at=row.ends_at)


def id_token_of(tx: Transaction, id_hash: str) -> str | None:
    """The ID token of a session, for ``id_token_hint``. Read apart because it may be long."""
    return tx.execute(select(_s.id_token).where(_s.id_hash == id_hash)).scalar_one_or_none()


def touch(tx: Transaction, id_hash: str, now: datetime) -> None:
    """The session was used; so was the learner's page, which the refresh planner wants to know."""
    tx.execute(update(t.signin_session).where(_s.id_hash == id_hash).values(seen_at=now))
    whose = select(_s.learner_id).where(_s.id_hash == id_hash).scalar_subquery()
    tx.execute(update(t.learner).where(t.learner.c.id == whose).values(seen_at=now))


def end(tx: Transaction, id_hash: str) -> int:
    return _end(tx, _s.id_hash == id_hash)


def end_by_sid(tx: Transaction, issuer: str, sid: str) -> int:
    """The sessions that came from one session at the identity provider. Returns how many."""
    return _end(tx, _s.issuer == issuer, _s.sid == sid)


def end_by_subject(tx: Transaction, issuer: str, subject: str) -> int:
    """Every session of one person. Returns how many."""
    return _end(tx, _s.issuer == issuer, _s.subject == subject)


def end_over(tx: Transaction, now: datetime, idle: timedelta) -> int:
    """Sessions that no longer count: over, or unused for too long."""
    return _end(tx, or_(_s.ends_at <= now, _s.seen_at <= now - idle))


def _end(tx: Transaction, *conditions: ColumnElement[bool]) -> int:
    return tx.execute(delete(t.signin_session).where(*conditions)).rowcount


def remember(tx: Transaction, state: str, browser: str, pending: PendingSignIn, now: datetime) -> None:
    """Keep what the callback will need. The newest five per browser stay; everybody's old ones go."""
    browser_hash = hash_of(browser)
    newest = (select(_p.state_hash).where(_p.browser_hash == browser_hash)
              .order_by(_p.created_at.desc()).limit(PENDING_PER_BROWSER - 1))
    tx.execute(delete(t.pending_sign_in).where(or_(
        _p.created_at <= now - PENDING_LIFETIME,
        (_p.browser_hash == browser_hash) & _p.state_hash.not_in(newest))))
    tx.execute(t.pending_sign_in.insert().values(
        state_hash=hash_of(state), browser_hash=browser_hash, nonce=pending.nonce,
        code_verifier=pending.code_verifier, next_path=pending.next_path, created_at=now))


def take(tx: Transaction, state: str, browser: str, now: datetime) -> PendingSignIn | None:
    """Used once: whoever deletes the row has it. None when unknown, too old, used, or another browser's."""
    row = tx.execute(
        delete(t.pending_sign_in)
        .where(_p.state_hash == hash_of(state), _p.browser_hash == hash_of(browser),
               _p.created_at > now - PENDING_LIFETIME)
        .returning(_p.nonce, _p.code_verifier, _p.next_path)).one_or_none()
    return PendingSignIn(nonce=row.nonce, code_verifier=row.code_verifier, next_path=row.next_path) if row else None


def spend(tx: Transaction, token_id: str, expires_at: datetime, now: datetime) -> bool:
    """True the first time, False for a replay. Remembered until expires_at."""
    tx.execute(delete(t.spent_token).where(t.spent_token.c.expires_at <= now))
    insert = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    added = tx.execute(insert(t.spent_token).values(token_hash=hash_of(token_id), expires_at=expires_at)
                       .on_conflict_do_nothing().returning(t.spent_token.c.token_hash))
    return added.one_or_none() is not None

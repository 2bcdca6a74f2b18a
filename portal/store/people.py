"""Learners: who they are, as the identity provider says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.learner_view import Learner
from portal.store import schema as t


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What sign-in learnt of somebody. issuer and subject are the identity (OpenID Connect Core §2)."""

    issuer: str
    subject: str
    email: str | None = None
    email_verified: bool = False
    id_number: str | None = None
    username: str | None = None
    name: str = ""
    given_name: str = ""
    language: str | None = None
    zone: str | None = None
    roles: tuple[str, ...] = ()


def learner_from(row: Row[Any]) -> Learner:
    """row: at least the columns of ``learner``."""
    return Learner(
        id=row.id, issuer=row.issuer, subject=row.subject, email=row.email, email_verified=row.email_verified,
        id_number=row.id_number, username=row.username, name=row.name, given_name=row.given_name,
        language=row.language, zone=row.zone, roles=tuple(row.roles), signed_in_at=row.signed_in_at,
        seen_at=row.seen_at)


def by_id(connection: Connection, learner_id: int) -> Learner | None:
    row = connection.execute(select(t.learner).where(t.learner.c.id == learner_id)).one_or_none()
    return learner_from(row) if row else None


def by_email(connection: Connection, email: str) -> list[Learner]:
    """Every learner with this address, in any case: an address is no identity, so there may be several."""
    rows = connection.execute(select(t.learner).where(t.learner.c.email.ilike(_literal(email), escape="\\")))
    return [learner_from(row) for row in rows]


def save(connection: Connection, person: Person, now: datetime, *, signed_in: bool = True) -> Learner:
    """Create or update the learner with this issuer and subject. signed_in: note the moment as a sign-in."""
    values = {
        "email": person.email, "email_verified": person.email_verified, "id_number": person.id_number,
        "username": person.username, "name": person.name, "given_name": person.given_name,
        "language": person.language, "zone": person.zone, "roles": list(person.roles),
        **({"signed_in_at": now, "seen_at": now} if signed_in else {}),
    }
    make: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(
        make(t.learner).values(issuer=person.issuer, subject=person.subject, created_at=now, **values)
        .on_conflict_do_update(index_elements=["issuer", "subject"], set_=values))
    row = connection.execute(select(t.learner).where(
        t.learner.c.issuer == person.issuer, t.learner.c.subject == person.subject)).one()
    return learner_from(row)


def seen(connection: Connection, learner_id: int, now: datetime) -> None:
    """Keeps the planner's idea of who is active."""
    connection.execute(update(t.learner).where(t.learner.c.id == learner_id).values(seen_at=now))


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

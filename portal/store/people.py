"""Learners: who they are, as the identity provider says."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from adapters.records import LearnerIdentity
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


def named(connection: Connection, identities: Collection[LearnerIdentity]) -> list[int]:
    """Ids of the learners a platform means by these names: an address counts in any case, if it is verified here.
    Locked against deletion until the transaction ends."""
    p = t.learner
    emails = [func.lower(one.email) for one in identities if one.email]
    rules: list[tuple[ColumnElement[bool], list[Any]]] = [
        (and_(func.lower(p.c.email).in_(emails), p.c.email_verified.is_(True)), emails),
        *((column.in_(values), values) for column, values in (
            (p.c.id_number, [one.id_number for one in identities if one.id_number]),
            (p.c.username, [one.username for one in identities if one.username])))]
    asked = [rule for rule, values in rules if values]
    if not asked:
        return []
    query = select(p.c.id).where(or_(*asked)).order_by(p.c.id).with_for_update(read=True, key_share=True)
    return list(connection.execute(query).scalars())


def anybody_since(connection: Connection, moment: datetime) -> bool:
    """Whether any learner was here since then."""
    return bool(connection.execute(select(exists().where(t.learner.c.seen_at >= moment))).scalar_one())


def crowds(connection: Connection, connection_ids: Collection[int], *since: datetime) -> dict[int, tuple[int, ...]]:
    """By connection: how many learners with an account there were seen since the first moment, then since the second
    and not the first, and so on. since: latest first."""
    p, a = t.learner, t.account
    if not connection_ids:
        return {}
    later: list[ColumnElement[bool]] = [p.c.seen_at < moment for moment in since]
    counts = [func.count().filter(p.c.seen_at >= moment, *later[:number][-1:]) for number, moment in enumerate(since)]
    rows = connection.execute(
        select(a.c.connection_id, *counts).select_from(p).join(a, a.c.learner_id == p.c.id)
        .where(p.c.seen_at >= since[-1], a.c.connection_id.in_(connection_ids)).group_by(a.c.connection_id))
    return {row[0]: tuple(row[1:]) for row in rows}


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

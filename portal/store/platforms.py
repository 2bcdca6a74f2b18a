"""Connections, their sealed secrets, and which account a learner has on each.

To connect a platform use ``portal.connections.connecting.connect``, which checks the settings and seals the secrets.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, null, select, update

from adapters.records import Account, Capability
from portal.store import schema as t


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRow:
    """One configured platform, without its secrets. settings: what is not secret."""

    id: int
    adapter: str
    name: str
    settings: dict[str, Any]
    allow_private: bool
    launch_hosts: frozenset[str]
    capabilities: frozenset[Capability]
    credentials_version: int
    not_before: datetime | None
    """No call before this moment: the platform asked for a pause."""
    paused_at: datetime | None
    archived_at: datetime | None
    paces: dict[str, float | None] | None = None
    """Seconds between two routine refreshes of a learner, where the vendor's quota sets them (``refresh.planning``)."""


@dataclass(frozen=True, slots=True)
class Link:
    """A learner's account with the evidence in it. confirmed_at: when the evidence was last looked at."""

    account: Account
    linked_at: datetime
    confirmed_at: datetime


@dataclass(frozen=True, slots=True)
class SealedSecret:
    name: str
    key_id: str
    sealed: bytes


def add(connection: Connection, *, adapter: str, name: str, settings: dict[str, Any], allow_private: bool,
        launch_hosts: frozenset[str], capabilities: frozenset[Capability], now: datetime) -> int:
    """The id of the new connection. Raises sqlalchemy IntegrityError when the name is taken."""
    values = {"adapter": adapter, "name": name, "settings": settings, "allow_private": allow_private,
              "launch_hosts": sorted(launch_hosts), "capabilities": sorted(capabilities), "created_at": now}
    return int(connection.execute(insert(t.connection).values(**values).returning(t.connection.c.id)).scalar_one())


def put_secret(connection: Connection, connection_id: int, secret: SealedSecret, now: datetime) -> None:
    """Replaces the secret of this name."""
    connection.execute(delete(t.secret).where(t.secret.c.connection_id == connection_id,
                                              t.secret.c.name == secret.name))
    connection.execute(insert(t.secret).values(connection_id=connection_id, name=secret.name, key_id=secret.key_id,
                                               sealed=secret.sealed, changed_at=now))


def secrets_of(connection: Connection, connection_id: int) -> list[SealedSecret]:
    rows = connection.execute(select(t.secret).where(t.secret.c.connection_id == connection_id))
    return [SealedSecret(row.name, row.key_id, row.sealed) for row in rows]


def get(connection: Connection, connection_id: int) -> ConnectionRow | None:
    row = connection.execute(select(t.connection).where(t.connection.c.id == connection_id)).one_or_none()
    return _connection_from(row) if row else None


def active(connection: Connection) -> list[ConnectionRow]:
    """Connections that are neither paused nor archived, by name."""
    query = (select(t.connection).where(t.connection.c.archived_at.is_(None), t.connection.c.paused_at.is_(None))
             .order_by(t.connection.c.name))
    return [_connection_from(row) for row in connection.execute(query)]


def keep_paces(connection: Connection, connection_id: int, paces: dict[str, float | None] | None) -> None:
    values = {"paces": null() if paces is None else paces}
    connection.execute(update(t.connection).where(t.connection.c.id == connection_id).values(**values))


def archive(connection: Connection, connection_id: int, now: datetime) -> None:
    """Disconnect: the secrets go, what learners did there stays."""
    connection.execute(update(t.connection).where(t.connection.c.id == connection_id).values(archived_at=now))
    connection.execute(delete(t.secret).where(t.secret.c.connection_id == connection_id))
    connection.execute(delete(t.refresh).where(t.refresh.c.connection_id == connection_id))
    connection.execute(delete(t.sync).where(t.sync.c.connection_id == connection_id))


def link_of(connection: Connection, learner_id: int, connection_id: int) -> Link | None:
    a = t.account
    row = connection.execute(
        select(a).where(a.c.learner_id == learner_id, a.c.connection_id == connection_id)).one_or_none()
    if row is None:
        return None
    account = Account(external_id=row.external_id, display_name=row.display_name, matched_by=row.matched_by,
                      matched_value=row.matched_value)
    return Link(account, row.linked_at, row.confirmed_at)


def owner_of(connection: Connection, connection_id: int, external_id: str) -> int | None:
    """The learner to whom this account is linked already."""
    a = t.account
    return connection.execute(select(a.c.learner_id).where(
        a.c.connection_id == connection_id, a.c.external_id == external_id)).scalar_one_or_none()


def link(connection: Connection, learner_id: int, connection_id: int, account: Account, now: datetime) -> None:
    """Remember the account that was found, with the evidence; found again, the evidence is renewed.

    Raises ValueError when the learner has another account there: a link is never switched."""
    a = t.account
    known = link_of(connection, learner_id, connection_id)
    evidence = {"display_name": account.display_name, "matched_by": account.matched_by,
                "matched_value": account.matched_value, "confirmed_at": now}
    if known is None:
        connection.execute(insert(a).values(learner_id=learner_id, connection_id=connection_id,
                                            external_id=account.external_id, linked_at=now, **evidence))
    elif known.account.external_id == account.external_id:
        connection.execute(update(a).where(a.c.learner_id == learner_id, a.c.connection_id == connection_id)
                           .values(**evidence))
    else:
        raise ValueError("the learner has another account on this platform")


def unlink(connection: Connection, learner_id: int, connection_id: int) -> bool:
    """False when there was no link."""
    a = t.account
    gone = connection.execute(delete(a).where(a.c.learner_id == learner_id, a.c.connection_id == connection_id))
    return bool(gone.rowcount)


def _connection_from(row: Row[Any]) -> ConnectionRow:
    return ConnectionRow(
        id=row.id, adapter=row.adapter, name=row.name, settings=row.settings, allow_private=row.allow_private,
        launch_hosts=frozenset(row.launch_hosts), capabilities=frozenset(Capability(c) for c in row.capabilities),
        credentials_version=row.credentials_version, not_before=row.not_before, paused_at=row.paused_at,
        archived_at=row.archived_at, paces=row.paces)

"""The tables. One dialect-neutral description for SQLite and PostgreSQL.

Two times are kept apart everywhere (``observed_at``: last confirmed by the platform; ``changed_at``: last different),
what a platform no longer lists is archived and never deleted, and every table that holds something of a learner is
found through LEARNER_TABLES, from which export and erasure will be generated.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

metadata = MetaData(naming_convention={
    "ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s", "pk": "pk_%(table_name)s",
})


class Moment(TypeDecorator[datetime]):
    """An aware datetime, in UTC at both ends. A naive one is a programming error and raises."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """On SQLite a moment is text; read in one step, because a page has hundreds of them."""
        return _aware if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _aware(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text + "+00:00")


class Seconds(TypeDecorator[timedelta]):
    """A duration as whole seconds."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value.total_seconds())

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:
        return None if value is None else timedelta(seconds=value)


_Id = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[Any]:
    return Column("id", _Id, primary_key=True)


def _learner(**options: Any) -> Column[Any]:
    return Column("learner_id", _Id, ForeignKey("learner.id", ondelete="CASCADE"), nullable=False, **options)


def _connection(**options: Any) -> Column[Any]:
    return Column("connection_id", _Id, ForeignKey("connection.id"), nullable=False, **options)


def _seen() -> tuple[Column[Any], ...]:
    """When a record was confirmed, when it changed, and when the platform stopped listing it."""
    return (Column("observed_at", Moment, nullable=False), Column("changed_at", Moment, nullable=False),
            Column("archived_at", Moment))


learner = Table(
    "learner", metadata, _id(),
    Column("issuer", String(500), nullable=False), Column("subject", String(255), nullable=False),
    Column("email", String(320)), Column("email_verified", Boolean, nullable=False, default=False),
    Column("id_number", String(100)), Column("username", String(255)),
    Column("name", String(300), nullable=False, default=""),
    Column("given_name", String(300), nullable=False, default=""),
    Column("language", String(35)), Column("zone", String(64)),
    Column("roles", JSON, nullable=False, default=list),
    Column("created_at", Moment, nullable=False), Column("signed_in_at", Moment), Column("seen_at", Moment),
    UniqueConstraint("issuer", "subject"), Index(None, "email"), Index(None, "id_number"), Index(None, "username"),
    Index(None, "seen_at"), Index("ix_learner_lower_email", text("lower(email)")),
)

signin_session = Table(
    "signin_session", metadata,
    Column("id_hash", String(64), primary_key=True), _learner(index=True),
    Column("issuer", String(500), nullable=False), Column("subject", String(255), nullable=False),
    Column("sid", String(255)), Column("id_token", Text),
    Column("created_at", Moment, nullable=False), Column("seen_at", Moment, nullable=False),
    Column("authenticated_at", Moment, nullable=False), Column("ends_at", Moment, nullable=False),
    Index(None, "issuer", "sid"), Index(None, "issuer", "subject"),
)

pending_sign_in = Table(
    "pending_sign_in", metadata,
    Column("state_hash", String(64), primary_key=True), Column("browser_hash", String(64), nullable=False, index=True),
    Column("nonce", String(100), nullable=False), Column("code_verifier", String(150), nullable=False),
    Column("next_path", String(2000), nullable=False), Column("created_at", Moment, nullable=False),
)

spent_token = Table(
    "spent_token", metadata,
    Column("token_hash", String(64), primary_key=True), Column("expires_at", Moment, nullable=False, index=True),
)

connection = Table(
    "connection", metadata, _id(),
    Column("adapter", String(100), nullable=False), Column("name", String(200), nullable=False),
    Column("settings", JSON, nullable=False, default=dict),
    Column("allow_private", Boolean, nullable=False, default=False),
    Column("launch_hosts", JSON, nullable=False, default=list),
    Column("capabilities", JSON, nullable=False, default=list),
    Column("created_at", Moment, nullable=False), Column("paused_at", Moment), Column("archived_at", Moment),
    Column("not_before", Moment), Column("rest_reason", String(500), nullable=False, default="", server_default=""),
    Column("resting_since", Moment), Column("refused_version", Integer), Column("calls_per_minute", Integer),
    Column("credentials_version", Integer, nullable=False, default=1), Column("paces", JSON),
    UniqueConstraint("name"),
)

secret = Table(
    "secret", metadata, _connection(primary_key=True), Column("name", String(100), primary_key=True),
    Column("key_id", String(50), nullable=False), Column("sealed", LargeBinary, nullable=False),
    Column("changed_at", Moment, nullable=False),
)

account = Table(
    "account", metadata, _learner(primary_key=True), _connection(primary_key=True),
    Column("external_id", String(500), nullable=False), Column("display_name", String(300), nullable=False, default=""),
    Column("matched_by", String(50), nullable=False), Column("matched_value", String(500), nullable=False, default=""),
    Column("linked_at", Moment, nullable=False), Column("confirmed_at", Moment, nullable=False),
    UniqueConstraint("connection_id", "external_id"),
)

resource = Table(
    "resource", metadata, _id(), _connection(), Column("external_id", String(500), nullable=False),
    Column("title", String(300), nullable=False), Column("url", Text), Column("type", String(20), nullable=False),
    Column("summary", Text, nullable=False, default=""), Column("language", String(35)), Column("duration", Seconds),
    Column("image_url", Text), Column("provider", String(300), nullable=False, default=""),
    Column("topics", JSON, nullable=False, default=list), Column("level", String(50)),
    Column("identifiers", JSON, nullable=False, default=list),
    Column("open_to_all", Boolean, nullable=False, default=False), Column("updated_at", Moment),
    Column("popularity", Integer, nullable=False, default=0), *_seen(),
    UniqueConstraint("connection_id", "external_id"), Index(None, "open_to_all", "popularity"),
)


def _about_resource() -> Column[Any]:
    return Column("resource_id", _Id, ForeignKey("resource.id"), nullable=False, index=True)


enrolment = Table(
    "enrolment", metadata, _id(), _learner(), _connection(), _about_resource(),
    Column("external_id", String(500), nullable=False), Column("status", String(20), nullable=False),
    Column("progress", Double), Column("started_at", Moment), Column("completed_at", Moment),
    Column("last_activity_at", Moment), Column("score", Double), Column("launch_url", Text),
    Column("platform_updated_at", Moment), Column("provenance", String(20), nullable=False), *_seen(),
    UniqueConstraint("learner_id", "connection_id", "external_id"),
)

assignment = Table(
    "assignment", metadata, _id(), _learner(), _connection(), _about_resource(),
    Column("external_id", String(500), nullable=False), Column("required", Boolean, nullable=False),
    Column("status", String(20), nullable=False), Column("due_at", Moment), Column("due_day", Date),
    Column("due_zone", String(64)), Column("due_origin", String(100), nullable=False, default=""),
    Column("assigned_at", Moment), Column("completed_at", Moment), Column("title", String(300)), Column("url", Text),
    Column("assigned_by", String(300), nullable=False, default=""), Column("provenance", String(20), nullable=False),
    *_seen(), UniqueConstraint("learner_id", "connection_id", "external_id"),
)

recommendation = Table(
    "recommendation", metadata, _id(), _learner(), _connection(), _about_resource(),
    Column("external_id", String(500), nullable=False), Column("rank", Integer, nullable=False),
    Column("reason", String(500), nullable=False, default=""),
    Column("source", String(200), nullable=False, default=""),
    *_seen(), UniqueConstraint("learner_id", "connection_id", "external_id"),
)

badge = Table(
    "badge", metadata, _id(), _learner(), _connection(), Column("external_id", String(500), nullable=False),
    Column("name", String(300), nullable=False), Column("issuer", String(300), nullable=False),
    Column("kind", String(20), nullable=False), Column("description", Text, nullable=False, default=""),
    Column("criteria", Text, nullable=False, default=""), Column("issued_at", Moment), Column("expires_at", Moment),
    Column("image_url", Text), Column("url", Text), Column("resource_external_id", String(500)),
    Column("evidence_url", Text), Column("credential", Text), Column("verification", String(20), nullable=False),
    Column("verification_reason", Text, nullable=False, default=""), *_seen(),
    UniqueConstraint("learner_id", "connection_id", "external_id"),
)

refresh = Table(
    "refresh", metadata,
    _connection(primary_key=True), Column("subject", String(40), primary_key=True),
    Column("learner_id", _Id, ForeignKey("learner.id", ondelete="CASCADE"), index=True),
    Column("due_at", Moment), Column("priority", Integer, nullable=False, default=0),
    Column("attempts", Integer, nullable=False, default=0),
    Column("lease_by", String(100)), Column("lease_until", Moment),
    Column("started_at", Moment), Column("succeeded_at", Moment),
    Column("failed_at", Moment), Column("failing_since", Moment), Column("failure", String(40)),
    Column("failure_reason", String(500), nullable=False, default=""),
    Column("complete", Boolean, nullable=False, default=False),
    Column("warnings", JSON, nullable=False, default=list), Column("run", Integer, nullable=False, default=0),
    Column("held", JSON, nullable=False, default=dict, server_default="{}"),
    Index(None, "connection_id", "priority", "due_at"), Index(None, "lease_until"),
)

quota = Table(
    "quota", metadata, _connection(primary_key=True),
    Column("spent", JSON, nullable=False, default=list, server_default="[]"),
    Column("learned", Double), Column("learned_at", Moment),
)

breaker = Table(
    "breaker", metadata, _connection(primary_key=True), Column("operation", String(100), primary_key=True),
    Column("calls", Integer, nullable=False, default=0), Column("failures", Integer, nullable=False, default=0),
    Column("window_started_at", Moment, nullable=False), Column("in_a_row", Integer, nullable=False, default=0),
    Column("openings", Integer, nullable=False, default=0), Column("open_until", Moment),
    Column("successes", Integer, nullable=False, default=0), Column("reason", String(500), nullable=False, default=""),
    Column("since", Moment),
)

sync = Table(
    "sync", metadata, _connection(primary_key=True), Column("operation", String(20), primary_key=True),
    Column("cursor", Text), Column("mark", Text), Column("started_at", Moment, nullable=False),
    Column("credentials_version", Integer, nullable=False, default=1, server_default="1"),
    Column("known", Integer, nullable=False, default=0, server_default="0"),
    Column("pages", Integer, nullable=False, default=0), Column("items", Integer, nullable=False, default=0),
    Column("total", Integer), Column("finished_at", Moment), Column("complete", Boolean, nullable=False, default=True),
    Column("note", String(500), nullable=False, default=""),
)

trail = Table(
    "trail", metadata, _learner(primary_key=True), _connection(primary_key=True),
    Column("run", Integer, primary_key=True),
    Column("observed_at", Moment, nullable=False), Column("entries", JSON, nullable=False),
)

event = Table(
    "event", metadata, _id(), _learner(index=True), _connection(), Column("kind", String(40), nullable=False),
    Column("record", String(20), nullable=False), Column("external_id", String(500), nullable=False),
    Column("at", Moment, nullable=False), Column("details", JSON, nullable=False, default=dict),
)

launch = Table(
    "launch", metadata, _id(), _learner(index=True), _connection(), _about_resource(),
    Column("at", Moment, nullable=False), Column("section", String(50), nullable=False, default=""),
)

audit = Table(
    "audit", metadata, _id(), Column("at", Moment, nullable=False, index=True),
    Column("actor", String(300), nullable=False),
    Column("action", String(60), nullable=False), Column("subject", String(300), nullable=False, default=""),
    Column("details", JSON, nullable=False, default=dict),
)

LEARNER_TABLES: tuple[Table, ...] = (
    signin_session, account, enrolment, assignment, recommendation, badge, refresh, trail, event, launch,
)
"""Every table with a learner column, for export and erasure; a test fails when one is missing."""

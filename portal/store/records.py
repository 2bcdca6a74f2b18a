"""Rows to records and back: the only translation between the tables and ``adapters.records``."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Row

from adapters.records import (
    Assignment,
    Badge,
    BadgeKind,
    Due,
    Enrolment,
    Identifier,
    LearningResource,
    Provenance,
    Recommendation,
    ResourceType,
    Status,
    Verification,
)
from portal.store import schema as t

RESOURCE_COLUMNS: tuple[ColumnElement[Any], ...] = tuple(t.resource.c[name].label(f"resource_{name}") for name in (
    "external_id", "title", "url", "type", "summary", "language", "duration", "image_url", "provider", "topics",
    "level", "identifiers", "open_to_all", "updated_at"))
"""Select these last, then ``resource_from(row)``: by position, because a page reads hundreds of them."""


def resource_from(row: Row[Any]) -> LearningResource:
    """row: of a statement whose last columns are RESOURCE_COLUMNS."""
    (external_id, title, url, kind, summary, language, duration, image_url, provider, topics, level, identifiers,
     open_to_all, updated_at) = row[-len(RESOURCE_COLUMNS):]
    return LearningResource(
        external_id=external_id, title=title, url=url, type=ResourceType(kind), summary=summary, language=language,
        duration=duration, image_url=image_url, provider=provider, topics=tuple(topics), level=level,
        identifiers=tuple(Identifier(kind, value) for kind, value in identifiers), open_to_all=open_to_all,
        updated_at=updated_at)


def resource_values(record: LearningResource) -> dict[str, Any]:
    return {
        "external_id": record.external_id, "title": record.title, "url": record.url, "type": record.type.value,
        "summary": record.summary, "language": record.language, "duration": record.duration,
        "image_url": record.image_url, "provider": record.provider, "topics": list(record.topics),
        "level": record.level, "identifiers": [[i.kind, i.value] for i in record.identifiers],
        "open_to_all": record.open_to_all, "updated_at": record.updated_at,
    }


def enrolment_from(row: Row[Any]) -> Enrolment:
    """resource_id is our own id here, as text: inside the portal nobody needs the platform's."""
    return Enrolment(
        external_id=row.external_id, resource_id=str(row.resource_id), status=Status(row.status),
        progress=row.progress, started_at=row.started_at, completed_at=row.completed_at,
        last_activity_at=row.last_activity_at, score=row.score, launch_url=row.launch_url,
        platform_updated_at=row.platform_updated_at, provenance=Provenance(row.provenance))


def enrolment_values(record: Enrolment) -> dict[str, Any]:
    return {
        "external_id": record.external_id, "status": record.status.value, "progress": record.progress,
        "started_at": record.started_at, "completed_at": record.completed_at,
        "last_activity_at": record.last_activity_at, "score": record.score, "launch_url": record.launch_url,
        "platform_updated_at": record.platform_updated_at, "provenance": record.provenance.value,
    }


def assignment_from(row: Row[Any]) -> Assignment:
    at = row.due_at or row.due_day
    return Assignment(
        external_id=row.external_id, resource_id=str(row.resource_id), required=row.required,
        status=Status(row.status), due=Due(at, row.due_zone, row.due_origin) if at else None,
        assigned_at=row.assigned_at, completed_at=row.completed_at, title=row.title, url=row.url,
        assigned_by=row.assigned_by, provenance=Provenance(row.provenance))


def assignment_values(record: Assignment) -> dict[str, Any]:
    due = record.due
    instant = due is not None and due.precision == "instant"
    return {
        "external_id": record.external_id, "required": record.required, "status": record.status.value,
        "due_at": due.at if due and instant else None, "due_day": due.at if due and not instant else None,
        "due_zone": due.zone if due else None, "due_origin": due.origin if due else "",
        "assigned_at": record.assigned_at, "completed_at": record.completed_at, "title": record.title,
        "url": record.url, "assigned_by": record.assigned_by, "provenance": record.provenance.value,
    }


def recommendation_from(row: Row[Any]) -> Recommendation:
    return Recommendation(external_id=row.external_id, resource_id=str(row.resource_id), rank=row.rank,
                          reason=row.reason, source=row.source)


def recommendation_values(record: Recommendation) -> dict[str, Any]:
    return {"external_id": record.external_id, "rank": record.rank, "reason": record.reason, "source": record.source}


def badge_from(row: Row[Any]) -> Badge:
    return Badge(
        external_id=row.external_id, name=row.name, issuer=row.issuer, kind=BadgeKind(row.kind),
        description=row.description, criteria=row.criteria, issued_at=row.issued_at, expires_at=row.expires_at,
        image_url=row.image_url, url=row.url, resource_id=row.resource_external_id, evidence_url=row.evidence_url,
        credential=row.credential, verification=Verification(row.verification),
        verification_reason=row.verification_reason)


def badge_values(record: Badge) -> dict[str, Any]:
    return {
        "external_id": record.external_id, "name": record.name, "issuer": record.issuer, "kind": record.kind.value,
        "description": record.description, "criteria": record.criteria, "issued_at": record.issued_at,
        "expires_at": record.expires_at, "image_url": record.image_url, "url": record.url,
        "resource_external_id": record.resource_id, "evidence_url": record.evidence_url,
        "credential": record.credential, "verification": record.verification.value,
        "verification_reason": record.verification_reason,
    }

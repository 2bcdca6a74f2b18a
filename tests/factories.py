"""Short ways to people, connections and records for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from adapters.records import (
    Assignment,
    Badge,
    Capability,
    Due,
    Enrolment,
    LearningResource,
    Origin,
    Snapshot,
    Status,
)
from portal.learner_view import Learner
from portal.store import people, platforms
from portal.store.database import Transaction
from portal.store.people import Person

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ISSUER = "https://id.example.com"


def a_person(name: str = "ada", **changed: Any) -> Person:
    values: dict[str, Any] = {
        "issuer": ISSUER, "subject": f"sub-{name}", "email": f"{name}@example.org", "email_verified": True,
        "id_number": f"N-{name}", "username": name, "name": name.title(), "given_name": name.title(),
        "language": "en", "zone": "Europe/Berlin", "roles": ("learner",),
    }
    return Person(**{**values, **changed})


def a_learner(tx: Transaction, name: str = "ada", *, signed_in: bool = True, now: datetime = NOW) -> Learner:
    return people.save(tx, a_person(name), now, signed_in=signed_in)


def a_connection(tx: Transaction, name: str = "Campus", *, adapter: str = "scripted", **changed: Any) -> int:
    values: dict[str, Any] = {
        "adapter": adapter, "name": name, "settings": {"base_url": "http://127.0.0.1:1"}, "allow_private": True,
        "launch_hosts": frozenset({"campus.example"}), "now": NOW,
        "capabilities": frozenset({Capability.ENROLMENTS, Capability.BADGES}),
    }
    return platforms.add(tx, **{**values, **changed})


def a_resource(external_id: str = "1", title: str = "Fire safety", **changed: Any) -> LearningResource:
    return LearningResource(external_id=external_id, title=title, **{"url": f"https://campus.example/c/{external_id}",
                                                                      **changed})


def an_enrolment(resource_id: str = "1", status: Status = Status.IN_PROGRESS, **changed: Any) -> Enrolment:
    values: dict[str, Any] = {"external_id": f"e{resource_id}", "resource_id": resource_id, "status": status,
                              "progress": 0.4, "origin": Origin(f"courses[id={resource_id}]", "")}
    return Enrolment(**{**values, **changed})


def an_assignment(resource_id: str = "1", due: Due | None = None, **changed: Any) -> Assignment:
    values: dict[str, Any] = {"external_id": f"a{resource_id}", "resource_id": resource_id, "required": True,
                              "due": due}
    return Assignment(**{**values, **changed})


def a_badge(external_id: str = "b1", name: str = "First aider", **changed: Any) -> Badge:
    return Badge(external_id=external_id, name=name, issuer="Campus", **changed)


def an_answer(*, enrolments: tuple[Enrolment, ...] = (), assignments: tuple[Assignment, ...] = (),
              resources: tuple[LearningResource, ...] | None = None, complete: bool = True,
              at: datetime = NOW) -> Snapshot:
    """An enrolments snapshot that brings the resources its records mention."""
    mentioned = sorted({r.resource_id for r in (*enrolments, *assignments)})
    return Snapshot(capability=Capability.ENROLMENTS, observed_at=at, complete=complete, enrolments=enrolments,
                    assignments=assignments,
                    resources=tuple(a_resource(i) for i in mentioned) if resources is None else resources)

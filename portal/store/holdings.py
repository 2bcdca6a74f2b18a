"""Everything the store holds of one learner, as JSON: for the operator, and later for the learner's own export."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, select

from adapters.as_json import as_json
from portal.learner_view import Learner
from portal.store import learning
from portal.store import schema as t
from portal.store.database import Transaction


def holdings(tx: Transaction, learner: Learner) -> dict[str, Any]:
    """Archived records are included and marked; secrets and session ids are not held per learner and not here."""
    return {
        "learner": as_json(learner),
        "sources": _sources(tx, learner.id),
        "enrolments": _records(tx, learning.ENROLMENTS, learner.id),
        "assignments": _records(tx, learning.ASSIGNMENTS, learner.id),
        "recommendations": _records(tx, learning.RECOMMENDATIONS, learner.id),
        "badges": _records(tx, learning.BADGES, learner.id),
        "trail": _trail(tx, learner.id),
    }


def _sources(tx: Transaction, learner_id: int) -> list[dict[str, Any]]:
    c, r, a = t.connection, t.refresh, t.account
    query = (select(c.c.id, c.c.name, c.c.adapter, c.c.archived_at, a.c.external_id, a.c.display_name, a.c.matched_by,
                    a.c.matched_value, a.c.linked_at, a.c.confirmed_at, r.c.succeeded_at, r.c.failing_since,
                    r.c.failure, r.c.failure_reason, r.c.due_at, r.c.complete, r.c.warnings)
             .outerjoin(r, and_(r.c.connection_id == c.c.id, r.c.learner_id == learner_id))
             .outerjoin(a, and_(a.c.connection_id == c.c.id, a.c.learner_id == learner_id)).order_by(c.c.name))
    facts = ("external_id", "display_name", "matched_by", "matched_value", "linked_at", "confirmed_at")
    found = []
    for row in tx.execute(query):
        values = as_json(dict(row._mapping))
        account = {name: values.pop(name) for name in facts}
        found.append({"connection_id": values.pop("id"), "platform": values.pop("name"), **values,
                      "account": account if account["external_id"] else None})
    return found


def _records(tx: Transaction, kind: learning.Kind[Any], learner_id: int) -> list[dict[str, Any]]:
    table = kind.table
    columns = [table.c.id, table.c.connection_id, table.c.observed_at, table.c.changed_at, table.c.archived_at]
    if kind.about_resource:
        rows = tx.execute(select(table, t.resource.c.title.label("resource_title"),
                                 t.resource.c.external_id.label("resource_external_id"))
                          .join(t.resource, t.resource.c.id == table.c.resource_id)
                          .where(table.c.learner_id == learner_id).order_by(table.c.id))
    else:
        rows = tx.execute(select(table).where(table.c.learner_id == learner_id).order_by(table.c.id))
    found = []
    for row in rows:
        record = as_json(kind.read(row))
        record.pop("origin")
        if kind.about_resource:
            record |= {"resource_id": row.resource_external_id, "resource_title": row.resource_title}
        found.append({**as_json({c.name: row._mapping[c.name] for c in columns}), **record})
    return found


def _trail(tx: Transaction, learner_id: int) -> list[dict[str, Any]]:
    rows = tx.execute(select(t.trail).where(t.trail.c.learner_id == learner_id)
                      .order_by(t.trail.c.connection_id, t.trail.c.run))
    names = ("kind", "external_id", "answer", "decision", "outcome")
    return [{"connection_id": row.connection_id, "run": row.run, "observed_at": row.observed_at.isoformat(),
             "entries": [dict(zip(names, entry, strict=True)) for entry in row.entries]} for row in rows]

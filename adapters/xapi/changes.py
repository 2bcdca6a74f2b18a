"""What a learning record store told lately, and where to go on: the cursor of ``changed_since``.

``since`` means "stored after" (xAPI 1.0.3 Communication §2.1.3), but some stores compare the statement's own timestamp,
and statements arrive late. So every look reaches back a while and knows again what it saw there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ValidationError

from adapters.errors import CursorRefused
from adapters.records import LearnerIdentity
from adapters.times import from_iso
from adapters.xapi.payloads import Actor, Statement

OVERLAP = timedelta(hours=1)
MOST_REMEMBERED = 1_000
"""Statements known again; a store that tells more within the overlap is looked at with a shorter one."""

_MAILTO = "mailto:"


class Cursor(BaseModel):
    """since: statements after this moment. newest: the newest moment met. seen: short hash of a statement's id → its
    moment in microseconds since 1970. more: the next page of this look; pages: hashes of those already read."""

    since: datetime
    newest: datetime
    seen: dict[str, int] = {}
    more: str = ""
    pages: list[str] = []

    @classmethod
    def read(cls, text: str | None, now: datetime) -> Cursor:
        """None begins about now. Raises CursorRefused for what ``write`` did not write."""
        if text is None:
            return cls(since=now - OVERLAP, newest=now)
        try:
            return cls.model_validate_json(text)
        except ValidationError:
            raise CursorRefused("not a cursor of this adapter") from None

    def write(self) -> str:
        return self.model_dump_json(exclude_defaults=True)

    def again(self) -> Cursor:
        """The same look from its first page; what was seen stays known."""
        return self.model_copy(update={"more": "", "pages": []})

    def went_on(self, fresh: Iterable[Statement], more: str | None, now: datetime) -> Cursor:
        """After a page with these new statements. A page read before is the end: then all were seen."""
        seen = {**self.seen, **{_short(s.id): _microseconds(_moment(s, now)) for s in fresh}}
        newest = max([self.newest, *(_moment(s, now) for s in fresh)])
        if more and _short(more) not in self.pages:
            return Cursor(since=self.since, newest=newest, seen=_latest(seen), more=more,
                          pages=[*self.pages, _short(more)])
        return _next_look(newest, _latest(seen))

    def unseen(self, statements: Iterable[Statement], now: datetime) -> list[Statement]:
        """Those not met before. What was stored before the window cannot be new, though its timestamp may lie ahead."""
        return [s for s in statements if _short(s.id) not in self.seen and _moment(s, now) > self.since]


def identities(statements: Iterable[Statement], home_page: str | None, learner_key: str) -> tuple[LearnerIdentity, ...]:
    """Whom the statements are by, each once. A hashed address names nobody whom we could look up."""
    actors = [actor for s in statements for actor in (s.actor, *s.actor.member)]
    found = [identity for actor in actors if (identity := _identity(actor, home_page, learner_key))]
    return tuple(dict.fromkeys(found))


def readable(sent: Iterable[Any]) -> list[Statement]:
    """What cannot be read says nothing about anybody."""
    found = []
    for raw in sent:
        try:
            found.append(Statement.model_validate(raw))
        except ValidationError:
            continue
    return found


def _identity(actor: Actor, home_page: str | None, learner_key: str) -> LearnerIdentity | None:
    if actor.mbox and actor.mbox.lower().startswith(_MAILTO):
        return LearnerIdentity(email=actor.mbox[len(_MAILTO):])
    if actor.account and home_page and actor.account.homePage == home_page and actor.account.name:
        name = actor.account.name
        return {"email": LearnerIdentity(email=name), "id_number": LearnerIdentity(id_number=name),
                "username": LearnerIdentity(username=name)}[learner_key]
    return None


def _latest(seen: dict[str, int]) -> dict[str, int]:
    return dict(sorted(seen.items(), key=lambda one: one[1], reverse=True)[:MOST_REMEMBERED])


def _next_look(newest: datetime, seen: dict[str, int]) -> Cursor:
    """Reaches back for the overlap, or only as far as the memory does."""
    since = newest - OVERLAP
    if len(seen) == MOST_REMEMBERED:
        since = max(since, _from_microseconds(min(seen.values())))
    kept = {key: at for key, at in seen.items() if at > _microseconds(since)}
    return Cursor(since=since, newest=newest, seen=kept)


def _moment(statement: Statement, now: datetime) -> datetime:
    """When it was stored, else when it happened; a clock that is ahead counts as now."""
    return min(from_iso(statement.stored) or from_iso(statement.timestamp) or now, now)


def _short(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _microseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _from_microseconds(number: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=number)

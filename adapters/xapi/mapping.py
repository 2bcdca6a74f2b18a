"""Statements to records. Pure: the same statements give the same records.

What counts as a resource is decided once per activity, from all its statements:

- its type is a kind of learning (``vocabulary.TYPES``), or the type is unknown or missing and somebody was enrolled in
  it or completed, passed or failed it;
- it is not a question, an objective, a profile, an attempt or the learning system itself;
- it is not a part. An activity whose parent (``context.contextActivities.parent``) is itself a resource *in this
  answer* is not listed; what is done in it counts as activity in the parent. Where the answer says nothing else about
  the parent, the part is all there is to show, and it is listed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from adapters.errors import WrongLearner
from adapters.records import Enrolment, Identifier, LearningResource, Notice, Origin, ResourceType
from adapters.text import SUMMARY_LIMIT, plain, web_address
from adapters.times import from_iso
from adapters.xapi.agents import Name, name_of
from adapters.xapi.payloads import Actor, Definition, Statement
from adapters.xapi.standing import Standing
from adapters.xapi.vocabulary import NEVER_A_RESOURCE, TYPES, VERBS, VOIDED, Meaning

_TELLING = (Meaning.ENROLLED, Meaning.COMPLETED, Meaning.GRANTED, Meaning.FAILED)
_THE_SYSTEM = (Meaning.ENROLLED, Meaning.UNENROLLED, Meaning.GRANTED)     # not the learner's own doing


@dataclass(slots=True)
class Reading:
    """The records of one learner, and what is worth telling. complete is False when a statement was unreadable."""

    resources: tuple[LearningResource, ...] = ()
    enrolments: tuple[Enrolment, ...] = ()
    warnings: list[Notice] = field(default_factory=list)
    complete: bool = True
    learner_seen: bool = False

    def tell(self, code: str, message: str, samples: Collection[str]) -> None:
        """message: with ``{n}`` for how many. Says nothing when there is nothing to say."""
        if samples:
            self.warnings.append(Notice(code, message.format(n=len(samples)), sample=next(iter(samples))))


@dataclass(frozen=True, slots=True)
class Event:
    """A statement of the learner about an activity, with its moment. parents: activities it is a part of."""

    statement: Statement
    at: datetime
    activity: str
    meaning: Meaning | None
    parents: frozenset[str]

    @property
    def is_telling(self) -> bool:
        result = self.statement.result
        return self.meaning in _TELLING or bool(result and result.completion)


@dataclass(slots=True)
class Activity:
    """Everything said about one activity. definition: the latest word on each of its fields."""

    id: str
    events: list[Event] = field(default_factory=list)
    parents: set[str] = field(default_factory=set)
    definition: Definition = field(default_factory=Definition)
    standing: Standing = field(default_factory=Standing)

    def is_resource(self) -> bool:
        kind = self.definition.type
        if kind in NEVER_A_RESOURCE or self.definition.interactionType:
            return False
        return kind in TYPES or any(event.is_telling for event in self.events)


def read_statements(sent: Iterable[Any], learner: frozenset[Name], *, language: str,
                    hosts: frozenset[str]) -> Reading:
    """The records in these statements, which may come in any order and more than once.

    learner: the names the learner goes by; a statement by anybody else gives no record. hosts: where a learner may be
    sent. Raises WrongLearner when there are statements and all are about others: the store ignored the question.
    """
    reading = Reading()
    statements = _not_voided(_readable(sent, reading))
    events = _in_order(_own(statements, learner, reading))
    activities = _activities(events)
    resources = {a.id: a for a in activities.values() if a.is_resource()}
    wholes = {a: _wholes(a, activities, resources.keys()) for a in activities}
    for event in events:
        _replay(event, resources, wholes[event.activity])
    listed = [a for a in resources.values() if not wholes[a.id]]
    reading.resources = tuple(_resource(a, language, hosts) for a in listed)
    reading.enrolments = tuple(_enrolment(a) for a in listed)
    _tell_what_was_left_out(events, activities, resources, wholes, reading)
    return reading


def _readable(sent: Iterable[Any], reading: Reading) -> dict[str, Statement]:
    """By id, which also removes repetitions: a statement never changes (Data §2.1)."""
    good: dict[str, Statement] = {}
    bad: list[str] = []
    for raw in sent:
        try:
            statement = Statement.model_validate(raw)
        except ValidationError as error:
            bad.append(".".join(str(part) for part in error.errors(include_input=False)[0]["loc"]) or "statement")
            continue
        if _moment(statement) is None:
            bad.append("timestamp")
        else:
            good[statement.id] = statement
    reading.tell("item_skipped", "{n} statement(s) could not be read", bad)
    reading.complete = not bad
    return good


def _not_voided(statements: dict[str, Statement]) -> list[Statement]:
    """Data §2.3.2: a voiding statement takes its target back, and cannot be voided itself."""
    voiding = [s for s in statements.values() if s.verb.id == VOIDED]
    gone = {s.id for s in voiding} | {s.object.id for s in voiding}
    return [s for s in statements.values() if s.id not in gone]


def _own(statements: list[Statement], learner: frozenset[Name], reading: Reading) -> list[Statement]:
    """What the learner did. By the specification the answer may also hold statements *about* the learner (a mentor's,
    a group's) and about statements; those are left out. Anything else was not asked for."""
    own = [s for s in statements if name_of(s.actor) in learner]
    foreign = [s.id for s in statements if name_of(s.actor) not in learner and not _mentions(s, learner)]
    if foreign and not own:
        raise WrongLearner(f"asked for one learner, got {len(foreign)} statements of others only")
    reading.learner_seen = bool(own)
    reading.tell("foreign_statements", "{n} statement(s) of other people were sent and left out", foreign)
    return own


def _mentions(statement: Statement, learner: frozenset[Name]) -> bool:
    others: list[Actor] = [statement.object, *statement.object.member, *statement.actor.member]
    return statement.object.objectType == "StatementRef" or any(name_of(other) in learner for other in others)


def _in_order(statements: list[Statement]) -> list[Event]:
    """By when it happened; ties by when it was stored. Only what has an activity as its object."""
    events = []
    for statement in statements:
        activity, at = statement.object.id, _moment(statement)
        if statement.object.objectType == "Activity" and activity and at:
            context = statement.context.contextActivities if statement.context else None
            parents = frozenset(p.id for p in context.parent) if context else frozenset()
            events.append(Event(statement, at, activity, VERBS.get(statement.verb.id), parents - {activity}))
    return sorted(events, key=lambda e: (e.at, e.statement.stored or "", e.statement.id))


def _moment(statement: Statement) -> datetime | None:
    return from_iso(statement.timestamp) or from_iso(statement.stored)


def _activities(events: list[Event]) -> dict[str, Activity]:
    activities: dict[str, Activity] = {}
    for event in events:
        activity = activities.setdefault(event.activity, Activity(event.activity))
        activity.events.append(event)
        activity.parents |= event.parents
        if said := event.statement.object.definition:
            activity.definition = activity.definition.model_copy(update=dict(said.model_dump(exclude_none=True)))
    return activities


def _wholes(activity: str, activities: Mapping[str, Activity], resources: Collection[str]) -> frozenset[str]:
    """The resources this activity is a part of, directly or through other parts. Parts of each other are not parts."""
    found: set[str] = set()
    waiting = [activity]
    while waiting:
        current = activities.get(waiting.pop())
        above = current.parents if current else set()
        waiting += above - found
        found |= above
    return frozenset() if activity in found else frozenset(found & set(resources))


def _replay(event: Event, resources: dict[str, Activity], wholes: frozenset[str]) -> None:
    statement = event.statement
    if activity := resources.get(event.activity):
        activity.standing.take(statement.id, event.meaning, event.at, statement.result)
    if event.meaning is not None and event.meaning not in _THE_SYSTEM:
        for whole in wholes:
            resources[whole].standing.touch(statement.id, event.at)


def _resource(activity: Activity, language: str, hosts: frozenset[str]) -> LearningResource:
    definition = activity.definition
    title = plain(in_language(definition.name, language))
    address = next((a for a in (definition.moreInfo, activity.id) if _may_be_opened(a, hosts)), None)
    last = activity.events[-1].statement.id
    decision = "" if title else "the activity has no name: its id is shown"
    return LearningResource(
        external_id=activity.id, title=title or plain(activity.id), url=web_address(address),
        type=TYPES.get(definition.type or "", ResourceType.OTHER),
        summary=plain(in_language(definition.description, language), SUMMARY_LIMIT),
        identifiers=(Identifier("iri", activity.id),),
        origin=Origin(f"GET statements[id={last}].object", decision),
    )


def _enrolment(activity: Activity) -> Enrolment:
    standing = activity.standing
    stored = [moment for event in activity.events if (moment := from_iso(event.statement.stored))]
    return Enrolment(
        external_id=activity.id, resource_id=activity.id, status=standing.status, progress=standing.progress,
        score=standing.score, started_at=standing.started_at, completed_at=standing.completed_at,
        last_activity_at=standing.last_activity_at, platform_updated_at=max(stored, default=None),
        origin=Origin(f"GET statements[id={standing.decided_by}]", "; ".join(standing.decisions)),
    )


def in_language(texts: dict[str, str] | None, language: str) -> str:
    """The text in this language or a relative of it, else English, else the first there is (Data §4.2)."""
    if not texts:
        return ""
    for wanted in (language.lower(), "en"):
        tags = sorted((tag for tag in texts if tag.lower().split("-")[0] == wanted.split("-")[0]),
                      key=lambda tag: (tag.lower() != wanted, len(tag), tag))
        if tags:
            return texts[tags[0]]
    return next(iter(texts.values()))


def _may_be_opened(address: str | None, hosts: frozenset[str]) -> bool:
    """An activity's id is a name first; it is a link only where it leads to a host the admin allowed."""
    usable = web_address(address)
    return bool(usable) and urlsplit(usable).netloc.lower() in hosts


def _tell_what_was_left_out(events: list[Event], activities: Mapping[str, Activity],
                            resources: Mapping[str, Activity], wholes: Mapping[str, frozenset[str]],
                            reading: Reading) -> None:
    left_out = [activities[e.activity] for e in events if e.activity not in resources and not wholes[e.activity]]
    reading.tell("not_a_resource", "{n} statement(s) are about activities that are no learning resources",
                 [activity.definition.type or activity.id for activity in left_out])
    reading.tell("unknown_verb", "{n} statement(s) have a verb that says nothing here",
                 [e.statement.verb.id for e in events if e.activity in resources and e.meaning is None])

"""Statements as a learning record store sends them (xAPI 1.0.3 Data §2 and 4; 2.0 sends the same shapes).

Ignored on purpose: authority, attachments, version, result.success, response and duration, score.raw, min and max,
every context field but the parents, the verb's display text. Unknown fields are ignored: extensions are legal anywhere.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


def _as_list(value: Any) -> Any:
    """A single activity is legal where a list is meant (Data §2.4.6.2), and ``null`` is met in the wild."""
    if value is None:
        return []
    return [value] if isinstance(value, dict) else value


class Sent(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class AgentAccount(Sent):
    homePage: str
    name: str


class Actor(Sent):
    """An agent, or a group when it has members. Exactly one identifier is set, or none for an anonymous group."""

    objectType: str = "Agent"
    mbox: str | None = None
    mbox_sha1sum: str | None = None
    openid: str | None = None
    account: AgentAccount | None = None
    member: Annotated[tuple[Actor, ...], BeforeValidator(_as_list)] = ()


class Verb(Sent):
    id: str


class Definition(Sent):
    """name and description are language maps: BCP 47 tag → text."""

    type: str | None = None
    name: dict[str, str] | None = None
    description: dict[str, str] | None = None
    moreInfo: str | None = None
    interactionType: str | None = None


class StatementObject(Actor):
    """An activity, an agent or group, a reference to a statement, or a statement inside the statement."""

    objectType: str = "Activity"
    id: str | None = None
    definition: Definition | None = None


class Score(Sent):
    scaled: float | None = None


class Result(Sent):
    completion: bool | None = None
    score: Score | None = None
    extensions: dict[str, Any] | None = None


class Parent(Sent):
    id: str


class ContextActivities(Sent):
    parent: Annotated[tuple[Parent, ...], BeforeValidator(_as_list)] = ()


class Context(Sent):
    contextActivities: ContextActivities | None = None


class Statement(Sent):
    """timestamp: when it happened; stored: when the store received it. Both ISO 8601."""

    id: str
    actor: Actor
    verb: Verb
    object: StatementObject
    result: Result | None = None
    context: Context | None = None
    timestamp: str | None = None
    stored: str | None = None


class StatementResult(Sent):
    """One page (Data §2.5). more: where the next page is, from the server's root; empty or absent at the end."""

    statements: list[Any]
    more: str | None = None


class About(Sent):
    """The about resource (Communication §2.8)."""

    version: list[str]

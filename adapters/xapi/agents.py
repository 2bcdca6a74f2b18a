"""Who a learner is to a learning record store.

A store keeps no accounts: it knows agents, each by exactly one identifier (xAPI 1.0.3 Data §2.4.2.3), and two
identifiers are two people to it. So Homeroom's account *is* the set of identifiers, written as canonical JSON, and
every kind is asked for by itself.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from adapters.xapi.payloads import Actor

Agent = dict[str, Any]
Name = tuple[str, ...]


def account_id(*, email: str | None, home_page: str | None, name: str | None) -> str | None:
    """The account's external id, from which ``agents_of`` rebuilds every agent; None when nothing identifies."""
    known: Agent = {"mbox": f"mailto:{email}"} if email else {}
    if home_page and name:
        known["account"] = {"homePage": home_page, "name": name}
    return canonical(known) if known else None


def agents_of(external_id: str) -> tuple[Agent, ...]:
    """One agent per question to ask. Raises ValueError for a text that ``account_id`` did not write.

    Stores compare exactly, but some lower-case the domain when they store: both spellings are asked for.
    """
    known: Agent = json.loads(external_id)
    agents: list[Agent] = []
    if mbox := known.get("mbox"):
        spellings = tuple(dict.fromkeys([mbox, _lower_domain(mbox)]))
        agents += [{"mbox": spelling} for spelling in spellings]
        agents += [{"mbox_sha1sum": _sha1(spelling)} for spelling in spellings]
    if account := known.get("account"):
        agents.append({"account": account})
    return tuple(agents)


def canonical(agent: Agent) -> str:
    return json.dumps(agent, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def names_of(agents: tuple[Agent, ...]) -> frozenset[Name]:
    """The same agents in a form to compare answers with."""
    return frozenset(name for agent in agents if (name := name_of(Actor.model_validate(agent))))


def name_of(actor: Actor) -> Name | None:
    """The one identifier of an agent or group, comparable; None for an anonymous group."""
    if actor.mbox:
        return ("mbox", _lower_domain(actor.mbox))
    if actor.mbox_sha1sum:
        return ("mbox_sha1sum", actor.mbox_sha1sum.lower())
    if actor.account:
        return ("account", actor.account.homePage, actor.account.name)
    return ("openid", actor.openid) if actor.openid else None


def _lower_domain(mbox: str) -> str:
    """RFC 5321 §2.4: the domain knows no case, the part before it may."""
    local, at, domain = mbox.rpartition("@")
    return f"{local}{at}{domain.lower()}"


def _sha1(mbox: str) -> str:
    """Data §2.4.2.3: the hash of the whole mailto IRI."""
    return hashlib.sha1(mbox.encode(), usedforsecurity=False).hexdigest()

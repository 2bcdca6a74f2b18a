"""How far may the reader trust what a platform contributed? One of six answers, each with its own words.

    Fresh        answered lately, nothing to say
    Empty        answered lately: there is nothing of this kind
    Stale        there is data, but it is old or the platform is in trouble now
    NeverLoaded  there has never been an answer: still being asked, or in trouble since the beginning
    NotLinked    the platform does not know this person, or knows several
    Forbidden    the platform refuses to tell about this person
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.home.reader import Reader
from portal.learner_view import Source

FRESH_FOR = timedelta(hours=12)
"""Twice the longest planned distance between readings of somebody who is here is still far below this."""

_BEING_REPAIRED = frozenset({"CredentialsRefused", "Misconfigured", "BlockedAddress"})
_NOT_LINKED = frozenset({"NotLinked", "Ambiguous"})
_QUIET = frozenset({"RateLimited"})


@dataclass(frozen=True, slots=True)
class Fresh:
    """at: the last complete answer."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Empty:
    at: datetime


@dataclass(frozen=True, slots=True)
class Stale:
    """at: the answer that is shown. failure: error type of ``adapters.errors``, or "Paused", or None = only old."""

    at: datetime
    failure: str | None


@dataclass(frozen=True, slots=True)
class NeverLoaded:
    """failure: as in Stale; None = no attempt has failed, the platform is being asked."""

    failure: str | None


@dataclass(frozen=True, slots=True)
class NotLinked:
    pass


@dataclass(frozen=True, slots=True)
class Forbidden:
    pass


Freshness = Fresh | Empty | Stale | NeverLoaded | NotLinked | Forbidden


@dataclass(frozen=True, slots=True)
class Label:
    """What the page prints about one platform. words: a whole sentence. tone: fresh, waiting or trouble; icon: the
    same as a drawing."""

    name: str
    words: str
    tone: str
    icon: str


def of(source: Source, *, has_items: bool, now: datetime) -> Freshness:
    """has_items: whether the store holds anything of the kind in question from this source."""
    failure = "Paused" if source.paused else source.failure
    if failure in _NOT_LINKED:
        return NotLinked()
    if failure == "Forbidden":
        return Forbidden()
    if source.succeeded_at is None:
        return NeverLoaded(None if failure in _QUIET else failure)
    old = now - source.succeeded_at > FRESH_FOR
    if failure in _QUIET and not old:
        failure = None
    if failure or old:
        return Stale(source.succeeded_at, failure)
    return Fresh(source.succeeded_at) if has_items else Empty(source.succeeded_at)


def is_awaited(state: Freshness) -> bool:
    """True while an answer may arrive any moment: the page then shows placeholders."""
    return isinstance(state, NeverLoaded) and state.failure is None


def is_trouble(state: Freshness) -> bool:
    """True where the reader may be looking at less, or older, than the truth, and waiting a moment will not help."""
    return not isinstance(state, Fresh | Empty) and not is_awaited(state)


def label(source: Source, state: Freshness, reader: Reader) -> Label:
    name = source.name
    match state:
        case Fresh(at):
            return Label(name, reader.say("{platform} was updated {age}.", platform=name, age=reader.ago(at)),
                         "fresh", "check")
        case Empty(at):
            return Label(name, reader.say("{platform} has nothing for you yet (asked {age}).", platform=name,
                                          age=reader.ago(at)), "fresh", "check")
        case NotLinked():
            return Label(name, reader.say("We have not found your account on {platform}. Your L&D team can connect it.",
                                          platform=name), "trouble", "unlinked")
        case Forbidden():
            return Label(name, reader.say("Your account on {platform} may not show this. Your L&D team can change "
                                          "that.", platform=name), "trouble", "locked")
        case NeverLoaded(None):
            return Label(name, reader.say("{platform} is being asked.", platform=name), "waiting", "asking")
        case NeverLoaded(failure):
            return Label(name, _never(failure, name, reader), "trouble", "offline")
        case Stale(at, None):
            return Label(name, reader.say("{platform}: as of {age}.", platform=name, age=reader.ago(at)),
                         "waiting", "clock")
        case Stale(at, failure):
            return Label(name, _stale(failure, name, reader.ago(at), reader), "trouble", "offline")


def _stale(failure: str | None, name: str, age: str, reader: Reader) -> str:
    if failure == "Paused":
        return reader.say("{platform} is paused by your L&D team; as of {age}.", platform=name, age=age)
    if failure in _BEING_REPAIRED:
        return reader.say("{platform} is being repaired by your L&D team; as of {age}.", platform=name, age=age)
    if failure in _QUIET:
        return reader.say("{platform}: as of {age}.", platform=name, age=age)
    return reader.say("{platform} is not answering; as of {age}.", platform=name, age=age)


def _never(failure: str | None, name: str, reader: Reader) -> str:
    if failure == "Paused":
        return reader.say("{platform} is paused by your L&D team.", platform=name)
    if failure in _BEING_REPAIRED:
        return reader.say("{platform} is being repaired by your L&D team.", platform=name)
    return reader.say("{platform} is not answering yet. We keep trying; there is nothing you need to do.",
                      platform=name)

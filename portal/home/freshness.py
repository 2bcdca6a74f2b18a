"""How far may the reader trust what a platform contributed? One of six answers, each with its own words.

    Fresh        answered lately, nothing to say
    Empty        answered lately: there is nothing of this kind
    Stale        there is data, but it is old or the platform is in trouble now
    NeverLoaded  there has never been an answer: still being asked, or in trouble since the beginning
    NotLinked    the platform does not know this person, or knows several: normal, nobody has an account everywhere
    Forbidden    the platform refuses to tell about this person
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from portal.home.reader import Reader
from portal.learner_view import Source
from portal.texts import _

FRESH_FOR = timedelta(hours=12)
"""Twice the longest planned distance between readings of somebody who is here is still far below this."""

SETTLED_FOR = timedelta(days=7)
"""What has not changed for longer is confirmed rather than updated."""

_NOT_LINKED = frozenset({"NotLinked", "Ambiguous"})
_TOLD_TO_WAIT = "RateLimited"


@dataclass(frozen=True, slots=True)
class Fresh:
    """at: the last complete answer."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Empty:
    at: datetime


@dataclass(frozen=True, slots=True)
class Stale:
    """at: the answer that is shown. failure: error type of ``adapters.errors``, or "Paused", or None = only old.
    since: of the failure, None = unknown."""

    at: datetime
    failure: str | None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class NeverLoaded:
    """failure, since: as in Stale; None = no attempt has failed, the platform is being asked."""

    failure: str | None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class NotLinked:
    """several: more than one account fits."""

    several: bool = False


@dataclass(frozen=True, slots=True)
class Forbidden:
    pass


Freshness = Fresh | Empty | Stale | NeverLoaded | NotLinked | Forbidden


@dataclass(frozen=True, slots=True)
class Label:
    """What the page prints about one platform. words: whole sentences. tone: fresh, waiting, quiet or trouble;
    icon: the same as a drawing."""

    words: str
    tone: str
    icon: str


@dataclass(frozen=True, slots=True)
class _Trouble:
    """since: what is wrong, with its beginning; plain: the same where that is unknown; never: added where there is no
    older data to show. retry: asking once more may help, and is the learner's to do."""

    since: str
    plain: str
    never: str = ""
    retry: bool = False
    icon: str = "offline"


_UNREACHABLE = _Trouble(
    _("{platform} has not been reachable since {since}."), _("{platform} is not reachable."),
    _("We keep trying; there is nothing you need to do."), retry=True)
_UNREADABLE = _Trouble(
    _("{platform} has been sending answers we cannot read since {since}."),
    _("{platform} is sending answers we cannot read."), _("We keep trying; there is nothing you need to do."),
    retry=True)
_BEING_REPAIRED = _Trouble(
    _("{platform} has been disconnected since {since}; your L&D team can repair it."),
    _("{platform} is disconnected; your L&D team can repair it."))
_PAUSED = _Trouble(_("{platform} is paused by your L&D team."), _("{platform} is paused by your L&D team."))
_WAITING = _Trouble(
    _("{platform} asked us to wait."), _("{platform} asked us to wait."),
    _("Your page fills in by itself; there is nothing you need to do."), icon="clock")
_TROUBLES: Mapping[str, _Trouble] = MappingProxyType({
    "BadAnswer": _UNREADABLE, "Rejected": _UNREADABLE, "CredentialsRefused": _BEING_REPAIRED,
    "Misconfigured": _BEING_REPAIRED, "BlockedAddress": _BEING_REPAIRED, "WrongLearner": _BEING_REPAIRED,
    "Paused": _PAUSED, _TOLD_TO_WAIT: _WAITING,
})
"""Everything else reads as unreachable: a type this table has not heard of must not silence the label."""


def of(source: Source, *, has_items: bool, now: datetime) -> Freshness:
    """has_items: whether the store holds anything of the kind in question from this source."""
    failure = "Paused" if source.paused else source.failure
    if failure in _NOT_LINKED:
        return NotLinked(several=failure == "Ambiguous")
    if failure == "Forbidden":
        return Forbidden()
    if source.succeeded_at is None:
        return NeverLoaded(failure, source.failing_since)
    old = now - source.succeeded_at > FRESH_FOR
    if failure == _TOLD_TO_WAIT and not old:
        failure = None
    if failure or old:
        return Stale(source.succeeded_at, failure, source.failing_since)
    return Fresh(source.succeeded_at) if has_items else Empty(source.succeeded_at)


def is_awaited(state: Freshness) -> bool:
    """True while an answer may arrive any moment: the page then shows placeholders."""
    return isinstance(state, NeverLoaded) and state.failure in (None, _TOLD_TO_WAIT)


def is_heard(state: Freshness) -> bool:
    """True where the platform has answered about this learner at least once."""
    return isinstance(state, Fresh | Empty | Stale)


def is_trouble(state: Freshness) -> bool:
    """True where the reader may be looking at less, or older, than the truth, and waiting a moment will not help."""
    return isinstance(state, Stale | NeverLoaded | Forbidden) and not is_awaited(state)


def may_retry(state: Freshness) -> bool:
    """True where asking the platform once more may help."""
    if isinstance(state, Stale) and state.failure is None:
        return True
    return isinstance(state, Stale | NeverLoaded) and state.failure is not None and _trouble(state.failure).retry


def is_underway(source: Source, now: datetime) -> bool:
    """True while the platform is being asked, or is about to be."""
    return source.running or (source.next_at is not None and source.next_at <= now)


def label(source: Source, state: Freshness, reader: Reader, *, changed_at: datetime | None = None) -> Label:
    """changed_at: when the newest of what the platform says about the learner changed, None = unknown."""
    name = source.name
    match state:
        case Fresh(at) if changed_at is not None and at - changed_at > SETTLED_FOR:
            return Label(reader.say("{platform}: nothing new since {day}, confirmed {age}.", platform=name,
                                    day=reader.day(reader.local_day(changed_at)), age=reader.ago(at)), "fresh", "check")
        case Fresh(at):
            return Label(reader.say("{platform} was updated {age}.", platform=name, age=reader.ago(at)),
                         "fresh", "check")
        case Empty(at):
            return Label(reader.say("{platform} has nothing for you yet (asked {age}).", platform=name,
                                    age=reader.ago(at)), "fresh", "check")
        case NotLinked(several=True):
            return Label(reader.say("We found more than one account on {platform}. Your L&D team decides which is "
                                    "yours.", platform=name), "quiet", "unlinked")
        case NotLinked():
            return no_account((name,), reader)
        case Forbidden():
            return Label(reader.say("Your account on {platform} may not show this. Your L&D team can change "
                                    "that.", platform=name), "trouble", "locked")
        case NeverLoaded(None):
            return Label(reader.say("{platform} is being asked.", platform=name), "waiting", "asking")
        case NeverLoaded(failure, since):
            trouble = _trouble(failure)
            rest = reader.say(trouble.never) if trouble.never else ""
            return _in_trouble(state, trouble, since, name, rest, reader)
        case Stale(at, None):
            return Label(reader.say("{platform}: as of {age}.", platform=name, age=reader.ago(at)), "waiting", "clock")
        case Stale(at, failure, since):
            rest = reader.say("What you see is from {age}.", age=reader.ago(at))
            return _in_trouble(state, _trouble(failure), since, name, rest, reader)


def no_account(names: tuple[str, ...], reader: Reader) -> Label:
    words = reader.say("We have not found an account of yours on {platforms}. If you have one, your L&D team can "
                       "connect it.", platforms=reader.listing(names))
    return Label(words, "quiet", "unlinked")


def _trouble(failure: str | None) -> _Trouble:
    return _TROUBLES.get(failure or "", _UNREACHABLE)


def _in_trouble(state: Freshness, trouble: _Trouble, since: datetime | None, name: str, rest: str,
                reader: Reader) -> Label:
    begun = (reader.say(trouble.since, platform=name, since=reader.since(since)) if since
             else reader.say(trouble.plain, platform=name))
    tone = "trouble" if is_trouble(state) and trouble is not _WAITING else "waiting"
    return Label(f"{begun} {rest}".rstrip(), tone, trouble.icon)

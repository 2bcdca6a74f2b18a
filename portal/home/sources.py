"""Where everything on the page comes from: one line per platform, and the button that asks it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.home import freshness
from portal.home.reader import Reader
from portal.home.section import poll_delay
from portal.learner_view import LearnerView, Source
from portal.ranking.rank import OWN_SOURCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One platform. id: of what stands behind the sentence. retry: where the button posts to, or ""; retry_fragment:
    the same for htmx. aside: what is said in the button's place. arrived: what was asked for is there, and the page
    above is older."""

    id: str
    name: str
    label: freshness.Label
    retry: str = ""
    retry_fragment: str = ""
    aside: str = ""
    arrived: bool = False


@dataclass(frozen=True, slots=True)
class Sources:
    """The platforms and how far each can be trusted now. url, delay: as in SectionView."""

    lines: tuple[Line, ...]
    url: str
    delay: str

    template = "home/_sources.html"


def sources(view: LearnerView, reader: Reader, version: int, *, asked_lately: frozenset[int] = frozenset(),
            asked: int | None = None) -> Sources:
    """asked_lately: connections that are not asked again yet. asked: the one this learner has just asked for."""
    feeding, changed = _feeding(view), _changed(view)
    found = [(source, freshness.of(source, has_items=source.connection_id in feeding, now=reader.now))
             for source in view.sources]
    lines = tuple(
        _line(source, freshness.label(source, state, reader, changed_at=changed.get(source.connection_id)), state,
              reader, version, source.connection_id in asked_lately, source.connection_id == asked)
        for source, state in found)
    awaited = any(freshness.is_awaited(state) for _, state in found)
    asking = [source for source, state in found if _is_asked_again(source, state, reader)]
    delay = (poll_delay(view, reader) if awaited else "") or _retry_delay(asking, reader)
    url = f"/sections/sources?layout={version}"
    return Sources(lines, url if asked is None else f"{url}&asked={asked}", delay)


def _line(source: Source, label: freshness.Label, state: freshness.Freshness, reader: Reader, version: int,
          lately: bool, asked: bool) -> Line:
    line_id = f"retry-{source.connection_id}"
    if not freshness.may_retry(state):
        there = asked and isinstance(state, freshness.Fresh | freshness.Empty)
        return Line(id=line_id, name=source.name, label=label, arrived=there)
    if _is_asked_again(source, state, reader):
        aside = reader.say("Asking {platforms} …", platforms=source.name)
        return Line(id=line_id, name=source.name, label=label, aside=aside)
    if lately:
        return Line(id=line_id, name=source.name, label=label, aside=reader.say("Asked just now."))
    href = f"/refresh/{source.connection_id}"
    return Line(id=line_id, name=source.name, label=label, retry=href, retry_fragment=f"{href}?layout={version}")


def _is_asked_again(source: Source, state: freshness.Freshness, reader: Reader) -> bool:
    return freshness.may_retry(state) and freshness.is_underway(source, reader.now)


def _retry_delay(asking: list[Source], reader: Reader) -> str:
    """As patient as ``poll_delay``. When a reading that runs was wished for is not told; a lease ends it."""
    waits = [timedelta(minutes=1) if source.next_at is None or source.running else reader.now - source.next_at
             for source in asking]
    if not waits or min(waits) > timedelta(minutes=10):
        return ""
    return "1500ms" if min(waits) < timedelta(seconds=30) else "6000ms"


def _feeding(view: LearnerView) -> frozenset[int]:
    kinds = (view.enrolments, view.assignments, view.recommendations, view.badges)
    return frozenset(item.seen.connection_id for kind in kinds for item in kind)


def _changed(view: LearnerView) -> dict[int, datetime]:
    """connection id → the latest change of what the platform itself says; our own suggestions are not its news."""
    suggested = tuple(item for item in view.recommendations if item.recommendation.source != OWN_SOURCE)
    found: dict[int, datetime] = {}
    for kind in (view.enrolments, view.assignments, suggested, view.badges):
        for item in kind:
            seen = item.seen
            found[seen.connection_id] = max(found.get(seen.connection_id, seen.changed_at), seen.changed_at)
    return found

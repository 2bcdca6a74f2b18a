"""The parts of the page around its sections: greeting, one line of state, and where everything comes from."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.records import Capability
from portal.home import freshness
from portal.home.deadlines import is_late, is_open
from portal.home.reader import Reader
from portal.home.section import poll_delay
from portal.learner_view import Learner, LearnerView, Need


@dataclass(frozen=True, slots=True)
class Chip:
    """One fact of the summary. href: the place on the page it is about. tone: bad, warn, good or quiet."""

    href: str
    words: str
    icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class Summary:
    """lead: a sentence for somebody who is new here, else "". url, delay: as in SectionView."""

    lead: str
    chips: tuple[Chip, ...]
    url: str
    delay: str

    template = "home/_summary.html"


@dataclass(frozen=True, slots=True)
class Sources:
    """The platforms and how far each can be trusted now."""

    labels: tuple[freshness.Label, ...]
    url: str
    delay: str

    template = "home/_sources.html"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is signed in, for the header. links: pages of this person's roles."""

    name: str
    initials: str
    email: str
    links: tuple[Chip, ...] = ()


def viewer(learner: Learner) -> Viewer:
    name = learner.name or learner.given_name or learner.email or learner.username or "–"
    parts = name.split()
    initials = (parts[0][:1] + (parts[-1][:1] if len(parts) > 1 else "")).upper()
    return Viewer(name=name, initials=initials, email=learner.email or "")


def greeting(learner: Learner, view: LearnerView, reader: Reader) -> str:
    name = learner.given_name or learner.name
    if is_first_visit(view):
        return reader.say("Welcome, {name}", name=name) if name else reader.say("Welcome")
    hour = reader.now.astimezone(reader.zone).hour
    if hour < 4 or hour >= 18:
        return reader.say("Good evening, {name}", name=name) if name else reader.say("Good evening")
    if hour < 12:
        return reader.say("Good morning, {name}", name=name) if name else reader.say("Good morning")
    return reader.say("Good afternoon, {name}", name=name) if name else reader.say("Good afternoon")


def is_first_visit(view: LearnerView) -> bool:
    """Nothing has ever been read for this learner."""
    return all(source.succeeded_at is None for source in view.sources)


SUMMARY_NEEDS = frozenset({Need.ASSIGNMENTS})


def summary(view: LearnerView, reader: Reader, version: int) -> Summary:
    found = [(source, freshness.of(source, has_items=True, now=reader.now)) for source in view.sources]
    awaited = tuple(source.name for source, state in found if freshness.is_awaited(state))
    trouble = sum(freshness.is_trouble(state) for _, state in found)
    chips = (*_due_chips(view, reader), *_platform_chips(len(found), awaited, trouble, reader))
    lead = _lead(view, awaited, reader)
    return Summary(lead, () if lead else chips, f"/sections/summary?layout={version}",
                   poll_delay(view, reader) if awaited else "")


def _due_chips(view: LearnerView, reader: Reader) -> list[Chip]:
    waiting = [item.assignment for item in view.assignments if is_open(item.assignment) and item.assignment.due]
    late = sum(is_late(assignment, reader) for assignment in waiting)
    week = sum(assignment.due is not None and not is_late(assignment, reader)
               and (assignment.due.local_day(reader.zone) - reader.today).days < 7 for assignment in waiting)
    chips = []
    if late:
        chips.append(Chip("#due", reader.say_n("{n} overdue", "{n} overdue", late), "alert", "bad"))
    if week:
        words = reader.say_n("{n} due within a week", "{n} due within a week", week)
        chips.append(Chip("#due", words, "clock", "warn"))
    if not chips and all(isinstance(freshness.of(source, has_items=True, now=reader.now), freshness.Fresh)
                         for source in view.sources if Capability.ENROLMENTS in source.capabilities):
        chips.append(Chip("#due", reader.say("Nothing due this week"), "check", "good"))
    return chips


def _platform_chips(count: int, awaited: tuple[str, ...], trouble: int, reader: Reader) -> list[Chip]:
    if awaited:
        words = reader.say("Asking {platforms} …", platforms=reader.listing(awaited))
        return [Chip("#sources", words, "asking", "quiet")]
    if trouble:
        words = reader.say_n("{n} of {count} platforms is not up to date",
                             "{n} of {count} platforms are not up to date", trouble, count=count)
        return [Chip("#sources", words, "offline", "quiet")]
    return [Chip("#sources", reader.say("All platforms up to date"), "check", "quiet")]


def _lead(view: LearnerView, awaited: tuple[str, ...], reader: Reader) -> str:
    if not view.sources:
        return reader.say("No learning platform is connected yet. Once your L&D team has connected the first one, "
                          "your courses, dates and badges appear here.")
    if awaited and is_first_visit(view):
        return reader.say("We are asking {platforms} what you are learning. Your page fills in by itself; "
                          "there is nothing you need to do.", platforms=reader.listing(awaited))
    return ""


def sources(view: LearnerView, reader: Reader, version: int) -> Sources:
    kinds = (view.enrolments, view.assignments, view.recommendations, view.badges)
    feeding = {item.seen.connection_id for kind in kinds for item in kind}
    found = [(source, freshness.of(source, has_items=source.connection_id in feeding, now=reader.now))
             for source in view.sources]
    labels = tuple(freshness.label(source, state, reader) for source, state in found)
    awaited = any(freshness.is_awaited(state) for _, state in found)
    return Sources(labels, f"/sections/sources?layout={version}", poll_delay(view, reader) if awaited else "")

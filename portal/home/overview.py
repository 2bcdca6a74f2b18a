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
    """One fact of the summary. href: the place on the page it is about. tone: bad, warn, good, inviting or quiet."""

    href: str
    words: str
    icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class Summary:
    """lead: a word of welcome for somebody who is new here, else "". url, delay: as in SectionView."""

    lead: str
    chips: tuple[Chip, ...]
    url: str
    delay: str

    template = "home/_summary.html"


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
    if is_first_visit(view) or is_new_here(view):
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


def is_new_here(view: LearnerView) -> bool:
    """Nothing has been begun, asked for or earned, on no platform."""
    return not (view.enrolments or view.assignments or view.badges)


SUMMARY_NEEDS = frozenset(Need)


@dataclass(frozen=True, slots=True)
class _Platforms:
    """Those being asked, by name, and how many there are of the others."""

    all: int
    awaited: tuple[str, ...]
    heard: int
    trouble: int
    unlinked: int
    ambiguous: int


def summary(view: LearnerView, reader: Reader, version: int, places: frozenset[str]) -> Summary:
    """places: ids on this page that a chip may lead to."""
    platforms = _platforms(view, reader)
    first = bool(platforms.awaited) and is_first_visit(view)
    chips = [] if first or not view.sources else [*_ways_on(view, platforms, reader), *_due_chips(view, reader),
                                                  *_platform_chips(platforms, reader)]
    return Summary(_lead(view, platforms, reader), tuple(chip for chip in chips if chip.href[1:] in places),
                   f"/sections/summary?layout={version}", poll_delay(view, reader) if platforms.awaited else "")


def _platforms(view: LearnerView, reader: Reader) -> _Platforms:
    found = [(source, freshness.of(source, has_items=True, now=reader.now)) for source in view.sources]
    states = [state for _, state in found]
    return _Platforms(
        all=len(found), awaited=tuple(source.name for source, state in found if freshness.is_awaited(state)),
        heard=sum(map(freshness.is_heard, states)), trouble=sum(map(freshness.is_trouble, states)),
        unlinked=states.count(freshness.NotLinked()), ambiguous=states.count(freshness.NotLinked(several=True)))


def _lead(view: LearnerView, platforms: _Platforms, reader: Reader) -> str:
    if not view.sources:
        return reader.say("No learning platform is connected yet. Once your L&D team has connected the first one, "
                          "your courses, dates and badges appear here.")
    if platforms.awaited:
        return reader.say("We are asking {platforms} what you are learning. Your page fills in by itself; there is "
                          "nothing you need to do.", platforms=reader.listing(platforms.awaited)
                          ) if is_first_visit(view) else ""
    if not is_new_here(view) or not platforms.heard:
        return ""
    return reader.say("Everything you learn comes together here, whichever platform it lives on. Begin with whatever "
                      "makes you curious.")


def _ways_on(view: LearnerView, platforms: _Platforms, reader: Reader) -> list[Chip]:
    """For somebody who has begun nothing: where to go from here."""
    if platforms.awaited or not platforms.heard or not is_new_here(view):
        return []
    expected = Chip("#due", reader.say("What your organisation asks of you"), "event", "quiet")
    if not view.recommendations:
        return [expected]
    return [Chip("#recommended", reader.say("What we suggest for you"), "other", "inviting"), expected]


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
    if not chips and not is_new_here(view) and _all_dates_known(view, reader):
        chips.append(Chip("#due", reader.say("Nothing due this week"), "check", "good"))
    return chips


def _all_dates_known(view: LearnerView, reader: Reader) -> bool:
    """A platform where the reader has no account sets no dates."""
    states = [freshness.of(source, has_items=True, now=reader.now) for source in view.sources
              if Capability.ENROLMENTS in source.capabilities]
    known = [state for state in states if state != freshness.NotLinked()]
    return bool(known) and all(isinstance(state, freshness.Fresh) for state in known)


def _platform_chips(platforms: _Platforms, reader: Reader) -> list[Chip]:
    """Nobody has an account everywhere: that is no alarm, but no "all" either."""
    if platforms.awaited:
        words = reader.say("Asking {platforms} …", platforms=reader.listing(platforms.awaited))
        return [Chip("#sources", words, "asking", "quiet")]
    chips = []
    if platforms.trouble:
        words = reader.say_n("{n} of {count} platforms is not up to date",
                             "{n} of {count} platforms are not up to date", platforms.trouble, count=platforms.all)
        chips.append(Chip("#sources", words, "offline", "quiet"))
    if platforms.unlinked:
        words = reader.say_n("No account found on {n} platform", "No account found on {n} platforms",
                             platforms.unlinked)
        chips.append(Chip("#sources", words, "unlinked", "quiet"))
    if platforms.ambiguous:
        words = reader.say_n("More than one account found on {n} platform",
                             "More than one account found on {n} platforms", platforms.ambiguous)
        chips.append(Chip("#sources", words, "unlinked", "quiet"))
    return chips or [Chip("#sources", reader.say("All platforms up to date"), "check", "quiet")]

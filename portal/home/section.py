"""What a section of the page is: it reads a LearnerView and says, in words ready to print, what stands in it.

A section is a function of its arguments. It knows records, not vendors, and neither layout nor experiment.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from adapters.records import Capability
from portal.home import freshness
from portal.home.cards import BadgeCard, Card, DueCard
from portal.home.reader import Reader
from portal.learner_view import (
    AssignmentItem,
    BadgeItem,
    EnrolmentItem,
    LearnerView,
    Need,
    RecommendationItem,
    Source,
)

AnyCard = Card | DueCard | BadgeCard


class SectionState(StrEnum):
    """loading: nothing to show and an answer may arrive any moment. partial: cards, and more may arrive.
    stale: cards, some from a platform in trouble. unavailable: nothing to show, and not everybody could be asked.
    failed: our own fault."""

    LOADING = "loading"
    READY = "ready"
    PARTIAL = "partial"
    STALE = "stale"
    EMPTY = "empty"
    UNAVAILABLE = "unavailable"
    FAILED = "failed"


class SectionOptions(BaseModel):
    """What a product manager may set for every section."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    width: Literal["full", "wide", "narrow"] = Field(
        "full", title="Width", description="On a wide screen: the whole row, two thirds or one third of it.")
    limit: int = Field(6, ge=1, le=50, title="How many", description="Cards shown before “Show all”.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """One section, ready to print.

    key: also the element's id and the template's name. heading: plain text. shown: the cards to print now;
    total: how many there are. more: text of the link to the rest or back to the short list, or None.
    more_url: the whole page with this section long (without JavaScript); more_fragment: only this section.
    url: this section as it is now, as a fragment. delay: what ``hx-trigger`` waits for; empty = nothing is awaited.
    notes: platforms the reader should know about. awaited: platforms being asked, as one phrase.
    placeholders: one per card of the first row. empty_title, empty_text: what to say when there is no card.
    """

    key: str
    heading: str
    state: SectionState
    width: str
    shown: tuple[AnyCard, ...]
    total: int
    more: str | None
    more_url: str
    more_fragment: str
    url: str
    delay: str
    notes: tuple[freshness.Label, ...]
    awaited: str
    placeholders: range
    empty_title: str
    empty_text: str

    @property
    def template(self) -> str:
        return f"home/sections/{self.key}.html"


@dataclass(frozen=True, slots=True)
class Words:
    """What a section says whatever its cards are: heading, and what stands there when nothing does."""

    heading: str
    empty_title: str
    empty_text: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where the section stands: the layout version its addresses carry, and whether all cards are wanted."""

    version: int
    whole: bool = False


ItemT = TypeVar("ItemT", EnrolmentItem, AssignmentItem, RecommendationItem, BadgeItem)


class Section(ABC, Generic[ItemT]):
    """key: see SectionView. needs: what the store must read. fed_by: a platform with one of these capabilities
    feeds this section, so its freshness matters here. first_row: cards in the first row of a wide screen."""

    key: ClassVar[str]
    needs: ClassVar[frozenset[Need]]
    fed_by: ClassVar[frozenset[Capability]]
    first_row: ClassVar[int]
    Options: ClassVar[type[SectionOptions]]

    @abstractmethod
    def words(self, reader: Reader) -> Words:
        """Heading and empty texts."""

    @abstractmethod
    def items(self, view: LearnerView, reader: Reader) -> Sequence[ItemT]:
        """What belongs here, in order: the rule of the section."""

    @abstractmethod
    def cards(self, items: Sequence[ItemT], view: LearnerView, reader: Reader) -> tuple[AnyCard, ...]:
        """The wording of the items that are shown."""

    def build(self, view: LearnerView, options: SectionOptions, reader: Reader, place: Place) -> SectionView:
        items = self.items(view, reader)
        shown = self.cards(items if place.whole else items[:options.limit], view, reader)
        feed = _feed(view, self.fed_by, bool(items), reader)
        state = _state(bool(items), bool(feed.awaited), bool(feed.trouble))
        words = self._words(state, feed, reader)
        base = f"/sections/{self.key}?layout={place.version}"
        return SectionView(
            key=self.key, heading=words.heading, state=state, width=options.width, shown=shown, total=len(items),
            more=self._more(len(items), options.limit, place, reader),
            more_url=f"/#{self.key}" if place.whole else f"/?all={self.key}#{self.key}",
            more_fragment=base if place.whole else f"{base}&all=1",
            url=f"{base}&all=1" if place.whole else base,
            delay=poll_delay(view, reader) if state is SectionState.LOADING else "",
            notes=feed.trouble + _cut(view, self.needs, reader), awaited=feed.awaited,
            placeholders=range(min(options.limit, self.first_row)),
            empty_title=words.empty_title, empty_text=words.empty_text)

    def _words(self, state: SectionState, feed: _Feed, reader: Reader) -> Words:
        """"Nothing is due" would be a promise nobody can make while a platform has not been heard."""
        words = self.words(reader)
        nothing = reader.say("Nothing here so far")
        if state is SectionState.UNAVAILABLE and feed.unknown:
            return Words(words.heading, nothing, reader.say("Once an account of yours is connected, this fills in by "
                                                            "itself."))
        if state is SectionState.UNAVAILABLE:
            return Words(words.heading, nothing, reader.say("Not every platform could tell us what it has for you."))
        if not feed.exists:
            return Words(words.heading, nothing, reader.say("None of the platforms connected here provides this yet."))
        return words

    @staticmethod
    def _more(total: int, limit: int, place: Place, reader: Reader) -> str | None:
        if total <= limit:
            return None
        return reader.say("Show fewer") if place.whole else reader.say("Show all {n}", n=total)


@dataclass(frozen=True, slots=True)
class _Feed:
    """The platforms behind a section. exists: there is one. unknown: none of them was heard, since they do not know
    the reader. awaited: those being asked, as one phrase. trouble: what the reader should know of the others."""

    exists: bool
    unknown: bool
    awaited: str
    trouble: tuple[freshness.Label, ...]


def _feed(view: LearnerView, fed_by: frozenset[Capability], items: bool, reader: Reader) -> _Feed:
    """Nobody has an account everywhere: as long as one platform speaks for the section, those that do not know the
    reader are named at the foot of the page only."""
    found = [(source, freshness.of(source, has_items=items, now=reader.now))
             for source in view.sources if source.capabilities & fed_by]
    awaited = tuple(source.name for source, state in found if freshness.is_awaited(state))
    trouble = tuple(freshness.label(source, state, reader) for source, state in found if freshness.is_trouble(state))
    heard = items or awaited or any(freshness.is_heard(state) for _, state in found)
    strange = () if heard else tuple((source, state) for source, state in found
                                     if isinstance(state, freshness.NotLinked))
    words = reader.say("Asking {platforms} …", platforms=reader.listing(awaited)) if awaited else ""
    return _Feed(bool(found), bool(strange) and not trouble, words, trouble + _strange(strange, reader))


def _strange(found: tuple[tuple[Source, freshness.NotLinked], ...], reader: Reader) -> tuple[freshness.Label, ...]:
    """One sentence for all platforms without an account; one for each with several."""
    none = tuple(source.name for source, state in found if not state.several)
    several = tuple(freshness.label(source, state, reader) for source, state in found if state.several)
    return ((freshness.no_account(none, reader),) if none else ()) + several


def _state(items: bool, awaited: bool, trouble: bool) -> SectionState:
    if not items:
        if awaited:
            return SectionState.LOADING
        return SectionState.UNAVAILABLE if trouble else SectionState.EMPTY
    if awaited:
        return SectionState.PARTIAL
    return SectionState.STALE if trouble else SectionState.READY


def _cut(view: LearnerView, needs: frozenset[Need], reader: Reader) -> tuple[freshness.Label, ...]:
    if not view.cut & needs:
        return ()
    words = reader.say("There is more than we can list; these are the newest.")
    return (freshness.Label(words, "waiting", "clock"),)


def poll_delay(view: LearnerView, reader: Reader) -> str:
    """Patience grows: 1.5 s at first, 6 s after half a minute; after ten minutes the reader asks, not the page."""
    since = view.learner.signed_in_at
    waited = reader.now - since if since else timedelta()
    if waited > timedelta(minutes=10):
        return ""
    return "1500ms" if waited < timedelta(seconds=30) else "6000ms"


def failed(section: Section[ItemT], options: SectionOptions, reader: Reader, place: Place) -> SectionView:
    """What stands in the place of a section that could not be built: its name, and that somebody knows."""
    base = f"/sections/{section.key}?layout={place.version}"
    return SectionView(
        key=section.key, heading=section.words(reader).heading, state=SectionState.FAILED, width=options.width,
        shown=(), total=0, more=None, more_url="/", more_fragment=base, url=base, delay="", notes=(), awaited="",
        placeholders=range(0), empty_title=reader.say("This part could not be shown"),
        empty_text=reader.say("The fault is ours and has been noted. The rest of your page is complete."))

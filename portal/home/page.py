"""The learner's page: where layout, store and sections meet. No web framework here."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from adapters.records import Status
from portal.home import overview, sources
from portal.home.deadlines import SETTLED
from portal.home.reader import Reader
from portal.home.retry import asked_lately
from portal.home.section import Place, Section, SectionOptions, SectionView, failed
from portal.home.sections import SECTIONS
from portal.layouts.layout import DEFAULT, Layout, by_version
from portal.learner_view import Learner, LearnerView, Need
from portal.services import Services
from portal.store import page as store
from portal.store.database import Transaction

log = logging.getLogger(__name__)

Part = SectionView | overview.Summary | sources.Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """greeting: the heading. sections: in reading order. live: it fills in by itself (an example does not)."""

    viewer: overview.Viewer
    greeting: str
    summary: overview.Summary
    sections: tuple[SectionView, ...]
    sources: sources.Sources
    live: bool = True


@dataclass(frozen=True, slots=True)
class _Placed:
    section: Section[Any]
    options: SectionOptions


def build(services: Services, learner: Learner, reader: Reader, *, whole: str | None = None,
          sections: Sequence[Section[Any]] = SECTIONS) -> Page:
    """The whole page. whole: key of a section to print with all its cards."""
    layout = DEFAULT
    placed = _placed(layout, sections)
    with services.database.read() as connection:
        view = _load(connection, learner, reader, _needs(placed))
        lately = asked_lately(connection, view, reader.now)
    return assemble(view, reader, layout, placed_sections=placed, whole=whole, lately=lately)


def assemble(view: LearnerView, reader: Reader, layout: Layout = DEFAULT, *,
             placed_sections: Sequence[_Placed] | None = None, whole: str | None = None,
             lately: frozenset[int] = frozenset()) -> Page:
    """The page of a view that is already there (patterns, previews, tests). lately: see ``sources.sources``."""
    placed = _placed(layout, SECTIONS) if placed_sections is None else placed_sections
    return Page(
        viewer=overview.viewer(view.learner), greeting=overview.greeting(view.learner, view, reader),
        summary=overview.summary(view, reader, layout.version, _places(placed)),
        sections=tuple(_section(one, view, reader, Place(layout.version, one.section.key == whole)) for one in placed),
        sources=sources.sources(view, reader, layout.version, asked_lately=lately))


def build_part(services: Services, learner: Learner, reader: Reader, key: str, version: int, *,
               whole: bool = False, asked: int | None = None) -> Part | None:
    """One part of the page exactly as the page of that layout version shows it. None = there is no such part.

    key: of a section, or "summary" or "sources" for the parts around them. asked: see ``sources.sources``.
    """
    layout = by_version(version)
    if layout is None:
        return None
    placed = _placed(layout, SECTIONS)
    one = next((one for one in placed if one.section.key == key), None)
    if one is None and key not in ("summary", "sources"):
        return None
    with services.database.read() as connection:
        view = _load(connection, learner, reader, one.section.needs if one else _needs(placed))
        lately = asked_lately(connection, view, reader.now) if key == "sources" else frozenset()
    if one is not None:
        return _section(one, view, reader, Place(version, whole))
    if key == "summary":
        return overview.summary(view, reader, version, _places(placed))
    return sources.sources(view, reader, version, asked_lately=lately, asked=asked)


def _placed(layout: Layout, sections: Sequence[Section[Any]]) -> tuple[_Placed, ...]:
    """An old layout may name a section, or an option, that no longer exists: the rest of the page stands."""
    known = {section.key: section for section in sections}
    found = []
    for placement in layout.placements:
        section = known.get(placement.section)
        if section is None:
            log.warning("layout %s names the unknown section %r", layout.version, placement.section)
            continue
        try:
            options = section.Options.model_validate(placement.options)
        except ValidationError:
            log.warning("layout %s has unusable options for section %r", layout.version, placement.section)
            options = section.Options()
        found.append(_Placed(section, options))
    return tuple(found)


def _needs(placed: Sequence[_Placed]) -> frozenset[Need]:
    return overview.SUMMARY_NEEDS.union(*(one.section.needs for one in placed))


def _places(placed: Sequence[_Placed]) -> frozenset[str]:
    return frozenset({one.section.key for one in placed} | {"sources"})


def _load(connection: Transaction, learner: Learner, reader: Reader, needs: frozenset[Need]) -> LearnerView:
    return _within_reach(store.load(connection, learner, needs, reader.now))


def _within_reach(view: LearnerView) -> LearnerView:
    """Nothing is offered that would lead to a platform that was disconnected; what was done there stays done."""
    there = {source.connection_id for source in view.sources}
    return replace(
        view,
        enrolments=tuple(item for item in view.enrolments
                         if item.seen.connection_id in there or item.enrolment.status is Status.COMPLETED),
        assignments=tuple(item for item in view.assignments
                          if item.seen.connection_id in there or item.assignment.status in SETTLED),
        recommendations=tuple(item for item in view.recommendations if item.seen.connection_id in there))


def _section(one: _Placed, view: LearnerView, reader: Reader, place: Place) -> SectionView:
    try:
        return one.section.build(view, one.options, reader, place)
    except Exception:   # the boundary between sections: a fault in one must not take the page with it
        log.exception("section %r failed", one.section.key)
        return failed(one.section, one.options, reader, place)

"""The learner's page: where layout, store and sections meet. No web framework here."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from portal.home import overview
from portal.home.reader import Reader
from portal.home.section import Place, Section, SectionOptions, SectionView, failed
from portal.home.sections import SECTIONS
from portal.layouts.layout import DEFAULT, Layout, by_version
from portal.learner_view import Learner, LearnerView, Need
from portal.services import Services
from portal.store import page as store

log = logging.getLogger(__name__)

Part = SectionView | overview.Summary | overview.Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """greeting: the heading. sections: in reading order. live: it fills in by itself (an example does not)."""

    viewer: overview.Viewer
    greeting: str
    summary: overview.Summary
    sections: tuple[SectionView, ...]
    sources: overview.Sources
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
    view = _load(services, learner, reader, _needs(placed))
    return assemble(view, reader, layout, placed_sections=placed, whole=whole)


def assemble(view: LearnerView, reader: Reader, layout: Layout = DEFAULT, *,
             placed_sections: Sequence[_Placed] | None = None, whole: str | None = None) -> Page:
    """The page of a view that is already there (patterns, previews, tests)."""
    placed = _placed(layout, SECTIONS) if placed_sections is None else placed_sections
    return Page(
        viewer=overview.viewer(view.learner), greeting=overview.greeting(view.learner, view, reader),
        summary=overview.summary(view, reader, layout.version),
        sections=tuple(_section(one, view, reader, Place(layout.version, one.section.key == whole)) for one in placed),
        sources=overview.sources(view, reader, layout.version))


def build_part(services: Services, learner: Learner, reader: Reader, key: str, version: int, *,
               whole: bool = False) -> Part | None:
    """One part of the page exactly as the page of that layout version shows it. None = there is no such part.

    key: of a section, or "summary" or "sources" for the parts around them.
    """
    layout = by_version(version)
    if layout is None:
        return None
    placed = _placed(layout, SECTIONS)
    if key == "summary":
        return overview.summary(_load(services, learner, reader, overview.SUMMARY_NEEDS), reader, version)
    if key == "sources":
        return overview.sources(_load(services, learner, reader, _needs(placed)), reader, version)
    one = next((one for one in placed if one.section.key == key), None)
    if one is None:
        return None
    view = _load(services, learner, reader, one.section.needs)
    return _section(one, view, reader, Place(version, whole))


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


def _load(services: Services, learner: Learner, reader: Reader, needs: frozenset[Need]) -> LearnerView:
    with services.database.read() as connection:
        return store.load(connection, learner, needs, reader.now)


def _section(one: _Placed, view: LearnerView, reader: Reader, place: Place) -> SectionView:
    try:
        return one.section.build(view, one.options, reader, place)
    except Exception:   # the boundary between sections: a fault in one must not take the page with it
        log.exception("section %r failed", one.section.key)
        return failed(one.section, one.options, reader, place)

"""What the page is made of: landmarks, headings, links, names – and vendor text that stays text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from adapters.records import Due, LearningResource
from portal.home import patterns
from portal.home.sections import SECTIONS
from portal.learner_view import LearnerView
from tests.home.dom import Element, parsed
from tests.home.learners import (
    ADA,
    NOW,
    assignment,
    badge,
    enrolment,
    reader,
    recommendation,
    source,
)

STATES = tuple(patterns.example_pages(reader()))


@pytest.fixture(params=STATES)
def tree(request: pytest.FixtureRequest, rendered: Callable[..., str]) -> Element:
    """Every example page, as a tree."""
    made = patterns.example_pages(reader())[request.param]()
    return parsed(rendered(LearnerView(learner=ADA, sources=()), page=made))


def test_page__has_its_landmarks_title_and_language(tree: Element) -> None:
    assert tree.all("title")[0].words == "Your learning – Northwind"
    assert tree.all("html")[0].attributes["lang"] == "en"
    assert [len(tree.all(tag)) for tag in ("header", "main", "footer")] == [1, 1, 1]
    assert all(nav.attributes["aria-label"] for nav in tree.all("nav"))
    first = tree.all("a")[0]
    assert (first.attributes["href"], first.attributes["class"]) == ("#main", "skip")


def test_page__headings_go_down_without_a_jump(tree: Element) -> None:
    levels = [int(e.tag[1]) for e in tree.all() if e.tag in ("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_page__every_id_once_and_every_reference_has_its_target(tree: Element) -> None:
    ids = [e.attributes["id"] for e in tree.all() if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    for element in tree.all():
        for name in ("aria-labelledby", "data-hx-target", "form", "href"):
            value = element.attributes.get(name, "")
            if name in ("aria-labelledby", "form") and value:
                assert value in ids
            if value.startswith("#"):
                assert value[1:] in ids


def test_page__a_card_is_a_list_item_with_one_link_that_says_where_it_leads(tree: Element) -> None:
    for kind in ("course", "line", "medal"):
        for card in tree.all("li", class_=kind):
            assert card.parent is not None
            assert card.parent.tag == "ul"
            if "ghost" in card.attributes["class"].split():
                assert card.parent.attributes["aria-hidden"] == "true"
                assert not card.all("a")
                continue
            link, = card.all("a")
            assert link.parent is not None
            assert link.parent.tag == "h3"
            assert link.attributes["href"].startswith("/go/")
            assert set(link.attributes["rel"].split()) == {"noopener", "noreferrer"}
            assert "– opens " in link.words
            assert link.all("bdi", dir="auto")


def test_page__progress_has_a_name_and_is_text_too(tree: Element) -> None:
    for bar in tree.all("progress"):
        assert bar.attributes["aria-label"].endswith("% complete")
        assert bar.parent is not None
        assert bar.attributes["aria-label"] in bar.parent.words


def test_page__drawings_are_silent(tree: Element) -> None:
    assert all(svg.attributes["aria-hidden"] == "true" for svg in tree.all("svg"))
    assert all(use.attributes["href"].startswith("/static/icons.svg#") for use in tree.all("use"))
    assert not tree.all("img")


def test_page__nothing_inline_and_nothing_from_elsewhere(tree: Element) -> None:
    for element in tree.all():
        assert "style" not in element.attributes
        assert not [name for name in element.attributes if name.startswith(("on", "hx-"))]
        for name in ("href", "src", "action", "formaction", "data-hx-get"):
            assert element.attributes.get(name, "/").startswith(("/", "#"))
    assert not tree.all("style")
    assert all(script.attributes["src"].startswith("/static/") and not script.text for script in tree.all("script"))


def test_page__one_polite_voice_outside_of_what_is_swapped(tree: Element) -> None:
    voice, = tree.all(role="status")
    assert not [above for above in voice.ancestors() if above.tag == "section"]
    assert not [e for e in tree.all() if "aria-live" in e.attributes]


def test_page__only_loading_polls_and_says_so(tree: Element) -> None:
    for section in tree.all("section", class_="section"):
        loading = section.attributes["data-state"] == "loading"
        assert ("data-hx-trigger" in section.attributes) is loading
        assert (section.attributes.get("aria-busy") == "true") is loading
        assert bool(section.all("noscript")) is loading


def test_examples__show_every_state() -> None:
    shown = {section.state for make in patterns.example_pages(reader()).values() for section in make().sections}
    assert shown >= {"loading", "ready", "partial", "stale", "empty", "unavailable"}


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.key)
def test_section__key_template_and_id_are_one_name(section: object, rendered: Callable[..., str]) -> None:
    key = section.key  # type: ignore[attr-defined]
    tree = parsed(rendered(patterns.everything(NOW)))
    assert tree.all("section", id=key)[0].all("h2", id=f"{key}-heading")


PAYLOADS = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>", "'><b>",
    "</title><script>",
    "</h3></li></ul>", "<!--", "-->", "<![CDATA[", "]]>", "{{ 7*7 }}", "{% raw %}", "${7*7}", "#{7*7}",
    "javascript:alert(1)", "&lt;script&gt;", "&#x3c;b&#x3e;", "&amp;amp;",
    "\" onmouseover=\"alert(1)",
    "' autofocus onfocus='alert(1)", "` onclick=alert(1) `", "<a href=//evil.example>", "<div data-hx-get=/x>",
    "<template>", "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">", "<plaintext>",
    "<base href=//evil>",
    "\u202etxet desrever", "\u2066\u2067", "\x00\x1f\x7f", "</bdi></a>", "%(name)s {name} {0.__class__}", "<math><mi>",
)


def _full_of(text: str) -> LearnerView:
    about = LearningResource(external_id="1", title=text, url="https://lms.example/1", provider=text, language=text,
                             topics=(text,), summary=text)
    return LearnerView(
        learner=replace(ADA, name="Ada", given_name=text, email=text), sources=(source(name=text), source(2, text,
                                                                                failure="TimedOut")),
        enrolments=(enrolment(1, about=about, progress=.5),),
        assignments=(assignment(2, Due(NOW), about=about, title=text, assigned_by=text),),
        recommendations=(recommendation(3, about=about, reason=text),
                         recommendation(4, about=about, reason=f"topic:{text}", source="homeroom")),
        badges=(badge(5, name=text, issuer=text, description=text),))


def _shape(html: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(e.tag, tuple(e.attributes)) for e in parsed(html).all()]


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_vendor_text__adds_no_element_and_no_attribute(payload: str, rendered: Callable[..., str]) -> None:
    hostile = rendered(_full_of(payload))
    assert _shape(hostile) == _shape(rendered(_full_of("harmless")))
    if "\x00" not in payload:
        assert payload in parsed(hostile).all("section", id="badges")[0].text      # shown as it is, not swallowed

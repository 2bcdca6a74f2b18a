"""Everybody can use it: axe finds nothing, the keyboard reaches everything, small screens need no sideways scroll."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from e2e.conftest import Arrives
from e2e.people import Learner

pytestmark = pytest.mark.xdist_group("e2e")

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WITH_A_PAGE = ("Amelie Clarke", "Jonas Weber", "Camille Laurent")
FOCUSED = """() => { const at = document.activeElement; if (at === document.body) return null;
    return [...document.querySelectorAll("*")].indexOf(at); }"""
CONTROLS = """() => { const all = [...document.querySelectorAll("*")];
    return all.filter(e => e.matches("a[href], button, summary, input:not([type=hidden]), select, textarea")
        && e.checkVisibility()).map(e => all.indexOf(e)); }"""
MOVES = """() => [...document.querySelectorAll("*")].flatMap(e => [null, "::before", "::after"].map(part =>
    getComputedStyle(e, part))).filter(s => s.animationName !== "none" || s.transitionDuration.split(",").some(
    d => parseFloat(d) > 0)).length + document.getAnimations().length"""


def faults(page: Page) -> list[tuple[str, str]]:
    """What axe finds: (rule, first element)."""
    found = Axe().run(page, options={"runOnly": TAGS, "resultTypes": ["violations"]}).response
    assert found["passes"], "axe looked at nothing"
    return [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]]


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than the screen."""
    wider: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wider


@pytest.mark.parametrize("name", WITH_A_PAGE)
def test_home__axe_finds_nothing_in_light_and_dark_wide_and_narrow(arrives: Arrives, name: str) -> None:
    learner = arrives(name)
    learner.signs_in()
    for scheme, width in (("light", 1280), ("dark", 390)):
        learner.page.emulate_media(color_scheme=scheme)
        learner.page.set_viewport_size({"width": width, "height": 844})
        assert (scheme, faults(learner.page)) == (scheme, [])
    learner.opens_menu()
    assert faults(learner.page) == []


def test_patterns__axe_finds_nothing(arrives: Arrives) -> None:
    ingrid = arrives("Ingrid Lindqvist")
    ingrid.signs_in()
    ingrid.visits("/patterns")
    paths = [link.get_attribute("href") for link in ingrid.page.locator("main li a").all()]
    assert len(paths) >= 8
    for path in ("/patterns", *paths):
        ingrid.visits(str(path))
        assert (path, faults(ingrid.page)) == (path, [])


def test_pages_around_it__axe_finds_nothing(amelie: Learner, arrives: Arrives) -> None:
    amelie.visits("/nothing-here", 404)
    assert faults(amelie.page) == []
    amelie.visits("/patterns", 403)
    assert faults(amelie.page) == []
    amelie.page.goto("/")
    amelie.signs_out()
    assert faults(amelie.page) == []
    amelie.visits("/sign-in")
    assert faults(amelie.page) == []
    amelie.page.get_by_role("link", name="Sign in").click()
    expect(amelie.page.get_by_role("button", name=amelie.name)).to_be_visible()
    assert faults(amelie.page) == []


@pytest.mark.parametrize("name", WITH_A_PAGE)
def test_narrow_screens__never_scroll_sideways(arrives: Arrives, name: str) -> None:
    learner = arrives(name, has_touch=True)
    learner.signs_in()
    for width in (390, 320):
        learner.page.set_viewport_size({"width": width, "height": 700})
        assert (width, sideways(learner.page)) == (width, 0)
        learner.opens_menu()
        assert (width, sideways(learner.page)) == (width, 0)
        learner.page.keyboard.press("Escape")


@pytest.mark.parametrize("path", ["/sign-in", "/signed-out", "/nothing-here"])
def test_narrow_screens__never_scroll_sideways_around_it(arrives: Arrives, path: str) -> None:
    visitor = arrives("nobody")
    visitor.page.set_viewport_size({"width": 320, "height": 568})
    visitor.visits(path, 404 if path == "/nothing-here" else 200)
    assert sideways(visitor.page) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colour_scheme__is_the_readers(arrives: Arrives, scheme: str) -> None:
    amelie = arrives("Amelie Clarke", color_scheme=scheme)
    amelie.signs_in()
    paper, ink = amelie.page.evaluate("""() => ["backgroundColor", "color"].map(name =>
        getComputedStyle(document.documentElement)[name].match(/\\d+/g).slice(0, 3).reduce((a, b) => a + +b, 0))""")
    assert (paper > ink) is (scheme == "light")


def test_reduced_motion__nothing_moves(arrives: Arrives) -> None:
    still = arrives("Ingrid Lindqvist", reduced_motion="reduce")
    still.signs_in()
    assert still.page.evaluate(MOVES) == 0
    still.visits("/patterns/first-visit")
    assert still.page.evaluate(MOVES) == 0
    still.page.emulate_media(reduced_motion="no-preference")
    assert still.page.evaluate(MOVES) > 0       # what is looked for is there


def test_keyboard__skip_link_comes_first_and_leads_to_the_content(amelie: Learner) -> None:
    amelie.page.keyboard.press("Tab")
    skip = amelie.page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    amelie.page.keyboard.press("Enter")
    expect(amelie.page.locator("main")).to_be_focused()
    amelie.page.keyboard.press("Tab")
    assert amelie.page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_keyboard__reaches_every_control_in_the_order_of_reading(amelie: Learner) -> None:
    stops: list[int] = []
    while len(stops) < 200:
        amelie.page.keyboard.press("Tab")
        at = amelie.page.evaluate(FOCUSED)
        if at is None:
            break
        stops.append(at)
    assert len(stops) > 20
    assert stops == amelie.page.evaluate(CONTROLS)


def test_keyboard__enter_on_a_card_launches(amelie: Learner) -> None:
    title = amelie.titles("continue")[0]
    amelie.section("continue").get_by_role("link", name=title).focus()
    amelie.page.keyboard.press("Enter")
    expect(amelie.page.get_by_role("heading", name=title)).to_be_visible()


def test_keyboard__menu_opens_closes_and_signs_out(amelie: Learner) -> None:
    menu = amelie.page.locator("header summary")
    menu.focus()
    amelie.page.keyboard.press("Enter")
    expect(amelie.sign_out_button).to_be_visible()
    amelie.page.keyboard.press("Escape")
    expect(amelie.sign_out_button).to_be_hidden()
    expect(menu).to_be_focused()
    amelie.page.keyboard.press("Enter")
    while not amelie.sign_out_button.evaluate("button => button === document.activeElement"):
        amelie.page.keyboard.press("Tab")
        assert amelie.page.evaluate("document.querySelector('header').contains(document.activeElement)")
    amelie.page.keyboard.press("Enter")
    expect(amelie.page.get_by_role("heading", level=1)).to_have_text("You are signed out")

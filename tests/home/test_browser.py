"""The page in a real browser: it fills in by itself, keeps focus, obeys the CSP, and axe finds nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from portal.home import patterns
from portal.learner_view import Learner
from portal.store import schema as t
from tests.factories import NOW
from tests.home.conftest import Portal
from tests.home.learners import reader
from tests.home.test_page import fill

STATES = tuple(patterns.example_pages(reader()))
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHIFTS = """() => { window.shift = 0; new PerformanceObserver(list => { for (const entry of list.getEntries())
  if (!entry.hadRecentInput) window.shift += entry.value; }).observe({type: 'layout-shift', buffered: true}); }"""


@pytest.fixture
def address(portal: Portal) -> Iterator[str]:
    server = make_server("localhost", 0, portal.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def visit(browser: Browser, portal: Portal, address: str, *roles: str,
          **options: Any) -> tuple[BrowserContext, Page, Learner]:
    """A browser of a signed-in learner; every message on its console is collected as ``complaints``."""
    client, learner = portal.sign_in("ada", *roles)
    cookie = client.get_cookie("homeroom")
    assert cookie is not None
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
    context.add_cookies([{"name": "homeroom", "value": cookie.value, "url": address}])
    page = context.new_page()
    page.complaints = []  # type: ignore[attr-defined]
    page.on("console", lambda message: page.complaints.append(message.text))  # type: ignore[attr-defined]
    return context, page, learner


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark"), (320, "light")])
def test_axe__finds_nothing_in_any_state(browser: Browser, portal: Portal, address: str, width: int,
                                         scheme: str) -> None:
    context, page, _ = visit(browser, portal, address, "admin", viewport={"width": width, "height": 800},
                             color_scheme=scheme)
    for state in STATES:
        page.goto(f"{address}/patterns/{state}")
        found = Axe().run(page, options={"runOnly": TAGS}).response
        assert [(state, each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
        assert "color-contrast" in {each["id"] for each in found["passes"]}
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{state} scrolls sideways"
    assert page.complaints == []  # type: ignore[attr-defined]
    context.close()


def test_first_visit__fills_in_by_itself_and_says_so_once(browser: Browser, portal: Portal, address: str) -> None:
    context, page, learner = visit(browser, portal, address)
    with portal.database.write() as tx:
        fill(tx, learner, 1, 4, loaded=False)
        for table in (t.enrolment, t.assignment, t.recommendation, t.badge):
            tx.execute(table.update().values(archived_at=NOW))
    page.add_init_script(f"({SHIFTS})()")
    page.goto(address)
    assert page.locator('[data-state="loading"]').count() == 4
    page.evaluate("""() => { window.said = []; const voice = document.getElementById('status');
        new MutationObserver(() => window.said.push(voice.textContent)).observe(voice, {childList: true}); }""")
    with portal.database.write() as tx:
        tx.execute(t.refresh.update().values(succeeded_at=NOW))
        for table in (t.enrolment, t.assignment, t.recommendation, t.badge):
            tx.execute(table.update().values(archived_at=None))
    for place in ('[data-state="ready"] >> nth=3', "#sources .fresh", "#summary .chip >> nth=0"):
        page.locator(place).wait_for()      # wait_for_function would need eval, which the CSP forbids
    assert page.evaluate("window.said") == ["Your page is ready."]
    assert page.evaluate("window.shift") <= 0.1     # "good" of Core Web Vitals
    assert page.complaints == []  # type: ignore[attr-defined]
    context.close()


def test_retry__asks_again_keeps_the_focus_and_speaks_once(browser: Browser, portal: Portal, address: str) -> None:
    context, page, learner = visit(browser, portal, address)
    with portal.database.write() as tx:
        fill(tx, learner, 2, 2)
        tx.execute(t.refresh.update().where(t.refresh.c.connection_id == 1).values(
            failure="TimedOut", failing_since=NOW, due_at=None))
    page.goto(address)
    page.evaluate("""() => { window.said = []; const voice = document.getElementById('status');
        new MutationObserver(() => window.said.push(voice.textContent)).observe(voice, {childList: true}); }""")
    page.focus("#retry-1")
    page.keyboard.press("Enter")
    page.locator("#sources .aside").wait_for()
    assert page.evaluate("document.activeElement.id") == "retry-1"
    with portal.database.write() as tx:
        tx.execute(t.refresh.update().values(failure=None, failing_since=None, succeeded_at=NOW, due_at=None))
    page.locator("#sources a#retry-1").wait_for()
    assert page.evaluate("document.activeElement.id") == "retry-1"
    assert page.evaluate("window.said") == ["Asking Platform 1 …"]
    assert page.locator("[aria-busy]").count() == 0
    page.keyboard.press("Enter")
    page.locator("#summary").get_by_text("All platforms up to date").wait_for()
    assert page.complaints == []  # type: ignore[attr-defined]
    context.close()


def test_show_all__keeps_the_focus_where_it_was(browser: Browser, portal: Portal, address: str) -> None:
    context, page, learner = visit(browser, portal, address)
    with portal.database.write() as tx:
        fill(tx, learner, 1, 9)
    page.goto(address)
    page.focus("#due-more")
    page.keyboard.press("Enter")
    page.locator("#due li >> nth=8").wait_for()
    assert page.evaluate("document.activeElement.id") == "due-more"
    assert page.locator("#due-more").inner_text().startswith("Show fewer")
    context.close()


def test_without_javascript__everything_is_reachable(browser: Browser, portal: Portal, address: str) -> None:
    context, page, learner = visit(browser, portal, address, java_script_enabled=False)
    with portal.database.write() as tx:
        fill(tx, learner, 1, 9)
    page.goto(address)
    page.click("#due-more")
    assert page.locator("#due li").count() == 9
    page.click("summary")
    assert page.get_by_role("button", name="Sign out").is_visible()
    with portal.database.write() as tx:
        tx.execute(t.refresh.update().values(succeeded_at=None))
        tx.execute(t.enrolment.update().values(archived_at=NOW))
    page.goto(address)
    assert page.locator("#continue").get_by_role("link", name="Show what has arrived").is_visible()
    with portal.database.write() as tx:
        tx.execute(t.refresh.update().values(succeeded_at=NOW - timedelta(hours=1), failure="TimedOut"))
    page.goto(address)
    page.get_by_role("button", name="Try again").click()
    assert page.url == f"{address}/#sources"
    assert page.locator("#sources").get_by_text("Asking Platform 1 …").is_visible()
    context.close()


def test_card__is_a_target_as_a_whole(browser: Browser, portal: Portal, address: str) -> None:
    context, page, _ = visit(browser, portal, address, "admin")
    page.goto(f"{address}/patterns/everything")
    led = page.evaluate("""() => [...document.querySelectorAll('.course, .line, .medal')].map(card => {
        card.scrollIntoView({block: 'center'});
        const box = card.getBoundingClientRect();
        const at = document.elementFromPoint(box.left + 6, box.top + 6);
        return at !== null && at.closest('a') === card.querySelector('a'); })""")
    assert len(led) == 21
    assert all(led)
    context.close()


def test_keyboard__focus_is_seen_on_every_stop(browser: Browser, portal: Portal, address: str) -> None:
    context, page, _ = visit(browser, portal, address, "admin")
    page.goto(f"{address}/patterns/everything")
    stops = 0
    while True:
        page.keyboard.press("Tab")
        outline = page.evaluate("""() => { const at = document.activeElement; if (at === document.body) return null;
            const widths = [null, '::after'].map(part => getComputedStyle(at, part)).map(style =>
            style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth)); return Math.max(...widths); }""")
        if outline is None:
            break
        assert outline >= 2
        stops += 1
        assert stops < 100
    assert stops >= 20
    context.close()


def test_reduced_motion__nothing_moves(browser: Browser, portal: Portal, address: str) -> None:
    context, page, _ = visit(browser, portal, address, "admin", reduced_motion="reduce")
    page.goto(f"{address}/patterns/first-visit")
    assert page.evaluate("document.getAnimations().length") == 0
    context.close()



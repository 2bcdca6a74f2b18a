"""A learner's day: one sign-in, one page, one click to the right place, and out again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from e2e.conftest import Arrives
from e2e.people import SECTIONS, Learner
from e2e.product import Demo

pytestmark = pytest.mark.xdist_group("e2e")

NOT_ANSWERING = re.compile("has not been reachable since")
COLLEAGUE = "Oliver Turner"
SHIFT = """window.shift = 0;
new PerformanceObserver(list => { for (const entry of list.getEntries())
    if (!entry.hadRecentInput) window.shift += entry.value; }).observe({type: "layout-shift", buffered: true});"""
AGE = r"(just now|\d+ \w+ ago)"


def test_page__gathers_what_is_learnt_on_three_kinds_of_platform(amelie: Learner) -> None:
    assert len(amelie.titles("continue")) == 4
    amelie.opens("continue")
    assert {"Nordwind Campus", "Workshop Academy", "Skills Studio"} <= amelie.platforms("continue")
    assert len(amelie.titles("continue")) > 4


def test_page__says_how_old_each_platforms_part_is(amelie: Learner) -> None:
    assert len(amelie.labels()) == 5
    for label in amelie.labels():
        assert re.search(AGE, label)


def test_badges__tell_verified_expired_and_revoked_apart(amelie: Learner) -> None:
    amelie.opens("badges")
    for state, drawing in (("Verified", "verified"), ("Expired", "expired"), ("Revoked", "revoked")):
        seal = amelie.section("badges").locator(".seal", has_text=state).first
        expect(seal).to_be_visible()
        expect(seal.locator("use")).to_have_attribute("href", f"/static/icons.svg#{drawing}")


@pytest.mark.parametrize("platform", ["Nordwind Campus", "Workshop Academy", "Skills Studio"])
def test_launch__ends_on_the_platforms_own_page_of_that_course(amelie: Learner, platform: str) -> None:
    amelie.opens("continue")
    card = amelie.section("continue").locator(".course", has_text=platform).first
    title = card.locator("h3 bdi").inner_text()
    amelie.launches(f"{title} – opens {platform}")
    expect(amelie.page.get_by_text(title).first).to_be_visible()


def test_launch_of_a_badge__ends_where_it_can_be_checked(amelie: Learner) -> None:
    title = amelie.titles("badges")[0]
    amelie.launches(title)
    expect(amelie.page.get_by_role("heading", name=title)).to_be_visible()


def test_sign_out__ends_the_session_here_and_at_the_provider(amelie: Learner, demo: Demo, arrives: Arrives) -> None:
    copied = amelie.session_cookies()
    assert copied
    amelie.signs_out()
    expect(amelie.page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    amelie.page.go_back()
    expect(amelie.page).to_have_title(re.compile("^Sign in"))
    amelie.page.goto("/")
    amelie.page.get_by_role("link", name="Sign in").click()
    amelie.chooses_themselves()

    thief = arrives("Amelie Clarke")
    thief.context.add_cookies(copied)
    thief.page.goto("/")
    expect(thief.page).to_have_url(re.compile(re.escape(demo.identity_provider)))


def test_single_sign_on__whom_the_provider_knows_lands_on_the_page_without_a_click(amelie: Learner,
                                                                                arrives: Arrives) -> None:
    again = arrives("Amelie Clarke")
    again.context.add_cookies(amelie.provider_cookies())
    again.page.goto("/")
    again.is_on_own_page()


def test_new_learner__is_welcomed(arrives: Arrives) -> None:
    jonas = arrives("Jonas Weber")
    jonas.signs_in()
    for key in SECTIONS:
        expect(jonas.section(key)).not_to_have_attribute("data-state", re.compile("unavailable|failed|stale"))
    assert jonas.titles("recommended")
    assert jonas.titles("continue") == jonas.titles("due") == jonas.titles("badges") == []
    said = jonas.page.locator("main").inner_text()
    assert not re.search(r"(?i)no data|keine daten|fehler|error|none|null", said)
    assert jonas.page.locator("main .note").count() == 0


def test_language__is_the_learners_own_not_the_browsers(arrives: Arrives) -> None:
    jonas = arrives("Jonas Weber")
    jonas.signs_in()
    expect(jonas.page.locator("html")).to_have_attribute("lang", "de")
    expect(jonas.section("due").get_by_role("heading", level=2)).to_have_text("Demnächst fällig")


def test_first_sign_in__page_is_usable_at_once_and_fills_in_without_a_jump(demo: Demo, arrives: Arrives) -> None:
    newcomer = arrives(COLLEAGUE)
    newcomer.page.add_init_script(SHIFT)
    loading = newcomer.page.locator('[data-state="loading"]')
    with demo.nobody_is_read():
        demo.forget(COLLEAGUE)
        newcomer.signs_in()
        expect(newcomer.page.get_by_role("heading", level=1)).to_contain_text("Welcome")
        expect(loading).to_have_count(len(SECTIONS))
        newcomer.opens_menu()
        newcomer.page.keyboard.press("Escape")
        expect(newcomer.sign_out_button).to_be_hidden()
    expect(loading).to_have_count(0, timeout=30_000)
    expect(newcomer.page.locator("#sources .waiting")).to_have_count(0, timeout=30_000)
    assert newcomer.titles("continue")
    assert newcomer.page.evaluate("shift") < 0.02


def test_platform_down__changes_its_label_and_nothing_else(amelie: Learner, demo: Demo) -> None:
    amelie.signs_out_and_in()
    amelie.reloads_until(lambda: demo.is_calm(amelie.name))
    amelie.page.reload()
    before = amelie.sees()
    workshop = amelie.label("Workshop Academy")
    with demo.down("workshop"):
        amelie.signs_out_and_in()
        amelie.reloads_until(lambda: NOT_ANSWERING.search(workshop.inner_text()) is not None)
        assert re.search(f"What you see is from {AGE}", workshop.inner_text())
        assert amelie.sees() == before
        assert sum(NOT_ANSWERING.search(label) is None for label in amelie.labels()) == 4
    amelie.signs_out_and_in()
    amelie.reloads_until(lambda: NOT_ANSWERING.search(workshop.inner_text()) is None)
    assert amelie.sees() == before


@pytest.mark.parametrize("name", ["Ingrid Lindqvist", "Rafael Ortiz"], ids=["L&D admin", "product manager"])
def test_patterns__open_for_those_who_make_the_page(arrives: Arrives, name: str) -> None:
    maker = arrives(name)
    maker.signs_in()
    maker.visits("/patterns")
    maker.page.get_by_role("link", name="crowded").click()
    expect(maker.page.get_by_role("heading", level=1)).to_contain_text("Maya")


def test_patterns__are_closed_to_learners_politely(amelie: Learner) -> None:
    amelie.visits("/patterns", 403)
    expect(amelie.page.get_by_role("heading", level=1)).to_have_text("You may not open this")
    amelie.page.get_by_role("link", name="To my page").click()
    amelie.is_on_own_page()


def test_page__asks_nobody_but_the_portal(amelie: Learner, demo: Demo) -> None:
    amelie.requested.clear()
    amelie.page.reload(wait_until="networkidle")
    amelie.opens("due")
    assert amelie.origins_asked() == {demo.portal}

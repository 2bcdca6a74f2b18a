"""Who visits: an actor holds a browser of their own and does what people do, in words of the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response, expect

from e2e.product import Demo
from portal.demo.identity_provider import COOKIE as PROVIDER_COOKIE

SECTIONS = ("continue", "due", "recommended", "badges")
_BROWSERS_OWN = re.compile(r"Clear-Site-Data header on '.*': Cleared data types")
"""Chromium's receipt for what signing out asks of it; no complaint."""


class Learner:
    """Somebody who works at Nordwind. complaints: every message on the console of every page visited."""

    def __init__(self, name: str, context: BrowserContext, demo: Demo) -> None:
        self.name = name
        self.context = context
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.requested: list[str] = []
        self._demo = demo
        self._refused: set[str] = set()
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.complaints.append(f"{error.page and error.page.url}: {error.error}"))
        context.on("request", self._asked)

    def signs_in(self) -> None:
        """Opens the portal, is sent to the provider, and chooses who to be there."""
        self.page.goto("/")
        self.chooses_themselves()

    def chooses_themselves(self) -> None:
        """At the provider; people without a story are found by their name."""
        expect(self.page).to_have_url(re.compile(re.escape(self._demo.identity_provider)))
        me = self.page.get_by_role("button", name=self.name)
        if not me.is_visible():
            self.page.get_by_role("searchbox").fill(self.name)
            self.page.get_by_role("button", name="Find").click()
        me.click()
        self.is_on_own_page()

    def is_on_own_page(self) -> None:
        expect(self.page).to_have_url(f"{self._demo.portal}/")
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(self.name.split()[0])
        self.page.wait_for_load_state()

    def visits(self, path: str, status: int = 200) -> Response:
        """status: what is expected; a browser complains about a refusal, which is then no surprise."""
        if status >= 400:
            self._refused.add(self._demo.portal + path)
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == status
        return answer

    def section(self, key: str) -> Locator:
        return self.page.locator(f"#{key}")

    def opens(self, key: str) -> None:
        """All of a section."""
        self.page.locator(f"#{key}-more").click()
        expect(self.page.locator(f"#{key}-more")).to_contain_text("Show fewer")

    def sees(self) -> list[str]:
        """What every card of the page says, without how long ago something was."""
        return self.page.locator("main :is(h2, h3, .progress, .due, .seal, .expiry, .reason)").all_inner_texts()

    def titles(self, key: str) -> list[str]:
        return self.page.locator(f"#{key} h3 bdi").all_inner_texts()

    def platforms(self, key: str) -> set[str]:
        """Where the cards of a section lead, as they say to those who listen: "opens Nordwind Campus"."""
        said = self.page.locator(f"#{key} h3 .vh").all_text_contents()
        return {words.split("opens ")[1] for words in said}

    def launches(self, title: str) -> None:
        """By a click on its card; arrives on the platform's own page."""
        self.page.get_by_role("link", name=title).first.click()
        expect(self.page).to_have_url(re.compile(re.escape(self._demo.platforms)))

    def label(self, platform: str) -> Locator:
        """What the page says about how far a platform can be trusted now."""
        return self.page.locator("#sources li").filter(has_text=platform)

    def labels(self) -> list[str]:
        return self.page.locator("#sources li").all_inner_texts()

    def reloads_until(self, true: Callable[[], bool], times: int = 60) -> None:
        """People press reload; the page itself only waits for what has never arrived."""
        for _ in range(times):
            if true():
                return
            self.page.reload()
        raise AssertionError(f"never: {self.labels()}")

    def opens_menu(self) -> None:
        self.page.locator("header summary").click()
        expect(self.sign_out_button).to_be_visible()

    @property
    def sign_out_button(self) -> Locator:
        return self.page.locator("header").get_by_role("button")

    def signs_out(self) -> None:
        self.opens_menu()
        self.sign_out_button.click()
        expect(self.page).to_have_url(f"{self._demo.portal}/signed-out")

    def signs_out_and_in(self) -> None:
        """Which has every platform read again."""
        self.signs_out()
        self.page.get_by_role("link", name="Sign in again").click()
        self.page.get_by_role("main").get_by_role("link", name="Sign in").click()
        self.chooses_themselves()

    def provider_cookies(self) -> list[Any]:
        """What makes the provider recognise this browser."""
        return [cookie for cookie in self.context.cookies() if cookie["name"] == PROVIDER_COOKIE]

    def session_cookies(self) -> list[Any]:
        """What makes the portal recognise this browser."""
        return [cookie for cookie in self.context.cookies() if cookie["name"] == "homeroom"]

    def origins_asked(self) -> set[str]:
        return {f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, self.requested)}

    def _heard(self, message: ConsoleMessage) -> None:
        refused = message.text.startswith("Failed to load resource") and message.location["url"] in self._refused
        if not refused and not _BROWSERS_OWN.match(message.text):
            self.complaints.append(f"{message.location['url']}: {message.text}")

    def _asked(self, request: Request) -> None:
        self.requested.append(request.url)

"""Sign-in against an independent, certified OpenID provider, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from portal.app import create_app
from portal.clock import now
from portal.security.roles import Role
from portal.store import schema as t
from portal.store.database import Database
from tests.portals import settings_for
from tests.real.openid_provider import openid_provider
from tests.running import free_port, running
from tests.signin.conftest import Portal

pytestmark = pytest.mark.real_platform

ACCOUNTS: dict[str, dict[str, Any]] = {
    "anna": {"name": "Anna Berg", "given_name": "Anna", "email": "anna@example.com", "email_verified": True,
             "locale": "en", "zoneinfo": "Europe/Vienna", "employee_id": "1001", "groups": ["staff", "hr-admins"]},
    "bob": {"name": "Bob Kaya", "given_name": "Bob", "email": "bob@example.com", "locale": "en", "groups": ["staff"]},
}


class House:
    """The portal and the provider, both serving."""

    def __init__(self, address: str, issuer: str, portal: Portal) -> None:
        self.address, self.issuer, self.portal = address, issuer, portal


@pytest.fixture
def house(sqlite_database: Database) -> Iterator[House]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with openid_provider(address, ACCOUNTS) as issuer:
        settings = settings_for(sqlite_database, base_url=address, issuer=issuer, insecure_loopback=True)
        portal = Portal(create_app(settings, clock=now), sqlite_database)
        with running(portal.app, port):
            yield House(address, issuer, portal)


def sign_in(page: Page, house: House, login: str) -> None:
    """From the portal to the provider and back, as a person does it the first time."""
    page.goto(f"{house.address}/whoami")
    expect(page).to_have_url(re.compile(re.escape(house.issuer)))
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", "any")
    page.click("button[type=submit]")
    page.click("button[type=submit]")       # its consent page
    page.wait_for_url(f"{house.address}/whoami")


def is_signed_in(context: BrowserContext, house: House) -> bool:
    return context.request.get(f"{house.address}/whoami", max_redirects=0).status == 200


def at_the_provider(context: BrowserContext) -> list[Any]:
    """Its cookies without the portal's; browsers do not keep ports apart."""
    return [cookie for cookie in context.cookies() if not str(cookie.get("name")).startswith("homeroom")]


def test_sign_in__fills_the_learner_from_claims(house: House, page: Page) -> None:
    sign_in(page, house, "anna")
    assert '"name":"Anna Berg"' in page.content()
    learner, = house.portal.rows(t.learner)
    assert (learner.issuer, learner.subject, learner.email, learner.email_verified) == (
        house.issuer, "anna", "anna@example.com", True)
    assert (learner.id_number, learner.zone, learner.roles) == ("1001", "Europe/Vienna", [Role.LEARNER, Role.ADMIN])
    session, = house.portal.rows(t.signin_session)
    assert session.sid


def test_role__comes_from_the_group_and_sensitive_pages_ask_again(house: House, page: Page) -> None:
    """auth_time is sent because max_age is asked for: then the admin's page opens."""
    sign_in(page, house, "anna")
    page.goto(f"{house.address}/admin-only")
    page.get_by_role("link", name="Sign in", exact=True).click()
    page.wait_for_url(f"{house.address}/admin-only")
    assert "secrets" in page.content()
    session = house.portal.rows(t.signin_session)[0]
    assert now() - session.authenticated_at < timedelta(minutes=5)


def test_role__is_refused_without_the_group(house: House, page: Page) -> None:
    sign_in(page, house, "bob")
    answer = page.goto(f"{house.address}/admin-only")
    assert answer is not None
    assert answer.status == 403


def test_sign_out__ends_here_and_at_the_provider(house: House, page: Page) -> None:
    sign_in(page, house, "anna")
    page.goto(f"{house.address}/way-out")
    page.get_by_role("button", name="Sign out").click()
    page.click("button[name=logout]")       # its confirmation
    page.wait_for_url(f"{house.address}/signed-out")
    assert not is_signed_in(page.context, house)
    page.goto(f"{house.address}/sign-in/start")
    expect(page.locator("input[name=login]")).to_be_visible()      # the provider asks again


def test_back_channel__ends_the_session_in_another_browser(house: House, browser: Browser) -> None:
    first, second = browser.new_context(), browser.new_context()
    sign_in(first.new_page(), house, "anna")
    second.add_cookies(at_the_provider(first))
    page = second.new_page()
    page.goto(f"{house.address}/whoami")
    page.wait_for_url(f"{house.address}/whoami")        # single sign-on: nothing to type
    assert is_signed_in(second, house)
    page = first.new_page()
    page.goto(f"{house.issuer}/session/end")
    page.click("button[name=logout]")
    page.wait_for_load_state()
    for _ in range(50):
        if not is_signed_in(second, house):
            break
        page.wait_for_timeout(100)
    assert not is_signed_in(second, house)
    assert not is_signed_in(first, house)
    assert "back channel" in {details.get("by") for _, details in house.portal.audit()}
    first.close()
    second.close()

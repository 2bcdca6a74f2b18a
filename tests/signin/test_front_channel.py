"""The provider ends a session through a hidden frame, or begins one: nothing but its own name counts."""

from __future__ import annotations

import pytest

from tests.signin.conftest import Portal
from tests.signin.misbehaving import Provider

LOGOUT = "/sign-in/front-channel-logout"


def test_logout__with_issuer_and_sid_ends_that_session(portal: Portal, provider: Provider) -> None:
    """C35, C36."""
    browser, other = portal.browser(), portal.browser()
    browser.sign_in()
    provider.claims["sid"] = "another"
    other.sign_in()
    response = portal.app.test_client().get(LOGOUT, query_string={"iss": provider.issuer, "sid": "sid-of-anna"})
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert (browser.is_signed_in(), other.is_signed_in()) == (False, True)


def test_logout__page_may_be_framed_by_the_provider_alone(portal: Portal, provider: Provider) -> None:
    response = portal.app.test_client().get(LOGOUT)
    assert response.headers["Content-Security-Policy"] == f"default-src 'none'; frame-ancestors {provider.issuer}"
    assert "X-Frame-Options" not in response.headers


@pytest.mark.parametrize("query", [
    {}, {"sid": "sid-of-anna"}, {"iss": "https://evil.example", "sid": "sid-of-anna"}, {"iss": "ISSUER"},
    {"iss": "ISSUER", "sid": ""}, {"iss": "ISSUER", "sid": "other"}], ids=str)
def test_logout__anything_less_ends_nothing(portal: Portal, provider: Provider, query: dict[str, str]) -> None:
    """X53."""
    browser = portal.browser()
    browser.sign_in()
    real = {name: provider.issuer if value == "ISSUER" else value for name, value in query.items()}
    assert browser.client.get(LOGOUT, query_string=real).status_code == 200
    assert browser.is_signed_in()


@pytest.mark.parametrize(("target", "lands"), [
    ("http://localhost/whoami", "/whoami"), ("https://evil.example/whoami", "/"), ("http://localhost.evil/whoami", "/"),
    ("http://localhost//evil.example", "/"), ("", "/")])
def test_start__by_the_provider_lands_on_a_page_of_ours(portal: Portal, provider: Provider, target: str,
                                                        lands: str) -> None:
    """C28."""
    response = portal.browser().sign_in(iss=provider.issuer, target_link_uri=target)
    assert response.headers["Location"] == lands


def test_start__by_another_provider_is_refused(portal: Portal) -> None:
    """C28."""
    assert portal.app.test_client().get("/sign-in/start?iss=https://evil.example").status_code == 400


def test_callback__by_post_is_not_offered(portal: Portal) -> None:
    """C26, C27: response_mode=form_post is never asked for; an answer by POST is a page and signs nobody in."""
    browser = portal.browser()
    back = browser.start()
    assert browser.client.post(back).status_code == 405
    assert not browser.is_signed_in()

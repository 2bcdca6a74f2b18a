"""The provider ends sessions: OpenID Connect Back-Channel Logout 1.0 §2.6, case by case."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import OctKey
from werkzeug.test import TestResponse

from tests.conftest import FrozenClock
from tests.signin.conftest import Portal
from tests.signin.misbehaving import Provider, merged, raw, signed, tampered, unsigned

EVENT = "http://schemas.openid.net/event/backchannel-logout"
_numbers = itertools.count()


def order(provider: Provider, header: dict[str, Any] | None = None, **changes: Any) -> str:
    """A good logout token, with changes."""
    claims = merged({"iss": provider.issuer, "aud": provider.CLIENT, "sub": "anna", "sid": "sid-of-anna",
                     "iat": provider.now(), "exp": provider.now() + 120, "jti": f"token {next(_numbers)}",
                     "events": {EVENT: {}}}, changes)
    return signed(merged({"alg": "RS256", "kid": "one", "typ": "logout+jwt"}, header or {}), claims, provider.rsa)


def send(portal: Portal, token: str) -> TestResponse:
    return portal.app.test_client().post("/sign-in/back-channel-logout", data={"logout_token": token})


GOOD: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("C37 correct, with an unknown claim", {}, {"colour": "red"}),
    ("typ JWT", {"typ": "JWT"}, {}), ("no typ", {"typ": None}, {}),
    ("sid only", {}, {"sub": None}), ("X52 sub only", {}, {"sid": None}),
    ("audience as a list", {}, {"aud": ["homeroom"]}),
]


@pytest.mark.parametrize(("header", "changes"), [pytest.param(h, c, id=name) for name, h, c in GOOD])
def test_logout__good_token_ends_the_session(portal: Portal, provider: Provider, header: dict[str, Any],
                                             changes: dict[str, Any]) -> None:
    browser = portal.browser()
    browser.sign_in()
    response = send(portal, order(provider, header, **changes))
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert not browser.is_signed_in()


def changed(header: dict[str, Any] | None = None, **changes: Any) -> Callable[[Provider], str]:
    return lambda p: order(p, header, **changes)


def later(**seconds: int) -> Callable[[Provider], str]:
    return lambda p: order(p, **{name: p.now() + value for name, value in seconds.items()})


def in_other_hands(p: Provider) -> str:
    return signed({"alg": "RS256", "kid": "one"}, {"iss": p.issuer}, p.other)


def hs256(p: Provider) -> str:
    return signed({"alg": "HS256"}, {"iss": p.issuer}, OctKey.import_key(p.SECRET.ljust(32)))


REFUSED: list[tuple[str, Callable[[Provider], str]]] = [
    ("C38 alg none", lambda p: unsigned({}, {"iss": p.issuer, "sub": "anna"})),
    ("C39 HS256", hs256),
    ("C40 no events", changed(events=None)),
    ("C41 another event", changed(events={"urn:other": {}})),
    ("C42 with a nonce", changed(nonce="n")),
    ("C43 other audience", changed(aud="other")),
    ("C44 other issuer", changed(iss="https://evil.example")),
    ("one more audience", changed(aud=["homeroom", "other"])),
    ("other key", in_other_hands),
    ("bad signature", lambda p: tampered(order(p))),
    ("X51 iat eleven minutes ago", later(iat=-660)),
    ("X51 iat in two minutes", later(iat=120)),
    ("X51 no iat", changed(iat=None)),
    ("X51 no exp", changed(exp=None)),
    ("X51 exp past", later(exp=-61)),
    ("X51 no jti", changed(jti=None)),
    ("X51 empty jti", changed(jti="")),
    ("X51 neither sub nor sid", changed(sub=None, sid=None)),
    ("X51 events is a list", changed(events=[EVENT])),
    ("X51 events is text", changed(events=EVENT)),
    ("X51 the event is not an object", changed(events={EVENT: True})),
    ("X51 typ at+jwt", changed({"typ": "at+jwt"})),
    ("X51 sid is a number", changed(sid=7)),
    ("X51 sub is a number", changed(sub=7)),
    ("X51 an ID token", lambda p: p.id_token({"nonce": "n"}, "token")),
    ("X51 garbage", lambda p: "garbage"),
    ("X51 nothing", lambda p: ""),
    ("X51 100 kB", lambda p: "a" * 100_000),
    ("X51 a megabyte", lambda p: "a" * 1_500_000),
]


@pytest.mark.parametrize("token", [pytest.param(make, id=name) for name, make in REFUSED])
def test_logout__bad_token_ends_nothing(portal: Portal, provider: Provider, token: Callable[[Provider], str]) -> None:
    browser = portal.browser()
    browser.sign_in()
    response = send(portal, token(provider))
    assert response.status_code == 400
    assert "no-store" in response.headers["Cache-Control"]
    assert browser.is_signed_in()


def test_logout__replayed_token_is_refused(portal: Portal, provider: Provider) -> None:
    """X51: also after a new sign-in, and in another process, since the store remembers."""
    token = order(provider)
    assert send(portal, token).status_code == 200
    browser = portal.browser()
    browser.sign_in()
    assert send(portal, token).status_code == 400
    assert browser.is_signed_in()


def test_logout__by_sid_ends_that_session_only(portal: Portal, provider: Provider) -> None:
    """X52."""
    laptop, phone = portal.browser(), portal.browser()
    laptop.sign_in()
    provider.claims["sid"] = "another"
    phone.sign_in()
    send(portal, order(provider))
    assert (laptop.is_signed_in(), phone.is_signed_in()) == (False, True)


def test_logout__by_subject_ends_all_of_theirs_and_nobody_elses(portal: Portal, provider: Provider) -> None:
    """X52, S08."""
    laptop, phone, bob = portal.browser(), portal.browser(), portal.browser()
    laptop.sign_in()
    phone.sign_in()
    provider.claims["sub"] = provider.userinfo["sub"] = "bob"
    bob.sign_in()
    assert send(portal, order(provider, sid=None)).status_code == 200
    assert (laptop.is_signed_in(), phone.is_signed_in(), bob.is_signed_in()) == (False, False, True)


@pytest.mark.parametrize("unknown", [{"sid": "nobody's"}, {"sid": None, "sub": "nobody"}], ids=["sid", "sub"])
def test_logout__unknown_one_is_no_error(portal: Portal, provider: Provider, unknown: dict[str, Any]) -> None:
    """X52."""
    assert send(portal, order(provider, **unknown)).status_code == 200


def test_logout__by_get_is_not_allowed(portal: Portal) -> None:
    """X51."""
    assert portal.app.test_client().get("/sign-in/back-channel-logout").status_code == 405


def test_logout__needs_no_csrf_token_and_no_cookie(portal: Portal, provider: Provider) -> None:
    response = portal.app.test_client().post(
        "/sign-in/back-channel-logout", data={"logout_token": order(provider)},
        headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"})
    assert response.status_code == 200


def test_logout__is_put_off_while_keys_cannot_be_had(portal: Portal, provider: Provider, clock: FrozenClock) -> None:
    provider.replace["/keys"] = raw("", 500)
    response = send(portal, order(provider))
    assert (response.status_code, "Retry-After" in response.headers) == (503, True)

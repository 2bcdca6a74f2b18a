"""What the provider does wrong, and that nobody is signed in by it.

C…: a module of the OpenID Foundation's conformance suite for relying parties; X…: further misbehaviour. The reason is
the word the admin finds in the audit log.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import OctKey, RSAKey

from adapters.answer import Limits
from tests.signin.conftest import Portal
from tests.signin.misbehaving import (
    Provider,
    encoded,
    octet_key,
    raw,
    rs256,
    signed,
    signed_by_hand,
    tampered,
    unsigned,
    weak_key,
)

Fault = Callable[[Provider], Any]
SHORT = Limits(connect_seconds=0.5, total_seconds=0.5)


def claims(**changes: Any) -> Fault:
    return lambda p: p.claims.update(changes)


def moved(**seconds: float | None) -> Fault:
    """Moments of the token, relative to now."""
    return lambda p: p.claims.update({k: None if v is None else p.now() + v for k, v in seconds.items()})


def header(**changes: Any) -> Fault:
    return lambda p: p.header.update(changes)


def metadata(**changes: Any) -> Fault:
    return lambda p: p.metadata.update(changes)


def token(**changes: Any) -> Fault:
    return lambda p: p.token.update(changes)


def userinfo(**changes: Any) -> Fault:
    return lambda p: p.userinfo.update(changes)


def answer(**changes: Any) -> Fault:
    return lambda p: p.answer.update(changes)


def replaced(path: str, body: bytes | str, status: int = 200, kind: str = "application/json", **headers: str) -> Fault:
    return lambda p: p.replace.update({path: raw(body, status, kind, **headers)})


def alg_none(p: Provider) -> None:
    p.sign = unsigned


def bad_signature(p: Provider) -> None:
    good = p.sign
    p.sign = lambda h, c: tampered(good(h, c))


def bad_es256_signature(p: Provider) -> None:
    p.published = [p.ec.as_dict(private=False)]
    p.sign_with(p.ec, "ES256")
    bad_signature(p)


def hs256_with_the_secret(p: Provider) -> None:
    p.sign_with(OctKey.import_key(p.SECRET.ljust(32)), "HS256", kid=None)


def hs256_with_the_public_key(p: Provider) -> None:
    key = OctKey.import_key(p.rsa.as_dict(private=False)["n"])
    p.sign_with(key, "HS256", kid="one")


def symmetric_key_in_the_set(p: Provider) -> None:
    key = octet_key()
    p.published.append(key.as_dict(private=True))
    p.sign_with(key, "HS256")


def short_rsa_key(p: Provider) -> None:
    private, public = weak_key()
    p.published.append(public)

    p.header["kid"] = "weak"
    p.sign = lambda h, c: signed_by_hand(h, c, rs256(private))


def unknown_crit(p: Provider) -> None:
    p.header |= {"crit": ["colour"], "colour": "red"}
    p.sign = lambda h, c: signed_by_hand(h, c, rs256(p.rsa.private_key))


def key_in_the_header(p: Provider) -> None:
    attacker = RSAKey.generate_key(2048)
    p.header |= {"jwk": attacker.as_dict(private=False), "jku": f"{p.issuer}/attacker", "x5u": f"{p.issuer}/attacker"}
    p.sign = lambda h, c: signed(h, c, attacker)


def several_keys_without_kid(p: Provider) -> None:
    p.published = [{k: v for k, v in key.as_dict(private=False).items() if k != "kid"} for key in (p.rsa, p.other)]


FAULTS: list[tuple[str, Fault, str]] = [
    ("C02 other issuer in the ID token", claims(iss="https://evil.example"), "iss"),
    ("C03 no subject", claims(sub=None), "sub"),
    ("C04 other audience", claims(aud="other"), "aud"),
    ("C05 no audience", claims(aud=None), "aud"),
    ("C06 no iat", claims(iat=None), "iat"),
    ("C08 kid names none of several keys", several_keys_without_kid, "signature"),
    ("C10 alg none", alg_none, "algorithm"),
    ("C11 bad RS256 signature", bad_signature, "signature"),
    ("C12 bad ES256 signature", bad_es256_signature, "signature"),
    ("C13 HS256 with the client secret", hs256_with_the_secret, "algorithm"),
    ("C14 userinfo about somebody else", userinfo(sub="bob"), "userinfo_sub"),
    ("C14 userinfo about nobody", userinfo(sub=None), "userinfo_sub"),
    ("C15 other nonce", claims(nonce="other"), "nonce"),
    ("C16 other at_hash", claims(at_hash="AAAAAAAAAAAAAAAAAAAAAA"), "at_hash"),
    ("C16 at_hash is a number", claims(at_hash=7), "at_hash"),
    ("C20 signed userinfo", replaced("/userinfo", "a.b.c", kind="application/jwt"), "userinfo_signed"),
    ("X01 other audience, we are azp", claims(aud="other", azp="homeroom"), "aud"),
    ("X02 empty list of audiences", claims(aud=[]), "aud"),
    ("X02 empty audience", claims(aud=""), "aud"),
    ("X03 one more audience", claims(aud=["homeroom", "other"], azp="homeroom"), "aud"),
    ("X04 other azp", claims(azp="other"), "azp"),
    ("X05 empty subject", claims(sub=""), "sub"),
    ("X05 subject of 256 characters", claims(sub="a" * 256), "sub"),
    ("X05 subject beyond ASCII", claims(sub="änna"), "sub"),
    ("X05 subject is a number", claims(sub=7), "sub"),
    ("X06 no exp", claims(exp=None), "exp"),
    ("X06 exp is text", claims(exp="tomorrow"), "exp"),
    ("X06 exp is not finite", claims(exp=float("nan")), "exp"),
    ("X06 exp is true", claims(exp=True), "exp"),
    ("X06 exp past the leeway", moved(exp=-61), "exp"),
    ("X07 iat in ten minutes", moved(iat=600), "iat"),
    ("X07 iat ten years ago", moved(iat=-10 * 365 * 86_400), "iat"),
    ("X07 iat eleven minutes ago", moved(iat=-660), "iat"),
    ("X08 nbf in the future", moved(nbf=61), "nbf"),
    ("X09 no nonce", claims(nonce=None), "nonce"),
    ("X09 the token says it has no nonce", claims(nonce=None, nonce_supported=False), "nonce"),
    ("X10 no ID token", token(id_token=None), "id_token"),
    ("X10 ID token is a number", token(id_token=7), "id_token"),
    ("X10 no access token", token(access_token=None), "access_token"),
    ("X14 HS256 with the public key", hs256_with_the_public_key, "algorithm"),
    ("X15 symmetric key published", symmetric_key_in_the_set, "algorithm"),
    ("X16 RSA 1024", short_rsa_key, "signature"),
    ("X17 key in the token's header", key_in_the_header, "signature"),
    ("X18 unknown crit", unknown_crit, "token_unreadable"),
    ("X19 typ at+jwt", header(typ="at+jwt"), "typ"),
    ("X19 typ logout+jwt", header(typ="logout+jwt"), "typ"),
    ("X23 no keys", lambda p: p.published.clear(), "jwks_empty"),
    ("X23 keys answer 500", replaced("/keys", "", 500), "jwks_unavailable"),
    ("X23 keys are HTML", replaced("/keys", "<html>", kind="text/html"), "jwks_unreadable"),
    ("X23 keys of 10 MB", replaced("/keys", b"[" + b" " * 10_000_000 + b"]"), "jwks_unreadable"),
    ("X23 keys nest 100,000 deep", replaced("/keys", b"[" * 100_000), "jwks_unreadable"),
    ("X23 keys redirect", replaced("/keys", "", 302, Location="/authorize"), "jwks_refused"),
    ("X31 iss of another provider", answer(iss="https://evil.example"), "response_iss"),
    ("X31 iss missing though announced", answer(iss=None), "response_iss"),
    ("X31 error with another iss", answer(code=None, error="access_denied", iss="https://evil.example"),
     "response_iss"),
    ("X34 refused, with markup", answer(code=None, error="access_denied", error_description="<b>x</b>"),
     "access_denied"),
    ("X34 unknown error", answer(code=None, error="<script>alert(1)</script>"), "provider_error"),
    ("no code and no error", answer(code=None), "code"),
    ("X30 code twice", answer(code=["a", "b"]), "duplicate_parameter"),
    ("X30 iss twice", answer(iss=["a", "b"]), "duplicate_parameter"),
    ("X29 other state", answer(state="other"), "state"),
    ("X29 no state", answer(state=None), "state"),
    ("X38 token endpoint 500", replaced("/token", "", 500), "token_endpoint_unavailable"),
    ("X38 token endpoint HTML", replaced("/token", "<html>", kind="text/html"), "token_endpoint_unreadable"),
    ("X38 token endpoint bad JSON", replaced("/token", "{"), "token_endpoint_unreadable"),
    ("X38 token endpoint a list", replaced("/token", "[]"), "token_endpoint_unreadable"),
    ("X38 token endpoint nests deep", replaced("/token", b"[" * 100_000, 400), "token_endpoint_unreadable"),
    ("X38 token endpoint redirects", replaced("/token", "", 302, Location="/elsewhere"), "token_endpoint_refused"),
    ("X38 token endpoint 307", replaced("/token", "", 307, Location="/elsewhere"), "token_endpoint_refused"),
    ("X38 token endpoint 50 MB", replaced("/token", b" " * 50_000_000), "token_endpoint_unreadable"),
    ("X38 token type mac", token(token_type="mac"), "token_type"),
    ("X38 no token type", token(token_type=None), "token_type"),
    ("X38 code refused", lambda p: p.answer.update(code="unknown"), "token_refused"),
    ("X39 userinfo 401", replaced("/userinfo", "{}", 401), "userinfo_refused"),
    ("X39 userinfo 500", replaced("/userinfo", "{}", 500), "userinfo_unavailable"),
    ("X39 userinfo a list", replaced("/userinfo", "[]"), "userinfo_unreadable"),
    ("the ID token is garbage", token(id_token="garbage"), "token_unreadable"),
    ("the ID token is not ASCII", token(id_token="ä.ö.ü"), "token_unreadable"),
    ("the ID token's header nests deep", token(id_token=encoded(b"[" * 6_000) + ".e30.e30"), "token_unreadable"),
    ("the ID token is encrypted", token(id_token="a.b.c.d.e"), "token_unreadable"),
]


@pytest.mark.parametrize(("fault", "reason"), [pytest.param(f, r, id=name) for name, f, r in FAULTS])
def test_callback__fault_signs_nobody_in(portal: Portal, provider: Provider, fault: Fault, reason: str) -> None:
    fault(provider)
    browser = portal.browser()
    back = browser.start()
    response = browser.client.get(back)
    page = response.get_data(as_text=True)
    assert response.status_code in (400, 503)
    assert "Sign-in did not complete" in page
    assert "Try again" in page
    assert "<b>x</b>" not in page
    assert "alert(1)" not in page
    assert response.headers["Cache-Control"] == "no-store"
    assert [(action, details["reason"]) for action, details in portal.audit()] == [("auth.failure", reason)]
    assert portal.audit()[0][1]["correlation"] in page
    assert not browser.is_signed_in()
    assert "homeroom=" not in str(response.headers.getlist("Set-Cookie"))


def test_callback__wrong_issuer_means_no_userinfo_call(portal: Portal, provider: Provider) -> None:
    """C02."""
    provider.claims["iss"] = "https://evil.example"
    portal.browser().sign_in()
    assert provider.calls["/userinfo"] == 0


def rotated(p: Provider) -> None:
    p.published = [p.other.as_dict(private=False)]
    p.sign_with(p.other, "RS256")


def only_key_without_kid(p: Provider) -> None:
    p.published = [{k: v for k, v in p.rsa.as_dict(private=False).items() if k != "kid"}]


def several_keys_no_kid(p: Provider) -> None:
    p.header["kid"] = None
    p.published.insert(0, p.other.as_dict(private=False))


def es256(p: Provider) -> None:
    p.published = [p.ec.as_dict(private=False)]
    p.sign_with(p.ec, "ES256")


def ps256(p: Provider) -> None:
    p.sign_with(p.rsa, "PS256")


def strange_neighbours(p: Provider) -> None:
    p.published = [{"kty": "quantum", "kid": "q"}, {"kty": "RSA", "kid": "broken", "n": "!", "e": "AQAB"}, {},
                   {"kty": "EC", "kid": "off", "crv": "P-256", "x": "AA", "y": "AA"},
                   {**p.rsa.as_dict(private=False), "use": "enc", "kid": "enc"}, *p.published]


GOOD: list[tuple[str, Fault]] = [
    ("C01 all correct", lambda p: None),
    ("C07 no kid, one key", header(kid=None)),
    ("C08 no kid, several keys", several_keys_no_kid),
    ("C09 RS256", header(alg="RS256")),
    ("PS256", ps256),
    ("ES256", es256),
    ("C22 keys elsewhere", lambda p: (p.metadata.update(jwks_uri=f"{p.issuer}/keys-of-today"),
                                      p.replace.update({"/keys": raw("", 404)}))),
    ("X24 key without kid, token with", only_key_without_kid),
    ("X25 unknown keys beside good ones", strange_neighbours),
    ("X40 clock 60 s ahead", moved(iat=60, nbf=60)),
    ("X40 clock 60 s behind", moved(exp=-59, iat=-60)),
    ("audience as a list", claims(aud=["homeroom"])),
    ("no at_hash", claims(at_hash=None)),
    ("no typ", header(typ=None)),
    ("unknown header parameter", header(colour="red")),
    ("certificate in the header", header(x5c=["A" * 1_500])),
    ("provider without userinfo", metadata(userinfo_endpoint=None)),
    ("provider that does not name itself", lambda p: (p.answer.update(iss=None), p.metadata.update(
        authorization_response_iss_parameter_supported=None))),
    ("token type in lower case", token(token_type="bearer")),
    ("client_secret_post only", metadata(token_endpoint_auth_methods_supported=["client_secret_post"])),
    ("40 claims nobody asked for", claims(**{f"extra{n}": n for n in range(40)})),
]


@pytest.mark.parametrize("variation", [pytest.param(v, id=name) for name, v in GOOD])
def test_callback__allowed_variation_signs_in(portal: Portal, provider: Provider, variation: Fault) -> None:
    variation(provider)
    browser = portal.browser()
    response = browser.sign_in(next="/whoami")
    assert (response.status_code, response.headers["Location"]) == (303, "/whoami"), portal.audit()
    assert browser.is_signed_in()


def test_callback__eddsa_is_accepted(portal: Portal, provider: Provider) -> None:
    """RFC 8037 ``EdDSA``, signed by hand because joserfc warns of the old name."""
    key: Any = provider.okp.private_key
    provider.published = [provider.okp.as_dict(private=False)]
    provider.claims["at_hash"] = None
    provider.header |= {"alg": "EdDSA", "kid": "okp"}
    provider.sign = lambda h, c: signed_by_hand(h, c, key.sign)
    browser = portal.browser()
    browser.sign_in()
    assert browser.is_signed_in()


def test_start__asks_with_pkce_state_nonce_and_openid(portal: Portal, provider: Provider) -> None:
    """C01, C18, C19, X32."""
    browser = portal.browser()
    browser.sign_in()
    asked, exchanged = provider.seen["authorize"], provider.seen["token"]
    assert asked["code_challenge_method"] == "S256"
    assert "openid" in asked["scope"].split()
    assert len(asked["state"]) >= 43
    assert len(asked["nonce"]) >= 43
    assert len(exchanged["code_verifier"]) >= 43
    assert exchanged["code_verifier"] != asked["code_challenge"]
    assert provider.seen["authorization"].startswith("Basic ")
    assert "client_secret" not in exchanged
    headers, query = provider.seen["userinfo"]
    assert headers["Authorization"].startswith("Bearer ")
    assert query == b""


DISCOVERY: list[tuple[str, Fault, str]] = [
    ("C23 other issuer", metadata(issuer="https://evil.example"), "issuer_mismatch"),
    ("C23 issuer with a slash", lambda p: p.metadata.update(issuer=p.issuer + "/"), "issuer_mismatch"),
    ("X26 no issuer", metadata(issuer=None), "issuer_mismatch"),
    ("X27 token endpoint over http", metadata(token_endpoint="http://login.example.com/token"), "insecure_address"),
    ("X27 keys over ftp", metadata(jwks_uri="ftp://127.0.0.1/keys"), "insecure_address"),
    ("X27 authorization over javascript", metadata(authorization_endpoint="javascript:alert(1)"), "bad_address"),
    ("no token endpoint", metadata(token_endpoint=None), "discovery_incomplete"),
    ("keys are a number", metadata(jwks_uri=7), "bad_address"),
    ("X28 discovery 503", replaced("/.well-known/openid-configuration", "", 503), "discovery_unavailable"),
    ("X28 discovery is HTML", replaced("/.well-known/openid-configuration", "<title>Off</title>", kind="text/html"),
     "discovery_unreadable"),
    ("discovery 404", replaced("/.well-known/openid-configuration", "", 404), "discovery_refused"),
]


@pytest.mark.parametrize(("fault", "reason"), [pytest.param(f, r, id=name) for name, f, r in DISCOVERY])
def test_start__bad_metadata_begins_nothing(portal: Portal, provider: Provider, fault: Fault, reason: str) -> None:
    fault(provider)
    response = portal.browser().client.get("/sign-in/start")
    assert response.status_code in (400, 503)
    assert ("Retry-After" in response.headers) == (response.status_code == 503)
    assert [details["reason"] for _, details in portal.audit()] == [reason]
    provider.metadata.clear()
    provider.replace.clear()
    browser = portal.browser()
    browser.sign_in()
    assert browser.is_signed_in()       # X28: it recovers without a restart


def test_metadata__internal_address_is_never_called(portal: Portal, provider: Provider) -> None:
    """X27: the metadata may not send us to another host inside our network."""
    provider.metadata["jwks_uri"] = "https://10.0.0.1/keys"
    response = portal.browser().sign_in()
    assert response.status_code == 503
    assert portal.audit()[0][1]["reason"] == "jwks_blocked"


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token", "/userinfo"])
def test_provider__that_hangs_costs_five_seconds(portal: Portal, provider: Provider, path: str,
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    """X38, X39: shortened to half a second here; the deadline is total, so a dripping answer does not stretch it."""
    monkeypatch.setattr("portal.signin.provider_http.LIMITS", SHORT)
    provider.replace[path] = lambda: time.sleep(1.5)
    browser = portal.browser()
    begun = browser.client.get("/sign-in/start")
    response = begun if begun.status_code != 303 else browser.client.get(browser.start())
    assert response.status_code == 503
    assert portal.audit()[-1][1]["reason"].endswith("_unavailable")


def test_keys__rotation_before_the_second_login_is_followed(portal: Portal, provider: Provider) -> None:
    """C24, C25: one refetch."""
    portal.browser().sign_in()
    rotated(provider)
    browser = portal.browser()
    browser.sign_in()
    assert browser.is_signed_in()
    assert provider.calls["/keys"] == 2


def test_keys__unknown_kid_is_looked_up_at_most_every_thirty_seconds(portal: Portal, provider: Provider,
                                                                     clock: Any) -> None:
    """X20."""
    provider.header["kid"] = "unknown"
    for _ in range(10):
        portal.browser().sign_in()
    assert provider.calls["/keys"] == 2
    clock.forward(seconds=31)
    portal.browser().sign_in()
    assert provider.calls["/keys"] == 3


def test_keys__withdrawn_key_is_refused_after_ten_minutes(portal: Portal, provider: Provider, clock: Any) -> None:
    """X21."""
    portal.browser().sign_in()
    provider.published = [provider.other.as_dict(private=False)]
    clock.forward(minutes=10, seconds=1)
    browser = portal.browser()
    browser.sign_in()
    assert not browser.is_signed_in()


def test_keys__same_kid_with_another_key_recovers(portal: Portal, provider: Provider) -> None:
    """X22."""
    portal.browser().sign_in()
    provider.published = [{**provider.other.as_dict(private=False), "kid": "one"}]
    provider.sign = lambda h, c: signed(h, c, provider.other)
    browser = portal.browser()
    browser.sign_in()
    assert browser.is_signed_in()


def test_keys__last_good_ones_serve_a_day_while_the_provider_fails(portal: Portal, provider: Provider,
                                                                   clock: Any) -> None:
    """X23."""
    portal.browser().sign_in()
    provider.replace["/keys"] = raw("<html>maintenance</html>", 200, "text/html")
    clock.forward(hours=23)
    browser = portal.browser()
    browser.sign_in()
    assert browser.is_signed_in()
    clock.forward(hours=2)
    late = portal.browser()
    late.sign_in()
    assert not late.is_signed_in()


def test_metadata__is_read_again_after_an_hour(portal: Portal, provider: Provider, clock: Any) -> None:
    """CVE-2026-104056: the issuer is compared at every load, not only at the first."""
    portal.browser().sign_in()
    provider.metadata["issuer"] = "https://evil.example"
    clock.forward(minutes=59)
    assert portal.browser().sign_in().status_code == 303
    clock.forward(minutes=2)
    assert portal.browser().client.get("/sign-in/start").status_code == 400


def test_provider__down_leaves_sessions_alone(portal: Portal, provider: Provider) -> None:
    """X54."""
    browser = portal.browser()
    browser.sign_in()
    for path in ("/.well-known/openid-configuration", "/keys", "/token"):
        provider.replace[path] = raw("", 503)
    assert browser.is_signed_in()


def test_log__says_no_secret_at_debug(portal: Portal, provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
    """X48, S43."""
    caplog.set_level("DEBUG")
    browser = portal.browser()
    browser.sign_in()
    cookie = browser.client.get_cookie("homeroom")
    assert cookie is not None
    exchanged = provider.seen["token"]
    told = caplog.text
    for secret in (exchanged["code"], exchanged["code_verifier"], provider.SECRET, cookie.value,
                   provider.seen["userinfo"][0]["Authorization"].split()[1]):
        assert secret not in told

"""Badges freshly issued by openbadgeslib, an independent implementation, for every algorithm and every way to fail."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from openbadgeslib import ob3

from adapters.badge_verification import verify
from adapters.records import BadgeKind, Verification
from tests.adapters.badge_issuer import ALICE, BOB, KEY_TYPES, LIST, NOW, Issuer, clock, decoded, reassembled, serving

GOOD, BAD, EXPIRED, REVOKED = (Verification.VERIFIED, Verification.NOT_VERIFIED, Verification.EXPIRED,
                               Verification.REVOKED)


@pytest.fixture(scope="module")
def issuers() -> dict[str, Issuer]:
    return {algorithm: Issuer.new(algorithm) for algorithm in KEY_TYPES}


@pytest.fixture(params=KEY_TYPES)
def issuer(request: pytest.FixtureRequest, issuers: dict[str, Issuer]) -> Issuer:
    return issuers[request.param]


def key_of(issuer: Issuer) -> bytes | None:
    """A did:key issuer needs no key; an RSA one is told to us."""
    return None if issuer.id.startswith("did:") else issuer.public


def check(issuer: Issuer, token: Any, recipient: str | None = ALICE, documents: dict[str, Any] | None = None) -> Any:
    return verify(token, recipient=recipient, key=key_of(issuer), fetch=serving(documents or {}), now=clock)


def test_issued_credential__is_verified_and_read(issuer: Issuer) -> None:
    assert decoded(issuer.token(), 0)["alg"] == issuer.algorithm
    result = check(issuer, issuer.token(expires_in=10))
    assert result.verification is GOOD, result.reason
    assert (result.format, result.recipient_matches) == ("ob3_jwt", True)
    award = result.award
    assert (award.name, award.issuer, award.issuer_id) == ("Fire Warden", "Acme Academy", issuer.id)
    assert (award.kind, award.criteria) == (BadgeKind.CERTIFICATE, "Pass the drill")
    assert (award.issued_at, award.expires_at) == (NOW - timedelta(days=3), NOW + timedelta(days=10))


CHANGES: dict[str, Callable[[str], str]] = {
    "name": lambda t: reassembled(t, payload={**decoded(t), "name": "Chief"}),
    "recipient": lambda t: reassembled(t, payload={**decoded(t), "sub": f"mailto:{ALICE}", "credentialSubject": {
        **decoded(t)["credentialSubject"], "id": f"mailto:{ALICE}"}, "id": "urn:x", "jti": "urn:x"}),
    "validity": lambda t: reassembled(t, payload={**decoded(t), "exp": 4_000_000_000}),
    "signature": lambda t: t[:-8] + "AAAAAAAA",
    "no signature": lambda t: reassembled(t, signature=""),
    "alg none": lambda t: reassembled(t, header={"alg": "none", "typ": "JWT"}, signature=""),
    "alg None, other case": lambda t: reassembled(t, header={"alg": "NONE"}, signature=""),
    "alg HS256": lambda t: reassembled(t, header={"alg": "HS256", "typ": "JWT"}),
    "alg RS512": lambda t: reassembled(t, header={"alg": "RS512"}),
    "alg missing": lambda t: reassembled(t, header={"typ": "JWT"}),
    "alg a list": lambda t: reassembled(t, header={"alg": ["RS256"]}),
    "crit": lambda t: reassembled(t, header={**decoded(t, 0), "crit": ["b64"], "b64": False}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_credential__is_not_verified(issuer: Issuer, change: str) -> None:
    result = check(issuer, CHANGES[change](issuer.token()))
    assert result.verification is BAD
    assert "signature" in result.reason


def test_other_issuers_key__is_not_verified(issuer: Issuer) -> None:
    forger = Issuer.new(issuer.algorithm).named(issuer.id)
    result = check(issuer, forger.token())
    assert decoded(forger.token(), 0)["jwk"], "the forger's own key travels in the header and must not count"
    assert result.verification is BAD


@pytest.mark.parametrize(("credential", "expected"), [
    ({"expires_in": -1}, EXPIRED), ({"expires_in": 1}, GOOD), ({"days": 1}, BAD), ({"days": 0}, GOOD),
], ids=["expired", "expires-tomorrow", "not-yet-valid", "valid-from-now"])
def test_dates__decide(issuer: Issuer, credential: dict[str, Any], expected: Verification) -> None:
    assert check(issuer, issuer.token(**credential)).verification is expected


@pytest.mark.parametrize(("claims", "expected"), [
    ({"exp": int(NOW.timestamp()) - 3600}, EXPIRED),
    ({"validUntil": "2026-11-01T00:00:00Z"}, EXPIRED),
    ({"expirationDate": "2026-11-01T00:00:00Z"}, EXPIRED),
    ({"nbf": int(NOW.timestamp()) + 3600}, BAD),
    ({"validUntil": "soon"}, BAD), ({"exp": True}, BAD), ({"nbf": "2026-11-20T00:00:00Z"}, BAD),
    ({"exp": int(NOW.timestamp()) - 30}, GOOD),
], ids=["exp-only", "validUntil-only", "vc-1.1-name", "nbf-only", "unreadable", "exp-no-number", "nbf-as-text",
        "within-leeway"])
def test_dates__the_stricter_of_claim_and_member_counts(issuers: dict[str, Issuer], claims: dict[str, Any],
                                                        expected: Verification) -> None:
    issuer = issuers["EdDSA"]
    token = issuer.sign({**issuer.credential().to_jwt_payload(), **claims})
    assert check(issuer, token).verification is expected


@pytest.mark.parametrize("claim", ["iss", "sub", "jti"])
def test_registered_claims__must_not_contradict_the_credential(issuers: dict[str, Issuer], claim: str) -> None:
    issuer = issuers["EdDSA"]
    result = check(issuer, issuer.sign({**issuer.credential().to_jwt_payload(), claim: "did:key:somebody"}))
    assert result.verification is BAD
    assert claim in result.reason


@pytest.mark.parametrize(("to", "identifiers", "asked", "expected"), [
    (f"mailto:{ALICE}", [], ALICE, True),
    (f"mailto:{ALICE}", [], "ALICE@example.org", True),
    (f"mailto:{ALICE}", [], BOB, False),
    ("did:key:holder", [], ALICE, False),
    ("did:key:holder", [ALICE], ALICE, True),
    (None, [ALICE], ALICE, True),
    (None, [ALICE], "Alice@Example.org", True),
    (None, ["Alice@Example.org"], "Alice@Example.org", True),
    (None, ["Alice@Example.org"], ALICE, False),
    (None, [BOB, ALICE], ALICE, True),
], ids=["mailto", "mailto-case", "mailto-other", "did-only", "did-and-hash", "hash", "hash-of-lower-case",
        "hash-as-stored", "hash-of-other-case", "one-of-two"])
def test_recipient__plain_or_hashed(issuers: dict[str, Issuer], to: str | None, identifiers: list[str], asked: str,
                                    expected: bool) -> None:
    issuer = issuers["EdDSA"]
    hashed = [ob3.IdentityObject.create(email, salt="s4lt") for email in identifiers]
    result = check(issuer, issuer.token(to=to, identifiers=hashed), asked)
    assert result.recipient_matches is expected
    assert result.verified is expected


@pytest.mark.parametrize(("revoked", "place", "expected"), [
    ((5,), 5, REVOKED), ((5,), 6, GOOD), ((0,), 0, REVOKED), ((131_071,), 131_071, REVOKED), ((7, 8), 9, GOOD),
])
def test_status_list__says_what_is_revoked(issuer: Issuer, revoked: tuple[int, ...], place: int,
                                           expected: Verification) -> None:
    result = check(issuer, issuer.token(status=place), documents={LIST: issuer.status_list(*revoked)})
    assert result.verification is expected, result.reason


Lists = Callable[[Issuer], Any]
BAD_LISTS: dict[str, Lists] = {
    "gone": lambda issuer: (404, ""),
    "empty": lambda issuer: "",
    "html": lambda issuer: "<html></html>",
    "unsigned": lambda issuer: decoded(issuer.status_list()),
    "changed": lambda issuer: reassembled(issuer.status_list(), payload={
        **decoded(issuer.status_list()), "validFrom": "2026-11-22T00:00:00Z"}),
    "another-issuers": lambda issuer: issuer.named("did:key:z6Mksomebody").status_list(),
    "forged": lambda issuer: Issuer.new("EdDSA").named(issuer.id).status_list(),
    "outdated": lambda issuer: issuer.status_list(valid_until=NOW - timedelta(hours=1)),
    "another-purpose": lambda issuer: issuer.status_list(purpose="suspension"),
    "too-short": lambda issuer: issuer.status_list(size_bits=8),
    "a-badge": lambda issuer: issuer.token(),
    "another-list": lambda issuer: issuer.sign({**decoded(issuer.status_list()), "id": f"{LIST}0", "jti": f"{LIST}0"}),
    "contradicting-iss": lambda issuer: issuer.sign({**decoded(issuer.status_list()), "iss": "did:key:zOther"}),
    "contradicting-issuer": lambda issuer: issuer.sign({**decoded(issuer.status_list()), "issuer": "did:key:zOther"}),
    "cut-short": lambda issuer: issuer.sign(with_bits(issuer, lambda packed: packed[:-12])),
    "not-packed": lambda issuer: issuer.sign(with_bits(issuer, lambda packed: b"\0" * 99)),
}


def with_bits(issuer: Issuer, change: Callable[[bytes], bytes]) -> dict[str, Any]:
    """The claims of a status list whose packed bits were changed."""
    claims = decoded(issuer.status_list())
    written = claims["credentialSubject"]["encodedList"].removeprefix("u")
    packed = change(base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)))
    encoded = "u" + base64.urlsafe_b64encode(packed).decode().rstrip("=")
    return {**claims, "credentialSubject": {**claims["credentialSubject"], "encodedList": encoded}}


def test_status_list__of_another_issuer_with_the_same_key(issuers: dict[str, Issuer]) -> None:
    """One key may serve several issuers; a list speaks only for the one it names."""
    issuer = issuers["RS256"]
    documents = {LIST: issuer.named("https://other.example/profile").status_list()}
    assert check(issuer, issuer.token(status=9), documents=documents).verification is BAD


def test_credential__must_be_a_verifiable_one(issuers: dict[str, Issuer]) -> None:
    issuer = issuers["EdDSA"]
    token = issuer.sign({**issuer.credential().to_jwt_payload(), "type": ["OpenBadgeCredential"]})
    assert check(issuer, token).verification is BAD


@pytest.mark.parametrize("bad", BAD_LISTS)
def test_status_list__whatever_prevents_an_answer_fails_closed(issuers: dict[str, Issuer], bad: str) -> None:
    issuer = issuers["EdDSA"]
    result = check(issuer, issuer.token(status=9), documents={LIST: BAD_LISTS[bad](issuer)})
    assert result.verification is BAD
    assert "status list" in result.reason


@pytest.mark.parametrize("entry", [
    {"type": "1EdTechRevocationList", "id": "https://issuer.example/revoked"}, {"type": "Unheard"}, "https://x.example",
    {"type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": "-1",
     "statusListCredential": LIST},
    {"type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": "1", "statusSize": 2,
     "statusListCredential": LIST},
], ids=["1EdTech", "unknown", "address-only", "negative", "two-bits"])
def test_status_entry__of_an_unsupported_kind_fails_closed(issuers: dict[str, Issuer], entry: Any) -> None:
    issuer = issuers["EdDSA"]
    token = issuer.sign({**issuer.credential().to_jwt_payload(), "credentialStatus": entry})
    assert check(issuer, token, documents={LIST: issuer.status_list()}).verification is BAD


def test_suspended__is_not_revoked_but_not_verified_either(issuers: dict[str, Issuer]) -> None:
    issuer = issuers["EdDSA"]
    entry = {"type": "BitstringStatusListEntry", "statusPurpose": "suspension", "statusListIndex": "3",
             "statusListCredential": LIST}
    token = issuer.sign({**issuer.credential().to_jwt_payload(), "credentialStatus": [entry]})
    result = check(issuer, token, documents={LIST: issuer.status_list(3, purpose="suspension")})
    assert result.verification is BAD
    assert "suspended" in result.reason


@pytest.mark.parametrize(("documents", "expected"), [(True, REVOKED), (False, EXPIRED)], ids=["list", "no-list"])
def test_expired_and_revoked__is_revoked_if_anybody_can_tell(issuers: dict[str, Issuer], documents: bool,
                                                             expected: Verification) -> None:
    issuer = issuers["EdDSA"]
    result = check(issuer, issuer.token(status=5, expires_in=-1),
                   documents={LIST: issuer.status_list(5)} if documents else {})
    assert result.verification is expected


def test_ob2_signed__is_verified_with_the_published_key(issuer: Issuer) -> None:
    result = verify(issuer.jws(), recipient=ALICE, fetch=serving(issuer.published()), now=clock)
    assert result.verification is GOOD, result.reason
    assert (result.format, result.award.name if result.award else "") == ("ob2_signed", "Fire Warden")


@pytest.mark.parametrize(("assertion", "recipient", "expected"), [
    ({}, BOB, BAD), ({"to": BOB}, BOB, GOOD), ({"expires_in": -2}, ALICE, EXPIRED),
    ({"to": "Alice@x.org"}, "alice@x.org", BAD),
], ids=["wrong-recipient", "right-recipient", "expired", "hash-of-other-case"])
def test_ob2_signed__recipient_and_dates(issuer: Issuer, assertion: dict[str, Any], recipient: str,
                                         expected: Verification) -> None:
    result = verify(issuer.jws(**assertion), recipient=recipient, fetch=serving(issuer.published()), now=clock)
    assert result.verification is expected, result.reason


def test_ob2_signed__by_another_key_is_not_verified(issuer: Issuer) -> None:
    result = verify(Issuer.new(issuer.algorithm).jws(), fetch=serving(issuer.published()), now=clock)
    assert result.verification is BAD
    assert "signature" in result.reason


def test_ob2_signed__revoked_with_its_reason(issuers: dict[str, Issuer]) -> None:
    issuer = issuers["ES256"]
    documents = issuer.published()
    documents["https://issuer.example/ob2/revoked.json"]["revokedAssertions"] = [
        {"id": "urn:uuid:1", "revocationReason": "Drill was a fake"}]
    result = verify(issuer.jws(), fetch=serving(documents), now=clock)
    assert result.verification is REVOKED
    assert "Drill was a fake" in result.reason


@pytest.mark.parametrize("form", ["json", "jws", "address"])
def test_ob2_hosted__in_every_form_it_is_handed_over(issuers: dict[str, Issuer], form: str) -> None:
    issuer = issuers["EdDSA"]
    assertion = issuer.assertion(kind="HostedBadge")
    documents = {**issuer.published(), str(assertion.id): assertion.to_dict()}
    badge: Any = {"json": assertion.to_dict(), "jws": issuer.jws(kind="HostedBadge"), "address": assertion.id}[form]
    result = verify(badge, recipient=ALICE, fetch=serving(documents), now=clock)
    assert result.verification is GOOD, result.reason
    assert result.format == "ob2_hosted"

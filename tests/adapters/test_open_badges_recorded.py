"""Recorded badges: our verdicts against those of the implementation that issued them, and against real Moodle."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import adapters.open_badges
from adapters.badge_recipient import recipients_of
from adapters.badge_verification import verify
from adapters.records import Verification
from tests.adapters.badge_issuer import ALICE, BOB, Issuer, clock, decoded, reassembled, serving

RECORDED = Path(str(adapters.open_badges.__file__)).parent / "samples" / "recorded"
HOST = "https://portal.example.org"
GOOD, BAD = Verification.VERIFIED, Verification.NOT_VERIFIED


def read(name: str) -> bytes:
    return (RECORDED / name).read_bytes()


def token(name: str) -> str:
    return read(name).decode().strip()


PUBLISHED = {f"{HOST}/ob2/issuer.json": "ob2_issuer.json", f"{HOST}/ob2/key.json": "ob2_key.json",
             f"{HOST}/ob2/class.json": "ob2_class.json", f"{HOST}/ob2/rev.json": "ob2_revocation.json",
             f"{HOST}/ob2/a1.json": "ob2_hosted.json", f"{HOST}/status/1": "ob3_status_list.jwt"}


def published(**changed: object) -> dict[str, object]:
    """What the recorded issuer publishes; changed: by address, None = nothing there."""
    found = {**{address: read(name) for address, name in PUBLISHED.items()}, **changed}
    return {address: document for address, document in found.items() if document is not None}


def tampered(name: str, **claims: object) -> str:
    return reassembled(token(name), payload={**decoded(token(name)), **claims})


def other_recipient() -> str:
    said = decoded(token("ob3_ed25519.jwt"))
    subject = {**said["credentialSubject"], "id": f"mailto:{BOB}"}
    return tampered("ob3_ed25519.jwt", credentialSubject=subject, sub=f"mailto:{BOB}")


def moved() -> dict[str, object]:
    return {**json.loads(read("ob2_hosted.json")), "id": "https://evil.example/a1.json"}


REVOCATION = {**json.loads(read("ob2_revocation.json")),
              "revokedAssertions": ["urn:uuid:bf0d8100-e9e2-4787-84af-d58babf61d1b"]}
ED = "ob3_ed25519.jwt"
OTHER_KEY = Issuer.new("EdDSA").public

# case of outcomes.json → (badge, recipient, key, what is published, our verdict)
CASES = {
    "ed25519: good": (token(ED), None, None, {}, GOOD),
    "ed25519: good, expected recipient": (token(ED), ALICE, read("ob3_ed25519.pub.pem"), {}, GOOD),
    "ed25519: good, recipient in other case": (token(ED), "Alice@Example.ORG", None, {}, GOOD),
    "ed25519: wrong recipient": (token(ED), BOB, None, {}, BAD),
    "ed25519: tampered payload": (token("ob3_ed25519.tampered.jwt"), ALICE, None, {}, BAD),
    "ed25519: tampered recipient": (other_recipient(), BOB, None, {}, BAD),
    "ed25519: tampered signature": (token(ED)[:-6] + "AAAAAA", ALICE, None, {}, BAD),
    "ed25519: alg none": (reassembled(token(ED), header={"alg": "none"}, signature=""), ALICE, None, {}, BAD),
    "ed25519: other key": (token(ED), ALICE, OTHER_KEY, {}, BAD),
    "ed25519: expired": (token("ob3_ed25519.expired.jwt"), ALICE, None, {}, Verification.EXPIRED),
    "ed25519: not yet valid": (None, ALICE, None, {}, BAD),
    "ed25519: key taken from did:key issuer": (token(ED), ALICE, None, {}, GOOD),
    "status index 5 (revoked)": (token("ob3_status_index5.jwt"), ALICE, None, published(), Verification.REVOKED),
    "status index 6 (valid)": (token("ob3_status_index6.jwt"), ALICE, None, published(), GOOD),
    "status list unreachable": (token("ob3_status_index6.jwt"), ALICE, None, {}, BAD),
    "baked PNG": (read("ob3_baked.png"), ALICE, None, {}, GOOD),
    "ob2 signed good": (token("ob2_signed.jws"), ALICE, None, published(), GOOD),
    "ob2 signed wrong recipient": (token("ob2_signed.jws"), BOB, None, published(), BAD),
    "ob2 tampered": (tampered("ob2_signed.jws", issuedOn="2026-11-01T12:00:00Z"), ALICE, None, published(), BAD),
    "ob2 revoked": (token("ob2_signed.jws"), ALICE, None, published(**{f"{HOST}/ob2/rev.json": REVOCATION}),
                    Verification.REVOKED),
    "ob2 hosted good": (read("ob2_hosted.json"), ALICE, None, published(), GOOD),
    "ob2 hosted on another host": (moved(), ALICE, None, published(**{"https://evil.example/a1.json": moved()}), BAD),
}
OUTCOMES = {case["case"]: case["verified"] for case in json.loads(read("outcomes.json"))}


@pytest.mark.parametrize("case", CASES)
def test_recorded_badge__gets_the_recorded_outcome(case: str) -> None:
    badge, recipient, key, documents, expected = CASES[case]
    now = clock if badge is not None else (lambda: clock().replace(month=10))      # a month before its validFrom
    result = verify(badge if badge is not None else token(ED), recipient=recipient, key=key,
                    fetch=serving(documents), now=now)
    assert result.verification is expected, result.reason
    assert result.verified is OUTCOMES[case]
    assert result.reason.endswith(".")


def test_recorded_outcomes__are_all_covered() -> None:
    assert set(CASES) == set(OUTCOMES)


@pytest.mark.parametrize(("number", "expected"), [(1, GOOD), (2, GOOD), (3, Verification.EXPIRED), (4, GOOD)])
def test_real_moodle_badge__is_verified_in_its_older_spelling(number: int, expected: Verification) -> None:
    badge = json.loads(read(f"moodle_assertion_{number}.json"))
    assert "verification" not in badge
    result = verify(badge, recipient=ALICE, fetch=serving({badge["id"]: badge}), now=clock)
    assert result.verification is expected, result.reason
    assert result.award is not None
    assert result.award.issuer == "Real Moodle & Söhne"
    assert result.award.image_url is None


@pytest.mark.parametrize(("documents", "expected", "reason"), [
    ({"status": 410, "body": {"revoked": True}}, Verification.REVOKED, "410"),
    ({"status": 200, "body": {"revoked": True, "revocationReason": "Awarded by mistake"}}, Verification.REVOKED,
     "Awarded by mistake"),
    ({"status": 404, "body": {}}, BAD, "404"),
    ({"status": 200, "body": {"id": "https://elsewhere.example/1"}}, BAD, "something else"),
    ({"status": 200, "body": "<html>maintenance</html>"}, BAD, "not JSON"),
], ids=["gone", "revoked-with-reason", "not-found", "another-badge", "html"])
def test_hosted_badge__is_what_its_issuer_says_now(documents: dict[str, object], expected: Verification,
                                                   reason: str) -> None:
    badge = json.loads(read("moodle_assertion_1.json"))
    result = verify(badge, fetch=serving({badge["id"]: (documents["status"], documents["body"])}), now=clock)
    assert result.verification is expected
    assert reason in result.reason


@pytest.mark.parametrize("change", [
    {"issuedOn": "2020-01-01T00:00:00Z"}, {"expires": "2030-01-01T00:00:00Z"},
    {"recipient": {"type": "email", "hashed": False, "identity": BOB}}, {"badge": "https://other.example/class"},
], ids=["issued", "expires", "recipient", "class"])
def test_hosted_badge__changed_copy_is_not_verified(change: dict[str, object]) -> None:
    badge = json.loads(read("moodle_assertion_1.json"))
    result = verify({**badge, **change}, fetch=serving({badge["id"]: badge}), now=clock)
    assert result.verification is BAD
    assert "changed" in result.reason


@pytest.mark.parametrize(("scope", "expected"), [
    ({"startsWith": f"{HOST}/ob2/"}, GOOD),
    ({"startsWith": [f"{HOST}/other", f"{HOST}/ob2"]}, GOOD),
    ({"startsWith": f"{HOST}/ob"}, BAD),
    ({"startsWith": "https://portal.example"}, BAD),
    ({"allowedOrigins": "portal.example.org"}, GOOD),
    ({"allowedOrigins": ["badges.example.org"]}, BAD),
], ids=["prefix", "one-of-prefixes", "half-a-segment", "half-a-host", "origin", "other-origin"])
def test_hosted_badge__lies_where_its_issuer_allows(scope: dict[str, object], expected: Verification) -> None:
    profile = {**json.loads(read("ob2_issuer.json")), "verification": scope}
    documents = published(**{f"{HOST}/ob2/issuer.json": profile})
    result = verify(read("ob2_hosted.json"), fetch=serving(documents), now=clock)
    assert result.verification is expected, result.reason


def test_hosted_badge__climbing_out_of_its_scope() -> None:
    there = f"{HOST}/ob2/../uploads/a1.json"
    badge = {**json.loads(read("ob2_hosted.json")), "id": there}
    profile = {**json.loads(read("ob2_issuer.json")), "verification": {"startsWith": f"{HOST}/ob2/"}}
    documents = published(**{there: badge, f"{HOST}/ob2/issuer.json": profile})
    assert verify(badge, fetch=serving(documents), now=clock).verification is BAD


@pytest.mark.parametrize(("recipient", "expected"), [
    ({"type": "email", "identity": ALICE}, True),
    ({"type": ["email"], "identity": [ALICE], "hashed": False}, True),
    ({"type": "url", "identity": ALICE}, False),
    ({"type": "email", "hashed": True, "identity": "md5$fbf7c6aec1d4280b7c2704c1c0478bd6"}, True),
    ({"type": "email", "hashed": True, "identity": "sha1$fbf7c6aec1d4280b7c2704c1c0478bd6"}, False),
    ({"type": "email", "hashed": True, "identity": ALICE}, False),
    ({}, False), ("alice@example.org", False),
], ids=["plain", "in-lists", "another-kind", "md5", "unknown-hash", "hash-without-name", "empty", "no-object"])
def test_ob2_recipient__forms(recipient: object, expected: bool) -> None:
    found = recipients_of({"recipient": recipient})
    assert any(r.is_(ALICE) for r in found) is expected


def test_hosted_badge__cannot_bring_a_famous_issuer_along() -> None:
    """The assertion embeds another organisation's profile; that profile is fetched from its own address instead."""
    there = "https://evil.example/a1.json"
    profile = {**json.loads(read("ob2_issuer.json")), "verification": {"startsWith": "https://evil.example/"}}
    badge = {**moved(), "badge": {"id": "https://evil.example/c", "name": "Fame", "issuer": profile}}
    result = verify(badge, fetch=serving(published(**{there: badge})), now=clock)
    assert result.verification is BAD
    assert "vouch" in result.reason


@pytest.mark.parametrize(("missing", "reason"), [
    ("class.json", "badge class"), ("issuer.json", "profile"), ("key.json", "key"), ("rev.json", "revocation list"),
])
def test_signed_ob2_badge__fails_closed(missing: str, reason: str) -> None:
    result = verify(token("ob2_signed.jws"), fetch=serving(published(**{f"{HOST}/ob2/{missing}": None})), now=clock)
    assert result.verification is BAD
    assert reason in result.reason


@pytest.mark.parametrize(("document", "change", "reason"), [
    ("key.json", {"owner": "https://evil.example/issuer.json"}, "belongs to somebody else"),
    ("issuer.json", {"publicKey": f"{HOST}/ob2/other.json"}, "not listed"),
    ("issuer.json", {"id": "https://evil.example/issuer.json"}, "Another issuer's profile"),
    ("rev.json", {"issuer": "https://evil.example/issuer.json"}, "another issuer"),
    ("rev.json", {"revokedAssertions": None}, "cannot be read"),
], ids=["owner", "not-listed", "other-profile", "other-list", "broken-list"])
def test_signed_ob2_badge__needs_key_and_issuer_to_name_each_other(document: str, change: dict[str, object],
                                                                   reason: str) -> None:
    file = {"rev.json": "ob2_revocation.json"}.get(document, f"ob2_{document}")
    changed = {**json.loads(read(file)), **change}
    result = verify(token("ob2_signed.jws"), fetch=serving(published(**{f"{HOST}/ob2/{document}": changed})), now=clock)
    assert result.verification is BAD
    assert reason in result.reason

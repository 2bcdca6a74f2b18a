"""What was handed over: tokens, JSON, addresses, and pictures with a badge baked in."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest
from openbadgeslib import baking

from adapters.badge_formats import MOST_BYTES, Format, credentials_in, listed, recognise
from adapters.badge_verification import verify
from adapters.errors import BadAnswer
from adapters.records import Verification
from tests.adapters.badge_issuer import ALICE, Issuer, clock, serving
from tests.adapters.test_open_badges_recorded import read, token

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><circle r="4"/></svg>'


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    header = (b"IHDR", bytes([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]))
    image = (b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*c) for c in (header, image, *chunks, (b"IEND", b"")))


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer.new("EdDSA")


@pytest.mark.parametrize(("handed_over", "expected"), [
    (token("ob3_ed25519.jwt"), Format.OB3_JWT),
    (f"\n{token('ob3_ed25519.jwt')}\r\n".encode(), Format.OB3_JWT),
    (token("ob2_signed.jws"), Format.OB2_SIGNED),
    (read("ob2_hosted.json"), Format.OB2_HOSTED),
    (b"\xef\xbb\xbf" + read("ob2_hosted.json"), Format.OB2_HOSTED),
    (json.loads(read("moodle_assertion_1.json")), Format.OB2_HOSTED),
    ("https://issuer.example/a/1", Format.ADDRESS),
    ({"type": ["VerifiableCredential", "OpenBadgeCredential"], "proof": {}}, Format.OB3_EMBEDDED_PROOF),
    (read("ob3_baked.png"), Format.OB3_JWT),
], ids=["jwt", "jwt-with-line-breaks", "jws", "json", "json-with-bom", "object", "address", "embedded-proof", "png"])
def test_recognise__every_format(handed_over: Any, expected: Format) -> None:
    assert recognise(handed_over).format is expected


@pytest.mark.parametrize(("handed_over", "reason"), [
    (b"", "neither"), (b"hello", "neither"), (b"\x00\xff\xfe", "neither"), (b"a.b.c", "damaged"),
    (b"[]", "one badge at a time"), (b'{"type": "BadgeClass"}', "not an awarded badge"), (b"{", "parse error"),
    (b"<html><body>", "markup"), (b"<svg/>", "no badge"), (b"\x89PNG\r\n\x1a\n", "no badge"),
    (b"\x89PNG\r\n\x1a\n\xff\xff\xff\xff", "no badge"), (png(), "no badge"), (b"x" * (MOST_BYTES + 1), "larger"),
    ("javascript:alert(1)", "neither"), ("eyJhIjoxfQ.eyJhIjoxfQ.", "not an Open Badge"),
    (png((b"iTXt", b"openbadges\0\1\0\0\0" + zlib.compress(b"x" * (MOST_BYTES + 9)))), "too large"),
    (png((b"iTXt", b"openbadges\0\1\0\0\0rubbish")), "damaged"),
    (b'<!DOCTYPE svg [<!ENTITY a "x">]><svg>&a;</svg>', "document type"),
], ids=["empty", "text", "bytes", "dots", "list", "class", "broken", "html", "svg", "png-head", "png-cut", "png-plain",
        "huge", "script", "other-token", "bomb", "bad-deflate", "entities"])
def test_recognise__says_what_it_is_instead(handed_over: Any, reason: str) -> None:
    with pytest.raises(BadAnswer, match=reason):
        recognise(handed_over)
    result = verify(handed_over, now=clock)
    assert result.verification is Verification.NOT_VERIFIED
    assert result.award is None


def test_png__baked_by_an_independent_implementation(issuer: Issuer) -> None:
    baked = issuer.signer.sign_into_png(issuer.credential(), png())
    assert verify(baked, recipient=ALICE, now=clock).verification is Verification.VERIFIED


@pytest.mark.parametrize("content", [
    b"openbadgecredential\0\0\0\0\0%s", b"openbadgecredential\0\0\0en\0Badge\0%s", b"openbadges\0\0\0\0\0%s",
], ids=["plain", "with-language", "ob2-keyword"])
def test_png__text_chunks(issuer: Issuer, content: bytes) -> None:
    data = png((b"tEXt", b"Comment\0hello"), (b"iTXt", content.replace(b"%s", issuer.token().encode())))
    assert verify(data, now=clock).verification is Verification.VERIFIED


def test_png__compressed_text(issuer: Issuer) -> None:
    data = png((b"iTXt", b"openbadgecredential\0\1\0\0\0" + zlib.compress(issuer.token().encode())))
    assert verify(data, now=clock).verification is Verification.VERIFIED


def test_png__with_an_address_as_older_badges_have_it(issuer: Issuer) -> None:
    assertion = issuer.assertion(kind="HostedBadge")
    documents = {**issuer.published(), str(assertion.id): assertion.to_dict()}
    data = png((b"tEXt", b"openbadges\0" + str(assertion.id).encode()))
    result = verify(data, recipient=ALICE, fetch=serving(documents), now=clock)
    assert result.verification is Verification.VERIFIED, result.reason


def test_svg__baked_by_an_independent_implementation(issuer: Issuer) -> None:
    baked = issuer.signer.sign_into_svg(issuer.credential(), SVG)
    assert verify(baked, recipient=ALICE, now=clock).verification is Verification.VERIFIED


def test_svg__with_json_as_its_text() -> None:
    baked = baking.bake_svg(SVG, read("ob2_hosted.json").decode(), as_text=True)
    assert recognise(baked).format is Format.OB2_HOSTED


def test_embedded_proof__is_refused_not_trusted() -> None:
    credential = {"type": ["VerifiableCredential", "OpenBadgeCredential"], "id": "urn:1", "issuer": {"id": "did:key:z"},
                  "credentialSubject": {"achievement": {"name": "Fire Warden"}},
                  "proof": {"type": "DataIntegrityProof"}}
    result = verify(credential, now=clock)
    assert result.verification is Verification.NOT_VERIFIED
    assert "embedded proof" in result.reason
    assert result.award is not None
    assert result.award.name == "Fire Warden"


@pytest.mark.parametrize(("answer", "count"), [
    ({"credential": [{}], "compactJwsString": ["a"]}, 2), ({"compactJwsStrings": ["a", "b"]}, 2), ({}, 0), ([1, 2], 2),
    ({"type": "Assertion"}, 1),
], ids=["api", "as-in-the-example", "empty", "array", "single"])
def test_listed__in_both_spellings(answer: Any, count: int) -> None:
    assert len(listed(answer)) == count


@pytest.mark.parametrize("answer", ["text", 7, None, {"credential": "x"}, {"compactJwsString": {}}])
def test_listed__refuses_what_is_no_list(answer: Any) -> None:
    with pytest.raises(BadAnswer):
        listed(answer)


def test_credentials_in__an_uploaded_file() -> None:
    many = json.dumps([token("ob3_ed25519.jwt"), json.loads(read("ob2_hosted.json")), "https://a.example/1"]).encode()
    assert [c.format for c in credentials_in(many)] == [Format.OB3_JWT, Format.OB2_HOSTED, Format.ADDRESS]
    assert [c.format for c in credentials_in(read("ob3_baked.png"))] == [Format.OB3_JWT]


def test_address__that_leads_to_an_address_goes_no_further() -> None:
    pages = {f"https://a.example/{n}": f"https://a.example/{n + 1}" for n in range(9)}
    result = verify("https://a.example/0", fetch=serving(pages), now=clock)
    assert result.verification is Verification.NOT_VERIFIED
    assert "no further" in result.reason

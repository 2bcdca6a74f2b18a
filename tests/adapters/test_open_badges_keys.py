"""Whose key counts: never the one a token brings along, only one the issuer is known to own."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from openbadgeslib.keys import public_jwk_from_pem
from openbadgeslib.ob3.did import did_key_from_pem, multikey_from_pem

from adapters.answer import Answer
from adapters.badge_keys import did_of_key, key_of_did, load_key
from adapters.badge_result import Refused
from adapters.badge_verification import verify
from adapters.errors import Misconfigured, Unreachable
from adapters.records import Verification
from tests.adapters.badge_issuer import Issuer, clock, decoded, reassembled, serving

WEB, DOCUMENT = "did:web:issuer.example:badges", "https://issuer.example/badges/did.json"
PROFILE, KID = "https://issuer.example/profile", "https://issuer.example/keys/1"


def public_pem(key: Any) -> bytes:
    return bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer.new("ES256")


def with_header(issuer: Issuer, **header: Any) -> str:
    """Signed by the issuer with these header members, through the library underneath openbadgeslib."""
    return jwt.encode(issuer.credential().to_jwt_payload(), issuer.private, algorithm=issuer.algorithm, headers=header)


def verdict(token: str, documents: dict[str, Any] | None = None, key: Any = None) -> tuple[Verification, str]:
    result = verify(token, fetch=serving(documents or {}), key=key, now=clock)
    return result.verification, result.reason


@pytest.mark.parametrize("issuer_id", [PROFILE, "did:example:1", "mailto:a@issuer.example", ""],
                         ids=["https", "unknown-did", "mailto", "empty"])
def test_header_key__proves_nothing_about_an_issuer(issuer: Issuer, issuer_id: str) -> None:
    token = issuer.named(issuer_id).token()
    assert "jwk" in decoded(token, 0)
    assert verdict(token)[0] is Verification.NOT_VERIFIED


def test_header_key__cannot_replace_the_key_of_a_did(issuer: Issuer) -> None:
    victim = Issuer.new("EdDSA")
    forged = issuer.named(victim.id).token()
    assert verdict(forged)[0] is Verification.NOT_VERIFIED


def test_header_key__is_ignored_even_when_it_differs(issuer: Issuer) -> None:
    token = with_header(issuer, jwk=public_jwk_from_pem(Issuer.new("ES256").public))
    assert verdict(token)[0] is Verification.VERIFIED


@pytest.mark.parametrize("form", ["pem-bytes", "pem-text", "jwk"])
def test_given_key__in_every_form(issuer: Issuer, form: str) -> None:
    keys = {"pem-bytes": issuer.public, "pem-text": issuer.public.decode(), "jwk": public_jwk_from_pem(issuer.public)}
    assert verdict(issuer.named(PROFILE).token(), key=keys[form])[0] is Verification.VERIFIED


@pytest.mark.parametrize(("material", "reason"), [
    (ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), "private"),
    ({"kty": "OKP", "crv": "Ed25519", "x": "a", "d": "b"}, "private"),
    (public_pem(rsa.generate_private_key(65537, 1024)), "weak"),
    ({"kty": "oct", "k": "c2VjcmV0"}, "neither"),
    ("hello", "neither"), ("", "neither"), ({}, "neither"), ({"kty": "RSA"}, "neither"), ({"kty": ["RSA"]}, "neither"),
], ids=["private-pem", "private-jwk", "weak-rsa", "shared-secret", "text", "empty", "empty-jwk", "half-jwk", "odd-jwk"])
def test_given_key__unusable(material: Any, reason: str) -> None:
    with pytest.raises(Misconfigured, match=reason) as caught:
        load_key(material)
    assert caught.value.field == "key"


@pytest.mark.parametrize("key", [
    ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())], ids=["ed25519", "p256"])
def test_did_key__is_the_key(key: Any) -> None:
    pem = public_pem(key)
    assert key_of_did(did_key_from_pem(pem)).as_dict() == load_key(pem).as_dict()


def test_did_key__written_as_others_write_it() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    assert did_of_key(key.public_key()) == did_key_from_pem(public_pem(key))


@pytest.mark.parametrize("did", [
    "did:key:", "did:key:z", "did:key:x123", "did:key:z0OIl", "did:key:z" + "6" * 5000, "did:key:z6Mk",
    "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme",
], ids=["empty", "no-key", "other-base", "not-base58", "endless", "short", "secp256k1"])
def test_did_key__damaged_or_unknown(did: str) -> None:
    with pytest.raises(Refused, match="key"):
        key_of_did(did)


def did_document(*keys: Issuer, signing: bool = True, form: str = "jwk") -> dict[str, Any]:
    methods = [{"id": f"{WEB}#{n}", "type": "JsonWebKey", "controller": WEB, **(
        {"publicKeyJwk": public_jwk_from_pem(k.public)} if form == "jwk" else
        {"publicKeyMultibase": multikey_from_pem(k.public)})} for n, k in enumerate(keys)]
    return {"id": WEB, "verificationMethod": methods, "assertionMethod": [m["id"] for m in methods] if signing else []}


@pytest.mark.parametrize("form", ["jwk", "multibase"])
def test_did_web__the_document_holds_the_key(issuer: Issuer, form: str) -> None:
    assert verdict(issuer.named(WEB).token(), {DOCUMENT: did_document(issuer, form=form)})[0] is Verification.VERIFIED


def test_did_web__several_keys_need_a_name(issuer: Issuer) -> None:
    documents = {DOCUMENT: did_document(Issuer.new("ES256"), issuer)}
    assert "several" in verdict(issuer.named(WEB).token(), documents)[1]
    assert verdict(with_header(issuer.named(WEB), kid=f"{WEB}#1"), documents)[0] is Verification.VERIFIED
    assert verdict(with_header(issuer.named(WEB), kid=f"{WEB}#0"), documents)[0] is Verification.NOT_VERIFIED


@pytest.mark.parametrize(("document", "reason"), [
    ({"id": "did:web:evil.example"}, "somebody else"), ((404, ""), "404"), ("not json", "could not be read"),
    ({"id": WEB}, "does not say which key"),
], ids=["another-did", "missing", "broken", "no-keys"])
def test_did_web__bad_documents(issuer: Issuer, document: Any, reason: str) -> None:
    result = verdict(issuer.named(WEB).token(), {DOCUMENT: document})
    assert result[0] is Verification.NOT_VERIFIED
    assert reason in result[1]


def test_did_web__a_key_not_meant_for_signing_does_not_count(issuer: Issuer) -> None:
    documents = {DOCUMENT: did_document(issuer, signing=False)}
    assert verdict(issuer.named(WEB).token(), documents)[0] is Verification.NOT_VERIFIED


@pytest.mark.parametrize("did", ["did:web:", "did:web:a%2Fb", "did:web:a:..:b", "did:web:user%40host", "did:web:a b"])
def test_did_web__odd_ids_are_not_fetched(issuer: Issuer, did: str) -> None:
    asked: list[str] = []

    def fetch(address: str) -> Answer:
        asked.append(address)
        raise Unreachable("nothing answers")

    result = verify(issuer.named(did).token(), fetch=fetch, now=clock)
    assert (result.verification, asked) == (Verification.NOT_VERIFIED, [])


@pytest.mark.parametrize("form", ["jwk", "jwks"])
def test_kid__on_the_issuers_own_origin(issuer: Issuer, form: str) -> None:
    jwk, other = public_jwk_from_pem(issuer.public), public_jwk_from_pem(Issuer.new("ES256").public)
    document = jwk if form == "jwk" else {"keys": [{**jwk, "kid": KID}, other]}
    assert verdict(with_header(issuer.named(PROFILE), kid=KID), {KID: document})[0] is Verification.VERIFIED


def test_kid__elsewhere_is_not_even_fetched(issuer: Issuer) -> None:
    there = "https://evil.example/key"
    token = with_header(issuer.named(PROFILE), kid=there)
    assert verdict(token, {there: public_jwk_from_pem(issuer.public)})[0] is Verification.NOT_VERIFIED


def test_algorithm__must_fit_the_key(issuer: Issuer) -> None:
    """The public key as an HMAC secret: the classical confusion."""
    token = reassembled(issuer.token(), header={"alg": "HS256"})
    assert "not accepted" in verdict(token)[1]
    other = reassembled(issuer.token(), header={"alg": "EdDSA"})
    assert verdict(other)[0] is Verification.NOT_VERIFIED


def test_published_key__weak_or_secret_is_refused(issuer: Issuer) -> None:
    weak = public_pem(rsa.generate_private_key(65537, 1024)).decode()
    result = verdict(with_header(issuer.named(PROFILE), kid=KID), {KID: json.dumps({"publicKeyPem": weak})})
    assert result[0] is Verification.NOT_VERIFIED
    assert "weak" in result[1]

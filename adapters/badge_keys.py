"""Which key speaks for an issuer, and does a signature hold?

A key counts only if the issuer is known to own it: it *is* the issuer's id (did:key), the issuer publishes it at the
address that is its id (did:web, https), or somebody we trust handed it to us. The key a token brings along in its own
header (``jwk``) proves nothing and is never read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from joserfc import jws
from joserfc.errors import BadSignatureError, JoseError, UnsupportedAlgorithmError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from adapters.badge_formats import token_header
from adapters.badge_jsonld import Document, many, named, origin
from adapters.badge_result import Inquiry, Refused
from adapters.errors import Misconfigured

ALGORITHMS = frozenset({"RS256", "PS256", "ES256", "EdDSA"})
"""Public-key signatures of RFC 7518 §3 and RFC 8037 that badges use; ``none`` and HS* can never be added."""

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519, _P256 = b"\xed\x01", b"\x80\x24"      # multicodec table: ed25519-pub 0xed, p256-pub 0x1200, as varints
_SMALLEST_RSA = 2048
_KEY_TYPES: Mapping[str, type[RSAKey | ECKey | OKPKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
_PublicKey = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey


class _BadgeSignatures(jws.JWSRegistry):
    """joserfc's limits suit sign-in tokens: an RSA key in a badge's header alone is longer than 512 bytes. Its
    warning that the name EdDSA is deprecated (RFC 9864) concerns issuers; OB 3.0 tokens carry that name."""

    max_header_length = 8_192
    max_payload_length = 2_000_000

    def get_alg(self, name: str) -> Any:
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError(f"the algorithm {name[:20]!r} is not accepted")
        return self.algorithms[name]


SIGNATURES = _BadgeSignatures(strict_check_header=False)


def require_signature(token: str, key: Key, what: str = "badge") -> None:
    """Raises Refused unless the token is signed by this key with an accepted algorithm that fits it."""
    algorithm = token_header(token).get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise Refused(f"The {what}'s signature algorithm {str(algorithm)[:20]!r} is not accepted.")
    try:
        jws.deserialize_compact(token, key, registry=SIGNATURES)
    except BadSignatureError:
        raise Refused(f"The {what}'s signature does not match: it was changed, or somebody else signed it.") from None
    except (JoseError, ValueError) as error:
        raise Refused(f"The {what}'s signature cannot be checked with the issuer's key "
                      f"({type(error).__name__}).") from None


def load_key(material: str | bytes | Mapping[str, Any]) -> Key:
    """A public key as PEM text or JWK. Raises Misconfigured (field ``key``): unreadable, secret, or too weak."""
    try:
        native = _of_jwk(material) if isinstance(material, Mapping) else _of_pem(material)
    except (JoseError, ValueError, TypeError, KeyError, UnsupportedAlgorithm):
        raise Misconfigured("the key is neither a PEM public key nor a JWK", field="key") from None
    if isinstance(native, RSAPublicKey) and native.key_size < _SMALLEST_RSA:
        raise Misconfigured(f"the key is too weak: RSA keys need {_SMALLEST_RSA} bits", field="key")
    key_type = _KEY_TYPES["RSA" if isinstance(native, RSAPublicKey) else "OKP" if isinstance(native, Ed25519PublicKey)
                          else "EC"]
    return key_type.import_key(native.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def issuer_key(issuer_id: str, header: Document, inquiry: Inquiry) -> Key:
    """The key that speaks for an OB 3.0 issuer. header: the token's, of which only ``kid`` is read.

    Raises Refused when the issuer publishes no key, or none we can reach.
    """
    if inquiry.key is not None:
        return inquiry.key
    kid = header.get("kid") if isinstance(header.get("kid"), str) else None
    if issuer_id.startswith("did:key:"):
        return key_of_did(issuer_id)
    if issuer_id.startswith("did:web:"):
        return _key_of_did_web(issuer_id, kid, inquiry)
    if kid and origin(kid) and origin(kid) == origin(issuer_id):
        return published_key(inquiry.document(kid, "issuer's key"), kid)
    raise Refused("The issuer publishes no key that can be found from its id; give its key to check the signature.")


def published_key(document: Document, kid: str | None = None) -> Key:
    """The key in a document an issuer publishes: a JWK, a JWK Set (RFC 7517), OB 2.0 ``publicKeyPem``, or a
    verification method of a DID document. Raises Refused."""
    if "keys" in document:
        keys = [k for k in many(document["keys"]) if isinstance(k, Mapping)]
        fitting = [k for k in keys if k.get("kid") in (kid, urlsplit(kid or "").fragment)] or keys
        if len(fitting) != 1:
            raise Refused("The issuer publishes several keys and the badge does not say which one signed it.")
        document = fitting[0]
    material = document.get("publicKeyPem") or document.get("publicKeyJwk") or document
    try:
        if isinstance(multibase := document.get("publicKeyMultibase"), str):
            return _of_multibase(multibase)
        if isinstance(material, (str, Mapping)):
            return load_key(material)
    except Misconfigured as error:
        raise Refused(f"The key the issuer publishes cannot be used: {error.reason}.") from None
    raise Refused("The key the issuer publishes cannot be used.")


def key_of_did(did: str) -> Key:
    """did:key (W3C CCG did:key method §2): the id itself is the key. Raises Refused."""
    return _of_multibase(did.removeprefix("did:key:").split("#")[0])


def did_of_key(key: Ed25519PublicKey) -> str:
    """The did:key of an Ed25519 public key."""
    number = int.from_bytes(_ED25519 + key.public_bytes(Encoding.Raw, PublicFormat.Raw))
    digits = ""
    while number:
        number, digit = divmod(number, 58)
        digits = _BASE58[digit] + digits
    return f"did:key:z{digits}"


def _of_multibase(text: str) -> Key:
    data = _from_base58(text)
    try:
        if data.startswith(_ED25519):
            native: Ed25519PublicKey | EllipticCurvePublicKey = Ed25519PublicKey.from_public_bytes(data[2:])
        elif data.startswith(_P256):
            native = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), data[2:])
        else:
            raise Refused("The issuer's key is of a kind that cannot be checked (Ed25519 and P-256 can).")
    except ValueError:
        raise Refused("The issuer's key is damaged.") from None
    return load_key(native.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def _from_base58(text: str) -> bytes:
    """Multibase ``z``: base58 as Bitcoin writes it. Keys are short; a long text is refused before it costs time."""
    digits = [_BASE58.find(c) for c in text[1:]]
    if not text.startswith("z") or len(text) > 128 or -1 in digits:
        raise Refused("The issuer's key is damaged.")
    number = 0
    for digit in digits:
        number = number * 58 + digit
    return number.to_bytes((number.bit_length() + 7) // 8)


def _key_of_did_web(did: str, kid: str | None, inquiry: Inquiry) -> Key:
    """did:web (W3C CCG did:web method §3.2): the DID document lies at an https address made from the id."""
    host, *path = [unquote(part) for part in did.removeprefix("did:web:").split(":")]
    address = f"https://{host}/{'/'.join(path) or '.well-known'}/did.json"
    if origin(address) is None or any("/" in part or part in (".", "..", "") for part in (host, *path)):
        raise Refused("The issuer's id is not a valid did:web.")
    document = inquiry.document(address, "issuer's DID document")
    if document.get("id") != did:
        raise Refused("The issuer's DID document is about somebody else.")
    signing = {named(method) for method in many(document.get("assertionMethod"))}
    methods = [m for m in (*many(document.get("verificationMethod")), *many(document.get("assertionMethod")))
               if isinstance(m, Mapping) and m.get("id") in signing]
    wanted = [m for m in methods if kid in (m["id"], f"{did}{m['id']}") or f"{did}{kid}" == m["id"]] if kid else methods
    if len(wanted) != 1:
        raise Refused("The issuer's DID document does not say which key signs badges." if not wanted else
                      "The issuer publishes several keys and the badge does not say which one signed it.")
    return published_key(wanted[0])


def _of_pem(material: str | bytes) -> _PublicKey:
    data = material.encode() if isinstance(material, str) else material
    if b"PRIVATE" in data:
        raise Misconfigured("this is a private key; give the issuer's public key", field="key")
    return _accepted(load_pem_public_key(data))


def _of_jwk(jwk: Mapping[str, Any]) -> _PublicKey:
    """The key itself, before joserfc wraps it: a weak one is refused, not warned about."""
    if "d" in jwk:
        raise Misconfigured("this is a private key; give the issuer's public key", field="key")
    kind = _KEY_TYPES[str(jwk.get("kty"))]
    kind.validate_dict_key(dict(jwk))
    return _accepted(kind.binding.import_from_dict(dict(jwk)))


def _accepted(native: object) -> _PublicKey:
    if isinstance(native, (RSAPublicKey, EllipticCurvePublicKey, Ed25519PublicKey)):
        return native
    raise Misconfigured("the key must be RSA, P-256 or Ed25519", field="key")

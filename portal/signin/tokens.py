"""Is this token what the provider signed, and does it say what it must? Pure, but for asking the key ring.

ID tokens: OpenID Connect Core 1.0 §3.1.3.7. Logout tokens: OpenID Connect Back-Channel Logout 1.0 §2.6.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from joserfc import jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jws import JWSRegistry, extract_compact

from portal.signin.failures import SignInFailed
from portal.signin.keys import ALGORITHMS, SigningKey

LEEWAY = timedelta(seconds=60)
OLDEST = timedelta(minutes=10)
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_LONGEST_SUBJECT = 255
_ID_TOKEN_TYPES = frozenset({"", "jwt"})
_LOGOUT_TOKEN_TYPES = frozenset({"", "jwt", "logout+jwt"})


class Keys(Protocol):
    """The part of a key ring that is needed here."""

    def candidates(self, kid: str | None, algorithm: str) -> Iterator[SigningKey]: ...


@dataclass(frozen=True, slots=True)
class Verified:
    """A token whose signature is the provider's."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutOrder:
    """Whose sessions end: those from ``sid``, or all of ``subject`` when there is no sid."""

    subject: str | None
    sid: str | None
    token_id: str
    expires_at: datetime


class _Ours(JWSRegistry):
    """Our algorithms, whatever the provider's metadata or the token says. Longer headers than joserfc's 512 bytes,
    since some providers put their certificate there."""

    max_header_length = 8_192

    def __init__(self) -> None:
        super().__init__(algorithms=ALGORITHMS, strict_check_header=False)

    def get_alg(self, name: str) -> Any:
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError("not one of ours")
        return self.algorithms[name]


def id_token_claims(token: str, keys: Keys, *, issuer: str, client_id: str, nonce: str, access_token: str,
                    now: datetime) -> Mapping[str, Any]:
    """The claims of a good ID token. Raises SignInFailed naming the claim at fault."""
    found = _verified(token, keys, _ID_TOKEN_TYPES)
    claims = found.claims
    _check_issuer_and_audience(claims, issuer, client_id)
    _check_times(claims, now)
    subject_of(claims)
    if not isinstance(claims.get("nonce"), str) or not _same(claims["nonce"], nonce):
        raise SignInFailed("nonce", "the ID token belongs to another sign-in")
    if "at_hash" in claims:
        expected = _half_hash(access_token, str(found.header["alg"]))
        if not isinstance(claims["at_hash"], str) or not _same(claims["at_hash"], expected):
            raise SignInFailed("at_hash", "the ID token belongs to another access token")
    return claims


def logout_order(token: str, keys: Keys, *, issuer: str, client_id: str, now: datetime) -> LogoutOrder:
    """What a good logout token asks for; the caller remembers its ``jti``. Raises SignInFailed."""
    claims = _verified(token, keys, _LOGOUT_TOKEN_TYPES).claims
    _check_issuer_and_audience(claims, issuer, client_id)
    expires_at = _check_times(claims, now)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise SignInFailed("events", "not a logout token")
    if "nonce" in claims:
        raise SignInFailed("nonce", "a logout token has none")
    token_id, sid = claims.get("jti"), claims.get("sid")
    if not isinstance(token_id, str) or not token_id:
        raise SignInFailed("jti", "a logout token has one")
    if sid is not None and (not isinstance(sid, str) or not sid):
        raise SignInFailed("sid", "not a session id")
    subject = subject_of(claims) if "sub" in claims else None
    if sid is None and subject is None:
        raise SignInFailed("sub", "neither sub nor sid")
    return LogoutOrder(subject=subject, sid=sid, token_id=token_id, expires_at=expires_at + LEEWAY)


def subject_of(claims: Mapping[str, Any]) -> str:
    """``sub``: 1 to 255 ASCII characters (OpenID Connect Core §2). Raises SignInFailed."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT or not subject.isascii():
        raise SignInFailed("sub", "the subject is missing or not of the required form")
    return subject


def moment(value: object) -> datetime | None:
    """A NumericDate (RFC 7519 §2), or None when it is not one."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _verified(token: str, keys: Keys, types: frozenset[str]) -> Verified:
    registry = _Ours()
    try:
        header = extract_compact(token.encode("ascii"), registry=registry).headers()
        algorithm, kid = header.get("alg"), header.get("kid")
        registry.check_header(header)
    except (JoseError, ValueError, RecursionError):
        raise SignInFailed("token_unreadable", "not a signed token") from None
    if algorithm not in ALGORITHMS:
        raise SignInFailed("algorithm", "signed with an algorithm that is not accepted; accepted are "
                                        + ", ".join(sorted(ALGORITHMS)))
    if str(header.get("typ", "")).lower() not in types:
        raise SignInFailed("typ", "a token of another type")
    for candidate in keys.candidates(kid if isinstance(kid, str) else None, algorithm):
        claims = _opened(token, candidate, registry)
        if claims is not None:
            return Verified(header, claims)
    raise SignInFailed("signature", "no key of the provider fits the signature")


def _opened(token: str, candidate: SigningKey, registry: JWSRegistry) -> Mapping[str, Any] | None:
    try:
        return jwt.decode(token, candidate.key, registry=registry).claims
    except (JoseError, ValueError, RecursionError):
        return None


def _check_issuer_and_audience(claims: Mapping[str, Any], issuer: str, client_id: str) -> None:
    if claims.get("iss") != issuer:
        raise SignInFailed("iss", "signed for another issuer")
    if claims.get("aud") not in (client_id, [client_id]):
        raise SignInFailed("aud", "meant for another application, or for others as well")
    if claims.get("azp", client_id) != client_id:
        raise SignInFailed("azp", "issued to another application")


def _check_times(claims: Mapping[str, Any], now: datetime) -> datetime:
    """Returns when the token expires."""
    expires_at, issued_at = moment(claims.get("exp")), moment(claims.get("iat"))
    if expires_at is None or expires_at + LEEWAY <= now:
        raise SignInFailed("exp", "expired or without expiry; if this happens always, compare the clocks")
    if issued_at is None or issued_at - LEEWAY > now:
        raise SignInFailed("iat", _skew(issued_at, now))
    if now - issued_at > OLDEST:
        raise SignInFailed("iat", _skew(issued_at, now))
    if "nbf" in claims:
        not_before = moment(claims["nbf"])
        if not_before is None or not_before - LEEWAY > now:
            raise SignInFailed("nbf", _skew(not_before, now))
    return expires_at


def _skew(said: datetime | None, now: datetime) -> str:
    if said is None:
        return "a moment is missing or not a number"
    return f"clock skew? the token's moment differs from our clock by {(said - now).total_seconds():.0f} s"


def _half_hash(access_token: str, algorithm: str) -> str:
    """OpenID Connect Core §3.1.3.6: the left half of the algorithm's hash; SHA-512 for Ed25519."""
    digest = (hashlib.sha512 if algorithm == "EdDSA" else hashlib.sha256)(access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _same(said: str, expected: str) -> bool:
    return hmac.compare_digest(said.encode(), expected.encode())

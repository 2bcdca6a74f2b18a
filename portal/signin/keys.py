"""With which key was this token signed? (RFC 7517; only keys that can hold what we accept)"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from portal.clock import Clock
from portal.signin.failures import ProviderUnavailable, SignInFailed
from portal.signin.provider_http import ProviderHttp
from portal.signin.remembered import Remembered

TTL = timedelta(minutes=10)
SMALLEST_RSA_BITS = 2048
_PUBLIC = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}
_IMPORT: Mapping[str, Callable[[dict[str, Any]], Key]] = {
    "RSA": RSAKey.import_key, "EC": ECKey.import_key, "OKP": OKPKey.import_key}
_CURVES = {"ES256": "P-256", "EdDSA": "Ed25519"}
_FAMILY = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}
ALGORITHMS = frozenset(_FAMILY)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key of the provider. kid and algorithm: as the provider labels it, if it does."""

    kid: str | None
    algorithm: str | None
    family: str
    curve: str | None
    key: Key

    def fits(self, algorithm: str) -> bool:
        return (self.family == _FAMILY[algorithm] and self.curve == _CURVES.get(algorithm)
                and self.algorithm in (None, algorithm, self.curve))


class KeyRing:
    """The provider's keys, at most ten minutes old. A token that fits none makes us look again, but rarely."""

    def __init__(self, http: ProviderHttp, jwks_uri: str, clock: Clock) -> None:
        self.address = jwks_uri
        self._keys = Remembered(lambda: _fetch(http, jwks_uri), TTL, clock)

    def candidates(self, kid: str | None, algorithm: str) -> Iterator[SigningKey]:
        """Keys to try, the freshly fetched ones last. Raises ProviderUnavailable when none can be had."""
        known = self._keys.get()
        yield from _matching(known, kid, algorithm)
        renewed = self._keys.renewed()
        if renewed is not None:
            yield from _matching(renewed, kid, algorithm)


def usable_keys(document: Mapping[str, Any]) -> tuple[SigningKey, ...]:
    """Every key of a JWK Set that may verify a signature; others are ignored, never an error.

    Left out: symmetric keys (anybody who reads the set could sign), RSA below 2048 bits, other uses, unknown types.
    """
    entries = document.get("keys")
    found = (_signing_key(entry) for entry in (entries if isinstance(entries, list) else []))
    return tuple(key for key in found if key is not None)


def _fetch(http: ProviderHttp, jwks_uri: str) -> tuple[SigningKey, ...]:
    try:
        keys = usable_keys(http.get_json(jwks_uri, "jwks"))
    except ProviderUnavailable:
        raise
    except SignInFailed as error:
        raise ProviderUnavailable(error.reason, error.detail) from None
    if not keys:
        raise ProviderUnavailable("jwks_empty", "the provider publishes no key that we can use")
    return keys


def _matching(keys: tuple[SigningKey, ...], kid: str | None, algorithm: str) -> list[SigningKey]:
    """By kid. A token without one may be from any key; a set with one key need not name it (RFC 7517 §4.5)."""
    fitting = [key for key in keys if key.fits(algorithm)]
    if kid is None:
        return fitting
    named = [key for key in fitting if key.kid == kid]
    return named or (fitting if len(fitting) == 1 and fitting[0].kid is None else [])


def _signing_key(entry: object) -> SigningKey | None:
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
        return None
    family = entry.get("kty")
    if family not in _PUBLIC:
        return None
    public: dict[str, Any] = {name: entry.get(name) for name in ("kty", *_PUBLIC[family])}
    if not all(isinstance(value, str) for value in public.values()):
        return None
    if family == "RSA" and _bits(public["n"]) < SMALLEST_RSA_BITS:
        return None
    try:
        key = _IMPORT[family](public)
        _ = key.raw_value   # joserfc builds the key here: a point off the curve shows now
    except (JoseError, ValueError):
        return None
    kid, algorithm = entry.get("kid"), entry.get("alg")
    return SigningKey(kid if isinstance(kid, str) else None, algorithm if isinstance(algorithm, str) else None,
                      family, public.get("crv"), key)


def _bits(number: str) -> int:
    try:
        return int.from_bytes(base64.urlsafe_b64decode(number + "=" * (-len(number) % 4)), "big").bit_length()
    except (ValueError, binascii.Error):
        return 0

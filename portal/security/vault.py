"""Secrets at rest: AES-256-GCM, a key id beside every value, and the place it belongs to bound into the seal.

A sealed value moved to another row does not open (its context differs), and old keys stay readable while new values
use the first key (NIST SP 800-38D; ASVS 5.0 11.2.2, 13.3.1).
"""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portal.config import Settings, SettingsError

_NONCE_BYTES, _SHORTEST_KEY = 12, 32


class SecretUnreadable(Exception):
    """No key opens this value; the text says what to do and never what is inside."""


@dataclass(frozen=True, slots=True)
class Sealed:
    key_id: str
    sealed: bytes


class Vault:
    """Seals and opens secrets with the installation's keys. Raises SettingsError when they are malformed."""

    def __init__(self, settings: Settings) -> None:
        self._keys = _named_keys(settings)

    def seal(self, context: str, value: str) -> Sealed:
        """context: where the value belongs, e.g. ``connection:7:token``; needed again to open it."""
        key_id, key = next(iter(self._keys.items()))
        nonce = os.urandom(_NONCE_BYTES)
        return Sealed(key_id, nonce + AESGCM(key).encrypt(nonce, value.encode(), context.encode()))

    def unseal(self, context: str, key_id: str, sealed: bytes) -> str:
        """Raises SecretUnreadable when the key is gone or the value was moved or changed."""
        key = self._keys.get(key_id)
        if key is None:
            raise SecretUnreadable(f"the key {key_id!r} that sealed this secret is not among HOMEROOM_VAULT_KEYS; "
                                   "add it behind the newest one, or enter the secret again")
        try:
            return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode()).decode()
        except (InvalidTag, ValueError):
            raise SecretUnreadable("the secret cannot be opened: it was moved, changed, or sealed with another key of "
                                   "the same id; enter it again") from None


def _named_keys(settings: Settings) -> dict[str, bytes]:
    """Newest first. Without own keys, one is derived from the secret key and named after its fingerprint."""
    if settings.vault_keys is None:
        key = _derived(settings.secret_key.get_secret_value())
        return {"s" + hashlib.sha256(key).hexdigest()[:8]: key}
    keys: dict[str, bytes] = {}
    for part in settings.vault_keys.get_secret_value().split(","):
        key_id, _, text = part.strip().partition(":")
        if not key_id or key_id in keys or len(text) < _SHORTEST_KEY:
            raise SettingsError("HOMEROOM_VAULT_KEYS: every entry is id:key, ids differ, and a key has at least "
                                f"{_SHORTEST_KEY} characters")
        keys[key_id] = _derived(text)
    return keys


def _derived(text: str) -> bytes:
    """RFC 5869, so that any long random text serves as a key."""
    return HKDF(SHA256(), 32, None, b"homeroom vault").derive(base64.b64encode(text.encode()))

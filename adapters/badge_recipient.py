"""Whose badge is it? Recipients of Open Badges 2.0 and 3.0: plain or hashed, compared with an e-mail address."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.badge_jsonld import Document, many, node, one, text

_HASHES = {"sha256": hashlib.sha256, "md5": hashlib.md5}     # the two of OB 2.0 "IdentityHash"
_EMAIL = frozenset({"email", "emailAddress", "schema:email"})


@dataclass(frozen=True, slots=True)
class Recipient:
    """identity: an e-mail address, or ``sha256$hex`` of address + salt."""

    identity: str
    hashed: bool = False
    salt: str = ""

    def is_(self, email: str) -> bool:
        """Plain addresses are compared without case. A hash is of the address as the issuer had it, and issuers
        differ: the address as given and in lower case are both tried."""
        if not self.hashed:
            return self.identity.strip().casefold() == email.strip().casefold()
        return any(self._is_hash_of(form) for form in {email, email.strip(), email.strip().lower()})

    def _is_hash_of(self, email: str) -> bool:
        algorithm, _, digest = self.identity.partition("$")
        make = _HASHES.get(algorithm.lower())
        if make is None:
            return False
        ours = make((email + self.salt).encode()).hexdigest()
        return hmac.compare_digest(ours, digest.strip().lower().encode("ascii", "replace").decode())


def recipients_of(document: Document) -> tuple[Recipient, ...]:
    """The e-mail recipients a credential names: any of them is the same person. Empty: none, or other identities.

    OB 2.0 ``recipient``; OB 3.0 ``credentialSubject.id`` (mailto:) and ``credentialSubject.identifier``.
    """
    if "credentialSubject" in document:
        subject = node(document["credentialSubject"])
        address = text(subject.get("id"))
        by_id = [Recipient(address[7:])] if address.lower().startswith("mailto:") else []
        return (*by_id, *_identities(subject.get("identifier"), "identityType", "identityHash"))
    return tuple(_identities(document.get("recipient"), "type", "identity"))


def _identities(value: Any, kind: str, identity: str) -> list[Recipient]:
    found = []
    for entry in many(value):
        if isinstance(entry, Mapping) and _EMAIL & set(many(entry.get(kind))) and text(entry.get(identity)):
            hashed = one(entry.get("hashed")) in (True, "true")
            found.append(Recipient(text(entry[identity]), hashed, text(entry.get("salt"))))
    return found

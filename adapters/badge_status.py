"""Has the issuer of an OB 3.0 credential withdrawn it? W3C Bitstring Status List v1.0, and StatusList2021 before it.

Whatever prevents an answer – list unreachable, unsigned, outdated, of an unknown kind – refuses the credential: an
issuer who announces a list wants it asked.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Any

from adapters.badge_formats import recognise_token, token_header
from adapters.badge_jsonld import Document, many, named, node, one, text, types
from adapters.badge_keys import issuer_key, require_signature
from adapters.badge_result import Inquiry, Refused
from adapters.errors import BadAnswer
from adapters.text import plain
from adapters.times import from_iso

_ENTRIES = frozenset({"BitstringStatusListEntry", "StatusList2021Entry"})
_LISTS = frozenset({"BitstringStatusListCredential", "StatusList2021Credential"})
_MOST_BYTES = 5_000_000     # 40 million credentials; the specification's smallest list has 16 KiB


def revocation(credential: Document, inquiry: Inquiry) -> str | None:
    """Why the credential was revoked, or None if every list says it is not. Raises Refused: suspended, or unknown."""
    withdrawn = None
    for entry in many(credential.get("credentialStatus")):
        if not isinstance(entry, dict) or not types(entry) & _ENTRIES:
            kind = plain(", ".join(sorted(types(node(entry)))), 60) or "unnamed"
            raise Refused(f"Whether the badge was revoked cannot be checked: status of kind {kind}.")
        purpose = text(entry.get("statusPurpose")) or "revocation"
        if not _is_set(entry, purpose, named(credential.get("issuer")) or "", inquiry):
            continue
        if purpose == "revocation":
            withdrawn = "The issuer revoked this badge (status list)."
        elif purpose == "suspension":
            raise Refused("The issuer suspended this badge (status list).")
    return withdrawn


def _is_set(entry: Document, purpose: str, issuer_id: str, inquiry: Inquiry) -> bool:
    subject = node(_list_credential(entry, issuer_id, inquiry).get("credentialSubject"))
    if purpose not in many(subject.get("statusPurpose")):
        raise Refused("The status list is about something else than the badge asks.")
    if {str(one(size)) for size in (entry.get("statusSize"), subject.get("statusSize")) if size is not None} - {"1"}:
        raise Refused("The status list has more than one bit per badge, which is not supported.")
    bits, index = _decoded(text(subject.get("encodedList"))), _index(one(entry.get("statusListIndex")))
    if index >= len(bits) * 8:
        raise Refused("The badge's place lies outside the status list.")
    return bool(bits[index // 8] & (0x80 >> index % 8))     # index 0 is the left-most bit (§3.2)


def _list_credential(entry: Document, issuer_id: str, inquiry: Inquiry) -> Document:
    """The list, proved to be the issuer's own and current."""
    address = text(entry.get("statusListCredential"))
    answer = inquiry.answer(address, "status list")
    if answer.status != 200:
        raise Refused(f"The status list could not be read: HTTP {answer.status}.")
    token = answer.body.decode("utf-8", "replace").strip()
    try:
        document = recognise_token(token)
    except BadAnswer:
        raise Refused("The status list is not a signed token, so nobody vouches for it.") from None
    if not types(document) & _LISTS:
        raise Refused("What the badge names as its status list is something else.")
    if named(document.get("issuer")) != issuer_id or document.get("iss", issuer_id) != issuer_id:
        raise Refused("The status list comes from another issuer than the badge.")
    if document.get("id", address) != address:
        raise Refused("The status list is not the one the badge names.")
    require_signature(token, issuer_key(issuer_id, token_header(token), inquiry), "status list")
    _require_current(document, inquiry)
    return document


def _require_current(document: Document, inquiry: Inquiry) -> None:
    """An old copy of a list must not bring a revoked badge back."""
    ends, starts = from_iso(text(document.get("validUntil"))), from_iso(text(document.get("validFrom")))
    if ends and ends < inquiry.now:
        raise Refused("The status list is out of date.")
    if starts and starts > inquiry.now + inquiry.leeway:
        raise Refused("The status list is not valid yet.")


def _index(value: Any) -> int:
    """Written as text or number, never negative."""
    written = str(value)
    if not (written.isascii() and written.isdigit() and len(written) < 12):
        raise Refused("The badge names no place in the status list.")
    return int(written)


def _decoded(encoded: str) -> bytes:
    """GZIP in base64url, with the multibase prefix ``u`` (Bitstring) or without (2021). Inflated within limits."""
    written = encoded.removeprefix("u") if not encoded.startswith("H4sI") else encoded
    machine = zlib.decompressobj(31)
    try:
        packed = base64.b64decode(written + "=" * (-len(written) % 4), altchars=b"-_", validate=True)
        bits = machine.decompress(packed, _MOST_BYTES)
    except (binascii.Error, ValueError, zlib.error):
        raise Refused("The status list is damaged.") from None
    if not machine.eof:
        raise Refused("The status list is damaged or too large.")
    return bits

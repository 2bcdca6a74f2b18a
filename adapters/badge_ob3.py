"""Open Badges 3.0 as a signed token: VC-JWT, the credential's members flat beside the registered claims (§8.2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from adapters.badge_award import award_of_ob3
from adapters.badge_formats import Credential, token_header
from adapters.badge_jsonld import Document, named, text, types
from adapters.badge_keys import issuer_key, require_signature
from adapters.badge_result import Authentic, Inquiry, Refused
from adapters.badge_status import revocation
from adapters.text import plain
from adapters.times import from_epoch, from_iso


def authenticate_ob3(credential: Credential, inquiry: Inquiry) -> Authentic:
    """Raises Refused unless the token is signed by the issuer it names."""
    document = credential.document
    if "VerifiableCredential" not in types(document):
        raise Refused("The token is not a verifiable credential.")
    issuer_id = named(document.get("issuer")) or ""
    _require_same(document, "iss", issuer_id, "issuer")
    _require_same(document, "jti", text(document.get("id")), "id")
    _require_same(document, "sub", named(document.get("credentialSubject")) or "", "recipient")
    require_signature(credential.text, issuer_key(issuer_id, token_header(credential.text), inquiry))
    return Authentic(
        award=award_of_ob3(document),
        proof=f"Signed by {plain(issuer_id, 120)}.",
        not_before=max(_moments(document, "nbf", "validFrom", "issuanceDate"), default=None),
        expires=min(_moments(document, "exp", "validUntil", "expirationDate"), default=None),
        revoked=lambda: revocation(document, inquiry),
    )


def refuse_embedded_proof(credential: Credential, inquiry: Inquiry) -> Authentic:
    """A credential in JSON carries its proof inside (Data Integrity). That needs RDF canonicalisation and is not
    checked here; saying so is better than trusting it. Always raises Refused."""
    raise Refused("The badge is JSON with an embedded proof, which is not checked here; a signed token (JWT) is.")


def _require_same(document: Document, claim: str, expected: str, what: str) -> None:
    """§8.2.4: each registered claim repeats a member of the credential. ``iss`` must be there, the others may not
    contradict."""
    found = document.get(claim)
    if (found is None and claim == "iss") or found not in (None, expected):
        raise Refused(f"The token contradicts itself: its {claim!r} claim is not the credential's {what}.")


def _moments(document: Document, claim: str, *members: str) -> list[datetime]:
    """All statements of one moment; they should agree, and where they do not, the stricter one will count.

    The claim is a number (RFC 7519 §2 NumericDate), the members are text. Raises Refused for anything else.
    """
    stated = [(document[name], name) for name in (claim, *members) if document.get(name) is not None]
    moments = [_moment(value, is_claim=name == claim) for value, name in stated]
    if None in moments:
        raise Refused("A date in the badge cannot be read.")
    return [m for m in moments if m is not None]


def _moment(value: Any, *, is_claim: bool) -> datetime | None:
    if is_claim:
        return from_epoch(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    return from_iso(value) if isinstance(value, str) else None

"""Is this badge genuine, current, and whose? The one question; the answer is never an exception.

    result = verify(data, recipient="alice@example.org", fetch=fetcher.for_one_badge())

A verdict is about the credential, not about the issuer's fame: "verified" says that the issuer named by id really
awarded this, unchanged, to this person, and has not withdrawn it. Whether that issuer deserves trust is the reader's
decision.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from adapters.answer import Answer
from adapters.badge_award import Award, award_of_ob3
from adapters.badge_formats import Credential, Format, recognise
from adapters.badge_keys import load_key
from adapters.badge_ob2 import authenticate_hosted, authenticate_signed, claimed_by_ob2
from adapters.badge_ob3 import authenticate_ob3, refuse_embedded_proof
from adapters.badge_result import Authentic, Fetch, Inquiry, Refused, VerificationResult
from adapters.errors import BadAnswer, Unreachable
from adapters.records import Verification

AUTHENTICATE: Mapping[Format, Callable[[Credential, Inquiry], Authentic]] = {
    Format.OB2_HOSTED: authenticate_hosted,
    Format.OB2_SIGNED: authenticate_signed,
    Format.OB3_JWT: authenticate_ob3,
    Format.OB3_EMBEDDED_PROOF: refuse_embedded_proof,
}


def offline(address: str) -> Answer:
    """A ``fetch`` that reaches nothing; did:key credentials without a status list need no more."""
    raise Unreachable("no network is used")


def verify(credential: bytes | str | Mapping[str, Any] | Credential, *, recipient: str | None = None,
           key: str | bytes | Mapping[str, Any] | None = None, fetch: Fetch = offline,
           now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> VerificationResult:
    """Check one badge completely.

    credential: a file's bytes (JSON, token, baked PNG or SVG), a token, JSON text or object, or an http(s) address.
    recipient: the e-mail address it must be awarded to. key: the issuer's public key (PEM or JWK), if somebody we
    trust gave it to us. fetch: the guarded way out. Raises Misconfigured for an unusable key, nothing else.
    """
    inquiry = Inquiry(fetch, now(), load_key(key) if key is not None else None)
    found: Credential | None = None
    try:
        found = credential if isinstance(credential, Credential) else recognise(credential)
        found = opened(found, inquiry)
        return _judged(AUTHENTICATE[found.format](found, inquiry), found, recipient, inquiry)
    except BadAnswer as error:
        sample = f" ({error.sample})" if error.sample else ""
        verdict, reason = Verification.NOT_VERIFIED, f"This cannot be read as a badge: {error.reason}{sample}."
    except Refused as refusal:
        verdict, reason = refusal.verification, refusal.reason
    award = claimed(found) if found else None
    return VerificationResult(verification=verdict, reason=reason, format=found.format if found else "", award=award,
                              recipient_matches=_is_for(award, recipient) if award else None)


def claimed(credential: Credential) -> Award | None:
    """What a credential says, unproved; None for an address."""
    match credential.format:
        case Format.ADDRESS:
            return None
        case Format.OB2_HOSTED | Format.OB2_SIGNED:
            return claimed_by_ob2(credential.document)
        case _:
            return award_of_ob3(credential.document)


def opened(credential: Credential, inquiry: Inquiry) -> Credential:
    """An address replaced by what lies there; a picture may hold an address once more (OB 1.x baking), no further.

    Raises Refused (REVOKED for HTTP 410) and BadAnswer.
    """
    for _hop in range(2):
        if credential.format is not Format.ADDRESS:
            break
        answer = inquiry.answer(credential.text, "badge")
        if answer.status == 410:
            raise Refused("The issuer revoked this badge (HTTP 410).", Verification.REVOKED)
        if answer.status != 200:
            raise Refused(f"There is no badge at this address (HTTP {answer.status}).")
        credential = recognise(answer.body)
    if credential.format is Format.ADDRESS:
        raise Refused("The address leads to another address, and no further is followed.")
    return credential


def _judged(authentic: Authentic, credential: Credential, recipient: str | None,
            inquiry: Inquiry) -> VerificationResult:
    """Genuine; now whose, whether withdrawn, and when. A badge both expired and revoked is revoked; one whose
    revocation nobody can tell is expired if it is, and otherwise not verified."""
    ours = _is_for(authentic.award, recipient)
    verdict, reason = Verification.VERIFIED, authentic.proof
    late = inquiry.leeway
    try:
        if ours is False:
            raise Refused("The badge was awarded to somebody else.")
        expired = authentic.expires is not None and authentic.expires + late < inquiry.now
        try:
            revoked = authentic.revoked()
        except Refused:
            if not expired:
                raise
            revoked = None
        if revoked:
            raise Refused(revoked, Verification.REVOKED)
        if expired and authentic.expires:
            raise Refused(f"The badge was valid until {authentic.expires.date().isoformat()}.", Verification.EXPIRED)
        if authentic.not_before and authentic.not_before > inquiry.now + late:
            raise Refused(f"The badge is not valid before {authentic.not_before.date().isoformat()}.")
    except Refused as refusal:
        verdict, reason = refusal.verification, refusal.reason
    return VerificationResult(verification=verdict, reason=reason, format=credential.format, award=authentic.award,
                              recipient_matches=ours)


def _is_for(award: Award, recipient: str | None) -> bool | None:
    return None if recipient is None else any(r.is_(recipient) for r in award.recipients)

"""From a checked credential to the badge on the learner's page."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from adapters.badge_award import Award
from adapters.badge_formats import Credential
from adapters.badge_result import VerificationResult
from adapters.records import Badge, Origin, Verification

_NEVER = datetime.min.replace(tzinfo=UTC)


def badge_of(credential: Credential, award: Award, result: VerificationResult, *, answer: str,
             trusted: frozenset[str] = frozenset()) -> Badge:
    """answer: where it stood. trusted: ids of the issuers whose badges count; empty = every provable one."""
    verdict, reason = result.verification, result.reason
    if trusted and verdict is Verification.VERIFIED and award.issuer_id not in trusted:
        verdict, reason = Verification.NOT_VERIFIED, "The badge is genuine, but its issuer is not on the trusted list."
    return Badge(
        external_id=award.id or hashlib.sha256(credential.text.encode()).hexdigest(),
        name=award.name or "Badge",
        issuer=award.issuer or award.issuer_id,
        kind=award.kind,
        description=award.description,
        criteria=award.criteria,
        issued_at=award.issued_at,
        expires_at=award.expires_at,
        image_url=award.image_url,
        url=award.url,
        evidence_url=award.evidence_url,
        credential=credential.text,
        verification=verdict,
        verification_reason=reason,
        origin=Origin(answer, "the picture is embedded as data and not shown" if award.image_embedded else ""),
    )


def one_of_each(badges: Iterable[tuple[str, Badge]]) -> tuple[Badge, ...]:
    """One badge per id. A badge issued anew by the same issuer replaces the old one (OB 3.0 §6.2: same issuer and id,
    newer date); nobody else can take a genuine badge's place. badges: (issuer's id, badge)."""
    kept: dict[str, tuple[str, Badge]] = {}
    for issuer_id, badge in badges:
        known_issuer, known = kept.setdefault(badge.external_id, (issuer_id, badge))
        better = _genuine(badge) > _genuine(known)
        newer = (issuer_id == known_issuer and _genuine(badge) == _genuine(known)
                 and (badge.issued_at or _NEVER) > (known.issued_at or _NEVER))
        if better or newer:
            kept[badge.external_id] = issuer_id, badge
    return tuple(badge for _issuer, badge in kept.values())


def _genuine(badge: Badge) -> bool:
    return badge.verification is not Verification.NOT_VERIFIED

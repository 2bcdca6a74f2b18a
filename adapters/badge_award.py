"""What a credential says, in neutral words: who awarded what, when, for what. Pure; nothing here proves anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.badge_jsonld import Document, named, node, text
from adapters.badge_recipient import Recipient, recipients_of
from adapters.records import BadgeKind
from adapters.text import SUMMARY_LIMIT, from_html, plain, web_address
from adapters.times import from_iso

_KINDS = {"certificate": BadgeKind.CERTIFICATE, "certification": BadgeKind.CERTIFICATE,
          "certificateofcompletion": BadgeKind.CERTIFICATE, "license": BadgeKind.LICENCE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """id and issuer_id together name an award for good (OB 3.0 §6.2: the same pair is the same credential)."""

    id: str
    name: str
    issuer: str
    issuer_id: str
    recipients: tuple[Recipient, ...] = ()
    kind: BadgeKind = BadgeKind.BADGE
    description: str = ""
    criteria: str = ""
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    image_url: str | None = None
    """http(s) only."""
    image_embedded: bool = False
    """True if the credential brings its picture as data instead of an address."""
    url: str | None = None
    evidence_url: str | None = None


def award_of_ob2(assertion: Document, badge_class: Document, issuer: Document) -> Award:
    """Open Badges 2.0: Assertion, BadgeClass and issuer Profile; the latter two may be empty."""
    image = named(assertion.get("image")) or named(badge_class.get("image"))
    return Award(
        id=text(assertion.get("id")),
        name=plain(text(badge_class.get("name"))),
        issuer=plain(text(issuer.get("name"))),
        issuer_id=text(issuer.get("id")) or named(badge_class.get("issuer")) or "",
        recipients=recipients_of(assertion),
        description=from_html(text(badge_class.get("description"))),
        criteria=_criteria(badge_class.get("criteria")),
        issued_at=from_iso(text(assertion.get("issuedOn"))),
        expires_at=from_iso(text(assertion.get("expires"))),
        image_url=web_address(image),
        image_embedded=(image or "").startswith("data:"),
        url=web_address(text(assertion.get("id"))),
        evidence_url=web_address(named(assertion.get("evidence"))),
    )


def award_of_ob3(credential: Document) -> Award:
    """Open Badges 3.0: OpenBadgeCredential, also with the older names issuanceDate and expirationDate (VC 1.1)."""
    issuer, achievement = node(credential.get("issuer")), node(node(credential.get("credentialSubject"))
                                                               .get("achievement"))
    image = named(credential.get("image")) or named(achievement.get("image"))
    issued = (text(credential.get("awardedDate")) or text(credential.get("validFrom"))
              or text(credential.get("issuanceDate")))
    return Award(
        id=text(credential.get("id")),
        name=plain(text(achievement.get("name")) or text(credential.get("name"))),
        issuer=plain(text(issuer.get("name"))),
        issuer_id=named(credential.get("issuer")) or "",
        recipients=recipients_of(credential),
        kind=_KINDS.get(text(achievement.get("achievementType")).lower(), BadgeKind.BADGE),
        description=from_html(text(achievement.get("description"))),
        criteria=_criteria(achievement.get("criteria")),
        issued_at=from_iso(issued),
        expires_at=from_iso(text(credential.get("validUntil")) or text(credential.get("expirationDate"))),
        image_url=web_address(image),
        image_embedded=(image or "").startswith("data:"),
        url=web_address(text(credential.get("id"))),
        evidence_url=web_address(named(credential.get("evidence"))),
    )


def _criteria(value: Any) -> str:
    """The narrative, or else the address where the criteria stand."""
    return plain(text(node(value).get("narrative")), SUMMARY_LIMIT) or web_address(named(value)) or ""

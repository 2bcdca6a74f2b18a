"""Badges: what has been earned, newest first, each with what our own check of it said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from babel.dates import format_timedelta

from adapters.records import Badge, BadgeKind, Capability, Verification
from portal.home.cards import BadgeCard, art_of, platform_names
from portal.home.reader import Reader
from portal.home.section import Section, SectionOptions, Words
from portal.learner_view import BadgeItem, LearnerView, Need
from portal.texts import _

EXPIRES_SOON = timedelta(days=60)

_KINDS = {
    BadgeKind.BADGE: (_("Badge"), "seal"), BadgeKind.CERTIFICATE: (_("Certificate"), "shield"),
    BadgeKind.LICENCE: (_("Licence"), "plaque"),
}
_VERIFICATION = {
    Verification.VERIFIED: (_("Verified"), "good", "verified"),
    Verification.NOT_VERIFIED: (_("Not verified"), "bad", "unverified"),
    Verification.UNCHECKED: (_("Not checked yet"), "quiet", "unchecked"),
    Verification.EXPIRED: (_("Expired"), "bad", "expired"),
    Verification.REVOKED: (_("Revoked"), "bad", "revoked"),
}
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Badges(Section[BadgeItem]):
    key = "badges"
    needs = frozenset({Need.BADGES})
    fed_by = frozenset({Capability.BADGES})
    first_row = 6
    Options = SectionOptions

    def words(self, reader: Reader) -> Words:
        return Words(reader.say("Earned"), reader.say("Your first badge will hang here"),
                     reader.say("Certificates, licences and badges from every platform, gathered and checked for you."))

    def items(self, view: LearnerView, reader: Reader) -> Sequence[BadgeItem]:
        return sorted(view.badges, key=lambda item: (item.badge.issued_at or _LONG_AGO, item.seen.id), reverse=True)

    def cards(self, items: Sequence[BadgeItem], view: LearnerView, reader: Reader) -> tuple[BadgeCard, ...]:
        names = platform_names(view)
        return tuple(_card(item, names.get(item.seen.connection_id, ""), reader) for item in items)


def _card(item: BadgeItem, platform: str, reader: Reader) -> BadgeCard:
    badge = item.badge
    kind, shape = _KINDS[badge.kind]
    state = _verification(badge, reader.now)
    said, tone, seal = _VERIFICATION[state]
    expiry, expiry_tone = _expiry(badge, state, reader)
    return BadgeCard(
        href=f"/go/badge/{item.seen.id}", name=badge.name, issuer=badge.issuer,
        opens=reader.say("opens {platform}", platform=platform) if platform else reader.say("opens its platform"),
        kind=reader.say(kind), shape=shape, icon=badge.kind.value, art=art_of(item.seen.id),
        issued=reader.month_of_year(badge.issued_at) if badge.issued_at else "",
        verification=reader.say(said), tone=tone, seal=seal, expiry=expiry, expiry_tone=expiry_tone)


def _verification(badge: Badge, now: datetime) -> Verification:
    """A date that has passed since the check outweighs what the check said, but never a revocation."""
    if badge.verification is Verification.REVOKED:
        return Verification.REVOKED
    if badge.expires_at is not None and badge.expires_at <= now:
        return Verification.EXPIRED
    return badge.verification


def _expiry(badge: Badge, state: Verification, reader: Reader) -> tuple[str, str]:
    if badge.expires_at is None or state in (Verification.EXPIRED, Verification.REVOKED):
        return "", ""
    left = badge.expires_at - reader.now
    if left > EXPIRES_SOON:
        return reader.say("Valid until {month}", month=reader.month_of_year(badge.expires_at)), "quiet"
    return reader.say("Expires {when}", when=format_timedelta(left, add_direction=True, threshold=1.0,
                                                              locale=reader.locale)), "soon"

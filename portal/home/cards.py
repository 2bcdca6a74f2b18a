"""What a card shows: texts in the reader's language, addresses within the portal, names of drawings. Nothing to decide.

Vendor text (title, provider, a platform's reason) is passed on as it is; the template escapes and isolates it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from adapters.records import LearningResource, ResourceType
from portal.home.reader import Reader
from portal.learner_view import LearnerView
from portal.texts import _

HUES = 12
PATTERNS = 4

_TYPES = {
    ResourceType.COURSE: _("Course"), ResourceType.PATH: _("Learning path"),
    ResourceType.VIDEO: _("Video"), ResourceType.AUDIO: _("Audio"),
    ResourceType.DOCUMENT: _("Document"), ResourceType.BOOK: _("Book"),
    ResourceType.EXERCISE: _("Exercise"), ResourceType.EVENT: _("Event"),
    ResourceType.OTHER: _("Learning"),
}
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The resource on a card.

    href: our address that leads to the platform. title: vendor text. part: vendor text, the activity inside the
    resource that is meant, "" = the whole of it. lang: BCP 47 tag of both texts, "" = unknown.
    opens: for screen readers, "opens Moodle". platform: name of the connection. type: "Course"; icon: its drawing.
    art: CSS classes of the generated cover. duration: "2 h 30 min" or "". language: name of a language that is not
    the reader's, or "". provider: vendor text, "" where it is the platform.
    """

    href: str
    title: str
    part: str
    lang: str
    opens: str
    platform: str
    type: str
    icon: str
    art: str
    duration: str
    language: str
    provider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A course card. percent: 0–100 or None; progress: the same in words; activity: when last touched;
    due, due_tone: as in DueCard, "" where nothing is due; reason: why it is proposed; reason_quoted: the reason
    is the platform's own text."""

    about: About
    percent: int | None = None
    progress: str = ""
    activity: str = ""
    due: str = ""
    due_tone: str = ""
    reason: str = ""
    reason_quoted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DueCard:
    """One line of Due soon. due: "2 days overdue". tone: late, today, soon, later or undated. tile_day, tile_month:
    the calendar tile, "" where no date is known; required: the word, or ""; by: who asks for it (vendor text)."""

    about: About
    due: str
    tone: str
    tile_day: str
    tile_month: str
    required: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeCard:
    """One medallion. shape, icon, art: its drawing. kind: "Certificate". verification: words; tone: good, quiet or
    bad; seal: icon beside the words. expiry: "expires in 3 weeks" or "". issued: "Nov 2026" or ""."""

    href: str
    name: str
    issuer: str
    opens: str
    kind: str
    shape: str
    icon: str
    art: str
    issued: str
    verification: str
    tone: str
    seal: str
    expiry: str
    expiry_tone: str


def platform_names(view: LearnerView) -> dict[int, str]:
    """connection id → name."""
    return {source.connection_id: source.name for source in view.sources}


def art_of(number: int) -> str:
    """The same number always gets the same drawing; neighbours rarely look alike."""
    mixed = number * 2_654_435_761 % 2**32 >> 8     # Knuth's multiplicative hashing
    return f"h{mixed % HUES} p{mixed // HUES % PATTERNS}"


def about(resource: LearningResource, resource_id: int, platform: str, reader: Reader, *,
          href: str | None = None, part: str | None = None) -> About:
    """href, part: of the activity meant, where it is not the whole resource."""
    tag = resource.language or ""
    return About(
        href=href or f"/go/resource/{resource_id}", title=resource.title,
        part=part if part and part != resource.title else "",
        lang=tag if _TAG.fullmatch(tag) else "",
        opens=reader.say("opens {platform}", platform=platform) if platform else reader.say("opens its platform"),
        platform=platform, type=reader.say(_TYPES[resource.type]), icon=resource.type.value, art=art_of(resource_id),
        duration=reader.duration(resource.duration) if resource.duration else "",
        language=reader.language(resource.language),
        provider=resource.provider if resource.provider != platform else "")

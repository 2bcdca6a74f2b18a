"""What do the provider's claims say about a person? Pure: claims and settings in, a person out.

Every value is checked, since a provider may send anything. Roles come from groups by exact, case-sensitive match;
whatever cannot be read gives no role and a warning for the admin.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from adapters.text import plain
from portal.config import Settings
from portal.security.role import Role
from portal.signin.tokens import moment, subject_of
from portal.store.people import Person

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}")
_EMAIL = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,255}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A person and their session at the provider.

    authenticated_at: when they last proved who they are; None when the provider does not say.
    session_ends_at: the provider's own limit (IPSIE ``session_expiry``). warnings: stable words for the audit log.
    """

    person: Person
    sid: str | None
    authenticated_at: datetime | None
    session_ends_at: datetime | None
    warnings: tuple[str, ...]


def identity_from(claims: Mapping[str, Any], settings: Settings) -> Identity:
    """claims: verified. Raises SignInFailed when there is no usable subject."""
    roles, warnings = _roles(claims, settings)
    person = Person(
        issuer=settings.issuer, subject=subject_of(claims),
        email=_email(claims.get("email")), email_verified=claims.get("email_verified") is True,
        id_number=_id_number(claims.get(settings.id_number_claim)),
        username=_text(claims.get("preferred_username"), 255) or None,
        name=_text(claims.get("name"), 300), given_name=_text(claims.get("given_name"), 300),
        language=language_from(claims.get("locale")), zone=zone_from(claims.get("zoneinfo")), roles=roles)
    sid = claims.get("sid")
    return Identity(person=person, sid=sid if isinstance(sid, str) and 0 < len(sid) <= 255 else None,
                    authenticated_at=moment(claims.get("auth_time")),
                    session_ends_at=moment(claims.get("session_expiry")), warnings=warnings)


def _roles(claims: Mapping[str, Any], settings: Settings) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Everybody is a learner. The second part: why no group could be read, if so."""
    name, learner = settings.roles_claim, (Role.LEARNER.value,)
    listed = claims.get(name)
    elsewhere = claims.get("_claim_names")
    if isinstance(elsewhere, dict) and name in elsewhere:   # Entra ID: too many groups to fit, only a link
        return learner, ("groups_overage",)
    if listed is None:
        return learner, ("groups_missing",)
    if not isinstance(listed, list):
        return learner, ("groups_not_a_list",)
    groups = {group for group in listed if isinstance(group, str)}
    granted = ((Role.ADMIN, settings.admin_groups), (Role.PRODUCT_MANAGER, settings.product_manager_groups))
    return learner + tuple(role.value for role, names in granted if groups & settings.groups_of(names)), ()


def language_from(locale: object) -> str | None:
    """A BCP 47 tag in its usual spelling (``pt-BR``, ``zh-Hant``), also from ``pt_BR``; None when it is none."""
    if not isinstance(locale, str):
        return None
    tag = locale.split(".")[0].split("@")[0].replace("_", "-")
    if len(tag) > 35 or not _LANGUAGE.fullmatch(tag):
        return None
    first, *others = tag.split("-")
    spelled = {2: str.upper, 4: str.title}
    return "-".join([first.lower(), *(spelled.get(len(part), str.lower)(part) for part in others)])


def zone_from(name: object) -> str | None:
    """An IANA time zone this machine knows, or None."""
    if not isinstance(name, str) or not 0 < len(name) <= 64:
        return None
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _text(value: object, limit: int) -> str:
    return plain(value, limit) if isinstance(value, str) else ""


def _email(value: object) -> str | None:
    return value if isinstance(value, str) and _EMAIL.fullmatch(value) else None


def _id_number(value: object) -> str | None:
    """Some directories send the personnel number as a number."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return _text(value, 100) or None

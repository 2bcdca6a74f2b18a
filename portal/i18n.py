"""In which language, and in which zone, does this person read?

The learner's own language, then the browser's, then the default; only languages with a catalogue count.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import negotiate_locale
from flask import Flask, request
from flask_babel import Babel, get_locale

from portal.config import Settings

TRANSLATIONS = Path(__file__).parent / "translations"
SOURCE_LANGUAGE = "en"


def languages(folder: Path = TRANSLATIONS) -> tuple[str, ...]:
    """The source language, and every one with a compiled catalogue: ``de``, ``pt_BR`` …"""
    found = (path.parent.parent.name for path in folder.glob("*/LC_MESSAGES/messages.mo"))
    return (SOURCE_LANGUAGE, *sorted(set(found) - {SOURCE_LANGUAGE}))


def choose(supported: tuple[str, ...], preferred: list[str], default: str) -> str:
    """preferred: BCP 47 tags, best first. A regional tag also finds its language (``de-AT`` → ``de``)."""
    wanted = [tag.replace("-", "_") for tag in (*preferred, default)]
    return negotiate_locale(wanted, supported) or SOURCE_LANGUAGE


def set_up(app: Flask, settings: Settings, language: Callable[[], str | None], zone: Callable[[], str | None]) -> None:
    """language, zone: the signed-in learner's, if there is one and it is known."""
    supported = languages()

    def locale() -> str:
        own = language()
        return choose(supported, ([own] if own else []) + list(request.accept_languages.values()),
                      settings.default_language)

    def time_zone() -> ZoneInfo:
        return ZoneInfo(zone() or settings.default_zone)

    Babel(  # type: ignore[no-untyped-call]
        app, default_locale=SOURCE_LANGUAGE, default_translation_directories=str(TRANSLATIONS),
        locale_selector=locale, timezone_selector=time_zone)

    @app.context_processor
    def page() -> dict[str, str]:
        found = get_locale()
        if found is None:
            return {}
        return {"page_language": str(found).replace("_", "-"), "page_direction": found.text_direction}

"""How a course of a Moodle site is written down here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Course:
    """One course in one or several languages. key: our own name for it. category: as the site files it.

    versions: language → (title, summary); ``{year}`` in both becomes the year of the edition.
    required: everybody, or these departments, must take it; empty = of one's own choice. yearly: one edition a year.
    """

    key: str
    category: str
    versions: dict[str, tuple[str, str]]
    required: frozenset[str] | Literal["everybody"] = field(default_factory=frozenset)
    yearly: bool = False
    departments: frozenset[str] = frozenset()
    """Who chooses it; empty = anybody."""


FINAL_TEST: dict[str, str] = {
    "en": "Final test", "de": "Abschlusstest", "fr": "Test final", "es": "Prueba final", "pl": "Test końcowy",
    "nl": "Eindtoets", "it": "Prova finale", "cs": "Závěrečný test", "sv": "Slutprov", "pt-BR": "Prova final",
}
"""What the activity is called that has to be done by a date."""

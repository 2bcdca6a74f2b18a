"""The German catalogue: complete for the learner's page, with the same placeholders, compiled."""

from __future__ import annotations

import io
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.messages import Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from portal.home import patterns
from portal.home.reader import Reader
from portal.i18n import TRANSLATIONS
from tests.home.conftest import Portal
from tests.home.learners import NOW

ROOT = Path(__file__).parents[2]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "say": None, "say_n": (1, 2)}
PAGES = [*(ROOT / "portal/home").rglob("*.py"), *(ROOT / "templates/home").rglob("*.html"),
         ROOT / "templates/base.html"]
CATALOGUE = TRANSLATIONS / "de/LC_MESSAGES/messages.po"


def _catalogue() -> list[Message]:
    with CATALOGUE.open("rb") as file:
        return [message for message in read_po(file, locale="de") if message.id]


def _forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def test_german__has_every_sentence_of_the_learners_page() -> None:
    known = {form for message in _catalogue() if message.string for form in _forms(message.id)}
    asked = {form for path in PAGES
             for _, found, _, _ in extract_from_file("python" if path.suffix == ".py" else "jinja2.ext:babel_extract",
                                                     path, keywords=KEYWORDS)
             for form in _forms(found) if form}
    assert len(asked) > 80
    assert asked - known == set()


def test_german__keeps_every_placeholder() -> None:
    for message in _catalogue():
        wanted = [set(re.findall(r"\{\w+\}|%\(\w+\)s", form)) for form in _forms(message.id)]
        for form in _forms(message.string):
            assert set(re.findall(r"\{\w+\}|%\(\w+\)s", form)) in wanted, message.id


def test_german__is_compiled_from_its_source() -> None:
    fresh = io.BytesIO()
    with CATALOGUE.open("rb") as file:
        write_mo(fresh, read_po(file, locale="de"))
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        stored = {str(message.id): message.string for message in read_mo(file)}
    fresh.seek(0)
    assert stored == {str(message.id): message.string for message in read_mo(fresh)}


@pytest.mark.parametrize("state", tuple(patterns.example_pages(Reader(now=NOW, zone=ZoneInfo("UTC")))))
def test_german__every_state_can_be_said(state: str) -> None:
    german = Reader(now=NOW, zone=ZoneInfo("UTC"), locale=Locale("de"),
                    translations=Translations.load(TRANSLATIONS, ["de"]))
    made = patterns.example_pages(german)[state]()
    assert made.greeting.startswith(("Guten Tag", "Willkommen"))
    assert made.sections[1].heading == "Demnächst fällig"


def test_page__is_german_for_those_who_read_german(portal: Portal) -> None:
    client, learner = portal.sign_in()
    with portal.database.write() as tx:
        tx.exec_driver_sql(f"UPDATE learner SET language = 'de-AT' WHERE id = {learner.id}")
    html = client.get("/").text
    assert '<html lang="de"' in html
    assert "Zum Inhalt springen" in html
    assert "Willkommen, Ada" in html

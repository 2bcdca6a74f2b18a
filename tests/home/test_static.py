"""Styles, scripts and templates as files: what can be checked without a browser."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import xml.etree.ElementTree as ET
from itertools import product
from pathlib import Path

import pytest

from portal.home.sections import SECTIONS
from tests.home.conftest import Portal

ROOT = Path(__file__).parents[2]
STYLES = sorted((ROOT / "static/css").glob("*.css"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
HTMX = ROOT / "static/vendor/htmx-2.0.11.min.js"


def test_htmx__is_the_file_its_note_describes() -> None:
    note = (ROOT / "static/vendor/README.md").read_text("utf-8")
    assert hashlib.sha256(HTMX.read_bytes()).hexdigest() in note
    named = set(re.findall(r"`([\w.-]+\.js)`", note))
    assert {path.name for path in HTMX.parent.iterdir()} == {"README.md", *named}


def test_htmx__knows_every_setting_the_page_gives_it() -> None:
    base = (ROOT / "templates/base.html").read_text("utf-8")
    found = re.search(r"name=\"htmx-config\" content='([^']+)'", base)
    assert found
    settings = json.loads(found[1])
    assert settings == {"allowEval": False, "includeIndicatorStyles": False, "allowScriptTags": False,
                        "selfRequestsOnly": True, "historyCacheSize": 0}
    program = HTMX.read_text("utf-8")
    assert all(f"{name}:" in program for name in settings)


def test_styles__stay_small() -> None:
    assert len(gzip.compress(b"".join(path.read_bytes() for path in STYLES))) <= 10_000


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_styles__are_logical_and_from_this_house(path: Path) -> None:
    css = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
    physical = re.findall(r"(?:^|[;{\s])((?:margin|padding|border)-(?:left|right|top|bottom)|left|right|top|bottom"
                          r"|(?:min-|max-)?(?:width|height))\s*:", re.sub(r"\((?:min|max)-width:[^)]*\)", "", css))
    assert physical == []
    assert "url(" not in css
    assert "@import" not in css


def test_icons__every_drawing_that_is_asked_for_exists() -> None:
    there = {e.attrib["id"] for e in ET.parse(ROOT / "static/icons.svg").iter() if "id" in e.attrib}
    text = "\n".join(path.read_text("utf-8") for path in TEMPLATES)
    asked = set(re.findall(r"icon\(\"([\w-]+)\"", text))
    assert asked
    assert asked <= there


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_template__compiles_and_a_page_has_a_title(path: Path, portal: Portal) -> None:
    name = str(path.relative_to(ROOT / "templates"))
    portal.app.jinja_env.get_template(name)
    text = path.read_text("utf-8")
    if '{% extends "base.html" %}' in text:
        assert "{% block title %}" in text
    assert not re.search(r"<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=|\|\s*safe", text)


def test_sections__have_exactly_their_templates() -> None:
    assert {path.stem for path in (ROOT / "templates/home/sections").glob("*.html")} == {s.key for s in SECTIONS}


# --- contrast, WCAG 2.2 1.4.3 and 1.4.11 ---

def _colours(scheme: int) -> dict[str, str]:
    css = (ROOT / "static/css/base.css").read_text("utf-8")
    return {name: (light, dark)[scheme]
            for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", css)}


def _luminance(colour: str) -> float:
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= .04045 else ((p + .055) / 1.055) ** 2.4 for p in parts]
    return .2126 * linear[0] + .7152 * linear[1] + .0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + .05) / (dark + .05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), [
    *((ink, ground, 4.5) for ink, ground in product(("ink", "ink-2", "accent", "bad", "warn", "good"),
                                                    ("paper", "surface", "sunken"))),
    ("on-accent", "accent", 4.5), ("accent", "accent-soft", 4.5), ("bad", "bad-soft", 4.5), ("warn", "warn-soft", 4.5),
    ("good", "good-soft", 4.5), ("edge", "surface", 3.0), ("edge", "paper", 3.0), ("accent", "sunken", 3.0),
])
def test_contrast__is_enough_in_both_schemes(scheme: int, ink: str, ground: str, least: float) -> None:
    colours = _colours(scheme)
    assert _contrast(colours[ink], colours[ground]) >= least

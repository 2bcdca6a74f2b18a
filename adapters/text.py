"""Vendor text made harmless and plain: no markup, no control characters, no endless titles.

Whether a field is HTML-escaped differs per vendor *and per field*; the mapping says which function it needs.
"""

from __future__ import annotations

import html
import re
import unicodedata
from html.parser import HTMLParser
from urllib.parse import urlsplit

TITLE_LIMIT, SUMMARY_LIMIT = 200, 600
_BIDI_CONTROLS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C])
_COMBINING = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_PILED_UP = re.compile(f"([{_COMBINING}]{{2}})[{_COMBINING}]+")
_BLOCKS = frozenset(["p", "br", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "table"])


def plain(text: str | None, limit: int = TITLE_LIMIT) -> str:
    """Text that is already plain: control and bidi characters out, white space folded, clipped with an ellipsis."""
    if not text:
        return ""
    kept = "".join(c for c in unicodedata.normalize("NFC", text[: limit * 20]).translate(_BIDI_CONTROLS)
                   if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs", "Co"))
    folded = _PILED_UP.sub(r"\1", " ".join(kept.split()))
    return folded if len(folded) <= limit else folded[: limit - 1].rstrip() + "…"


def unescaped(text: str | None, limit: int = TITLE_LIMIT) -> str:
    """Text the vendor HTML-escaped: entities are decoded exactly once."""
    return plain(html.unescape(text[: limit * 40]) if text else text, limit)


def from_html(markup: str | None, limit: int = SUMMARY_LIMIT) -> str:
    """The visible text of an HTML fragment; scripts and styles are dropped with their content."""
    if not markup:
        return ""
    reader = _VisibleText()
    reader.feed(markup[: limit * 200])
    reader.close()
    return plain("".join(reader.parts), limit)


def web_address(text: str | None) -> str | None:
    """An absolute http(s) address, or None: ``javascript:``, ``data:`` and relative links never pass."""
    if not text:
        return None
    address = text.strip()
    if len(address) > 2_000 or any(c.isspace() or ord(c) < 0x20 or c in "\\<>\"'`" for c in address):
        return None
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.username or parts.password)
        _ = parts.port
    except ValueError:
        return None
    return address if usable else None


class _VisibleText(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._hidden += 1
        elif tag in _BLOCKS:
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._hidden = max(0, self._hidden - 1)
        elif tag in _BLOCKS:
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)

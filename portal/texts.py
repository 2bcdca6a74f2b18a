"""Marks a text for the translation catalogue where no request is at hand; it is translated when it is shown."""

from __future__ import annotations


def _(text: str) -> str:
    return text

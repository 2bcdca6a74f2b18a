"""Which language a page speaks."""

from __future__ import annotations

import pytest

from portal.i18n import choose

SUPPORTED = ("en", "de", "pt_BR")


@pytest.mark.parametrize(("preferred", "default", "language"), [
    (["de"], "en", "de"), (["de-AT"], "en", "de"), (["fr", "de"], "en", "de"), (["fr"], "de", "de"), ([], "en", "en"),
    (["pt-BR"], "en", "pt_BR"), (["fr"], "fr", "en"), (["*"], "de", "de"),
], ids=str)
def test_language__is_the_first_wanted_that_there_is(preferred: list[str], default: str, language: str) -> None:
    assert choose(SUPPORTED, preferred, default) == language

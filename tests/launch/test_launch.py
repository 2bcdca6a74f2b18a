"""One click to the right place, and to no other (S21, S24; the redirect payloads of §1.5)."""

from __future__ import annotations

import pytest

from portal.launch.links import allowed

HOSTS = frozenset({"campus.example", "campus.example:8443"})

GOOD = ["https://campus.example/course/view.php?id=7", "http://campus.example/", "https://CAMPUS.example/x",
        "https://campus.example:8443/a#b"]
BAD = [None, "", "/course/7", "//evil.example", "////evil.example", "/\\evil", "\\/evil", "https:evil",
       "https:///evil.example", "javascript:alert(1)", "data:text/html,x", "https://evil.example/",
       "https://campus.example@evil.example/", "https://campus.example.evil.example/", "https://evil.example#campus.example",
       "https://campus.example:99999/", "https://user:pass@campus.example/", "https://campus.example\\@evil.example/",
       "https://campus.example\r\nSet-Cookie: a=b", "https://campus.example/a b", "ftp://campus.example/",
       "https://campus.example:444/", "https://[campus.example/", "vbscript:x", "https://campus.example\t.evil.example/"]


@pytest.mark.parametrize("url", GOOD)
def test_allowed__the_connections_own_hosts(url: str) -> None:
    assert allowed(url, HOSTS) == url


@pytest.mark.parametrize("url", BAD, ids=repr)
def test_allowed__nothing_else(url: str | None) -> None:
    assert allowed(url, HOSTS) is None

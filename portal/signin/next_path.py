"""Where does somebody land after signing in? Only on a page of ours, rebuilt from its parts."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import BuildError, Map, RequestRedirect

HOME = "/"
_LONGEST = 1_000


def own_path(wanted: str | None, routes: Map) -> str:
    """wanted, if it names one of our own pages that GET may open; otherwise "/".

    Nothing of the text itself is sent to a browser: the path is matched against our routes and built anew from the
    match, so that ``//evil``, ``/%09/evil``, ``\\evil`` or ``https:evil`` have nothing to hide in.
    """
    if not wanted or len(wanted) > _LONGEST or not wanted.startswith("/") or _suspicious(wanted):
        return HOME
    try:
        parts = urlsplit(wanted)
        path = unquote(parts.path, errors="strict")
        if parts.scheme or parts.netloc or _suspicious(path):
            return HOME
        adapter = routes.bind("")
        endpoint, values = adapter.match(path, method="GET")
        if endpoint == "static" or endpoint.startswith("signin."):
            return HOME
        query = urlencode(parse_qsl(parts.query, max_num_fields=20))
        built = str(adapter.build(endpoint, values))
    except (HTTPException, RequestRedirect, BuildError, ValueError):
        return HOME
    if not built.startswith("/") or built.startswith("//"):
        return HOME
    return f"{built}?{query}" if query else built


def _suspicious(text: str) -> bool:
    return "\\" in text or any(not c.isprintable() for c in text)

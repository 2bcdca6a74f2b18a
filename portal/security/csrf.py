"""Does this change come from our own page? Two independent checks for every unsafe method.

The browser says where the request comes from (Sec-Fetch-Site, or Origin), and the page proves it with a token made
from the session. The token is masked anew in every response, so that compressed pages do not betray it (BREACH).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, request

from portal.config import Settings
from portal.security.roles import signed_in

FIELD, HEADER = "csrf_token", "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_EXEMPT = "homeroom_csrf_exempt"
_LENGTH = 32
V = TypeVar("V", bound=Callable[..., Any])


def exempt(view: V) -> V:
    """For a view that no browser calls and that proves its caller in another way; say which beside it."""
    setattr(view, _EXEMPT, True)
    return view


def is_exempt(view: Callable[..., Any]) -> bool:
    return getattr(view, _EXEMPT, False) is True


def protect(app: Flask, settings: Settings) -> None:
    """Check every unsafe request; runs after the roles' check. Templates get ``csrf_token()``."""
    key = hashlib.sha256(b"csrf:" + settings.secret_key.get_secret_value().encode()).digest()

    def token_of_session() -> bytes | None:
        found = signed_in()
        return hmac.digest(key, found.id_hash.encode(), "sha256") if found else None

    @app.before_request
    def check() -> None:
        if request.method in _SAFE or request.endpoint is None:
            return
        if is_exempt(current_app.view_functions[request.endpoint]):
            return
        if not _from_our_site(settings.base_url):
            abort(403)
        expected = token_of_session()
        if expected is not None and not _fits(request.headers.get(HEADER) or request.form.get(FIELD, ""), expected):
            abort(403)

    def csrf_token() -> str:
        """Empty when nobody is signed in: then there is nothing to protect."""
        token = token_of_session()
        return _masked(token) if token else ""

    app.jinja_env.globals["csrf_token"] = csrf_token


def _from_our_site(base_url: str) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    return request.headers.get("Origin") == base_url


def _masked(token: bytes) -> str:
    mask = secrets.token_bytes(_LENGTH)
    return base64.urlsafe_b64encode(mask + _xor(mask, token)).rstrip(b"=").decode()


def _fits(said: str, expected: bytes) -> bool:
    try:
        raw = base64.urlsafe_b64decode(said + "=" * (-len(said) % 4))
    except (ValueError, binascii.Error):
        return False
    return len(raw) == 2 * _LENGTH and hmac.compare_digest(_xor(raw[:_LENGTH], raw[_LENGTH:]), expected)


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))

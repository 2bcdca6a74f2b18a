"""What every response tells the browser: what it may load, who may frame it, who may keep it."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g, request

from portal.config import Settings

_YEAR = 365 * 24 * 3600


def protect(app: Flask, settings: Settings) -> None:
    """Set the headers on every response, errors included.

    A view may have set its own Cache-Control, or its own content policy, which then decides about framing too.
    """
    framing = {"Content-Security-Policy": policy(settings), "X-Frame-Options": "DENY"}
    everywhere = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if settings.secure:
        everywhere["Strict-Transport-Security"] = f"max-age={_YEAR}; includeSubDomains"

    @app.after_request
    def add(response: Response) -> Response:
        own_policy = "Content-Security-Policy" in response.headers
        for name, value in (everywhere if own_policy else everywhere | framing).items():
            response.headers.setdefault(name, value)
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "private, no-cache")
            response.vary.add("Cookie")
        return response

    app.jinja_env.globals["correlation_id"] = correlation_id


def correlation_id() -> str:
    """Names this request on an error page, in the log and in the audit log."""
    if "correlation_id" not in g:
        g.correlation_id = secrets.token_hex(6)
    found: str = g.correlation_id
    return found


def policy(settings: Settings) -> str:
    """Content-Security-Policy. form-action names the provider because signing out is a form that ends there."""
    return "; ".join((
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
        f"form-action 'self' {provider_origin(settings)}", "base-uri 'none'", "object-src 'none'",
        "frame-ancestors 'none'"))


def framed_by_provider(settings: Settings) -> str:
    """Content-Security-Policy of the one page the provider may frame: it shows and loads nothing."""
    return f"default-src 'none'; frame-ancestors {provider_origin(settings)}"


def provider_origin(settings: Settings) -> str:
    issuer = urlsplit(settings.issuer)
    return f"{issuer.scheme}://{issuer.netloc}"

"""The demo's identity provider: a small but real OpenID provider in which anybody may be anybody.

For this machine only: there are no passwords. Whoever starts it calls ``ensure_loopback`` with the address first.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from pathlib import Path
from time import time
from typing import Any
from urllib.parse import urlencode, urlsplit

from authlib.oauth2 import OAuth2Error
from flask import Flask, Response, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from joserfc.jwk import KeySet
from werkzeug.exceptions import HTTPException

from portal.demo.people import DemoClient, DemoPerson
from portal.demo.provider_logout import tell_applications
from portal.demo.provider_memory import Memory, ProviderSession
from portal.demo.provider_protocol import authorization_server, discovery, signing_key

COOKIE = "homeroom-demo-provider"


class NotLoopback(Exception):
    """The demo must not be reachable from elsewhere: it signs anybody in as anybody."""


def ensure_loopback(host: str) -> str:
    """host, if it is an address of this machine only. Raises NotLoopback."""
    try:
        if host == "localhost" or ipaddress.ip_address(host).is_loopback:
            return host
    except ValueError:
        pass
    raise NotLoopback(f"the demo identity provider has no passwords and binds to 127.0.0.1 or ::1 only, not to {host}")


def create_identity_provider(issuer: str, people: Sequence[DemoPerson], clients: Sequence[DemoClient],
                             key_folder: Path) -> Flask:
    """issuer: its address, without a slash at the end. key_folder: keeps the signing key between starts.

    Raises NotLoopback.
    """
    ensure_loopback(urlsplit(issuer).hostname or "")
    app = Flask(__name__, template_folder="templates", static_folder="static")
    key = signing_key(key_folder)
    memory = Memory(people, clients)
    server = authorization_server(issuer, memory, key)
    _add_documents(app, issuer, KeySet([key]))
    _add_sign_in(app, issuer, memory, server)
    _add_sign_out(app, memory, server, lambda session: tell_applications(issuer, memory, session, key))
    _add_edges(app, clients)
    return app


def _add_documents(app: Flask, issuer: str, keys: KeySet) -> None:
    @app.get("/.well-known/openid-configuration")
    def configuration() -> Response:
        return jsonify(discovery(issuer))

    @app.get("/keys")
    def key_set() -> Response:
        return jsonify(keys.as_dict(private=False))


def _add_sign_in(app: Flask, issuer: str, memory: Memory, server: Any) -> None:
    @app.get("/authorize")
    def authorize() -> ResponseReturnValue:
        session = memory.session(request.cookies.get(COOKIE))
        try:
            grant = server.get_consent_grant(end_user=session)
        except OAuth2Error as error:
            return _refused(issuer, server, error)
        if session is None or grant.prompt == "login" or _too_long_ago(session):
            return _sign_in_page(memory, grant.request.client.registered.name)
        answer: Response = server.create_authorization_response(grant_user=session, grant=grant)
        return answer

    @app.post("/sign-in")
    def sign_in() -> ResponseReturnValue:
        _from_own_page()
        person = memory.people.get(request.form.get("subject", ""))
        if person is None:
            abort(404)
        asked = {name: value for name, value in request.args.items() if name not in ("prompt", "max_age", "find")}
        answer = redirect(url_for("authorize") + "?" + urlencode(asked) if asked else url_for("home"), 303)
        cookie = memory.sign_in(person).cookie
        answer.set_cookie(COOKIE, cookie, httponly=True, samesite="Lax", secure=issuer.startswith("https:"))
        return answer

    @app.post("/token")
    def token() -> Response:
        answer: Response = server.create_token_response()
        return answer

    @app.route("/userinfo", methods=["GET", "POST"])
    def userinfo() -> Response:
        answer: Response = server.create_endpoint_response("userinfo")
        return answer

    @app.get("/")
    def home() -> str:
        session = memory.session(request.cookies.get(COOKIE))
        return render_template("provider/home.html", person=session.person if session else None)


def _add_sign_out(app: Flask, memory: Memory, server: Any, tell: Any) -> None:
    @app.route("/end-session", methods=["GET", "POST"])
    def end_session() -> ResponseReturnValue:
        try:
            asked = server.validate_endpoint_request("end_session")
        except OAuth2Error as error:
            return _error_page(error.description or error.error, 400)
        session = memory.session(request.cookies.get(COOKIE))
        if request.method == "POST":
            _from_own_page()
        elif session and not _is_about(session, asked.id_token_claims):
            return render_template("provider/sign_out.html", person=session.person, asked=request.args)
        if session:
            memory.sign_out(session)
            tell(session)
        answer = redirect(asked.redirect_uri, 303) if asked.redirect_uri else Response(
            render_template("provider/signed_out.html"))
        answer.delete_cookie(COOKIE)
        return answer


def _add_edges(app: Flask, clients: Sequence[DemoClient]) -> None:
    """Headers, and a page for every error. A form may end at an application, hence the addresses in form-action."""
    addresses = [uri for client in clients for uri in (*client.redirect_uris, *client.post_logout_redirect_uris)]
    origins = sorted({f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, addresses)})
    policy = ("default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
              f"form-action 'self' {' '.join(origins)}")

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    @app.errorhandler(HTTPException)
    def page(error: HTTPException) -> ResponseReturnValue:
        if error.response is not None:      # Authlib's own answer, a JSON error for an application
            return error
        return _error_page(error.description or error.name, error.code or 500)


def _sign_in_page(memory: Memory, application: str) -> str:
    words = request.args.get("find", "").strip()[:80]
    return render_template(
        "provider/sign_in.html", application=application, personas=memory.personas(), words=words,
        found=memory.find(words) if words else [], how_many=len(memory.people), asked=request.args,
        query=urlencode([(name, value) for name, value in request.args.items() if name != "find"]))


def _refused(issuer: str, server: Any, error: OAuth2Error) -> ResponseReturnValue:
    """Back to the application if its address was checked, otherwise a page here (RFC 6749 §4.1.2.1)."""
    if not getattr(error, "redirect_uri", None):
        return _error_page(error.description or error.error, 400)
    answer: Response = server.handle_error_response(None, error)
    answer.location = f"{answer.location}&{urlencode({'iss': issuer})}"     # RFC 9207 §2
    return answer


def _error_page(said: object, status: int) -> ResponseReturnValue:
    return render_template("provider/error.html", said=said), status


def _too_long_ago(session: ProviderSession) -> bool:
    """OpenID Connect Core §3.1.2.1 ``max_age``, in seconds."""
    wanted = request.args.get("max_age", "")
    return wanted.isdigit() and time() - session.since > int(wanted)


def _is_about(session: ProviderSession, claims: dict[str, Any] | None) -> bool:
    return claims is not None and claims.get("sub") == session.person.subject


def _from_own_page() -> None:
    """No other site may sign somebody in or out here."""
    site = request.headers.get("Sec-Fetch-Site")
    if site not in (None, "same-origin", "none"):
        abort(403)

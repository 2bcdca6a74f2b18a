"""Signing in and out, as a browser sees it. What is checked stands in ``relying_party`` and ``tokens``."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_htmx import HTMX
from werkzeug.exceptions import RequestEntityTooLarge, TooManyRequests

from portal.learner_view import Learner
from portal.security import csrf
from portal.security.headers import correlation_id, framed_by_provider
from portal.security.rates import RateLimit
from portal.security.roles import FRESH, PUBLIC, allow, signed_in
from portal.services import Services
from portal.signin.claims import identity_from
from portal.signin.failures import ProviderUnavailable, SignInFailed
from portal.signin.logout import LONGEST_TOKEN, back_channel, front_channel, sign_out
from portal.signin.next_path import HOME, own_path
from portal.signin.provisioning import provision
from portal.signin.relying_party import CALLBACK_PATH, SIGNED_OUT_PATH, RelyingParty, check_once
from portal.signin.sessions import Sessions
from portal.store import audit
from portal.store import sessions as rows
from portal.store.database import Transaction
from portal.store.sessions import PendingSignIn

RETRY_AFTER_SECONDS = 30
KNOCKS, KNOCKS_PER = 1_200, timedelta(minutes=1)
"""Starts, callbacks and logout tokens from one address: a whole company may sit behind one at nine in the morning."""

_LIMITED = frozenset({"signin.start", "signin.callback", "signin.back_channel_logout",
                      "signin.front_channel_logout"})
OnSignIn = Callable[[Transaction, Learner], None]
log = logging.getLogger(__name__)


def create_blueprint(services: Services, provider: RelyingParty, sessions: Sessions, on_sign_in: OnSignIn) -> Blueprint:
    """on_sign_in: runs in the transaction that signs somebody in, so that both happen or neither."""
    area = Blueprint("signin", __name__)
    knocks = RateLimit(KNOCKS, KNOCKS_PER, services.clock)
    area.after_request(_keep_nothing)
    area.register_error_handler(SignInFailed, lambda error: _did_not_complete(services, error))

    @area.before_request
    def slow_down() -> None:
        if request.endpoint in _LIMITED and (wait := knocks.seconds_to_wait(request.remote_addr)):
            raise TooManyRequests(retry_after=wait)

    _add_signing_in(area, services, provider, sessions, on_sign_in)
    _add_signing_out(area, services, provider, sessions)
    _add_the_providers_word(area, services, provider)
    return area


def _add_signing_in(area: Blueprint, services: Services, provider: RelyingParty, sessions: Sessions,
                    on_sign_in: OnSignIn) -> None:
    @area.get("/sign-in")
    @allow(PUBLIC)
    def page() -> str:
        return render_template("signin/sign_in.html", next_path=_wanted(services), fresh=_fresh())

    @area.get("/sign-in/start")
    @allow(PUBLIC)
    def start() -> Response:
        """Also the address where the provider may begin a sign-in (OpenID Connect Core §4)."""
        if request.args.get("iss", services.settings.issuer) != services.settings.issuer:
            raise SignInFailed("initiated_by", "a sign-in was begun in the name of another provider")
        departure = provider.depart(max_age=FRESH if _fresh() else None)
        browser = sessions.browser() or secrets.token_urlsafe(32)
        pending = PendingSignIn(nonce=departure.nonce, code_verifier=departure.code_verifier,
                                next_path=_wanted(services))
        with services.database.write() as tx:
            rows.remember(tx, departure.state, browser, pending, services.clock())
        response = make_response(redirect(departure.url, 303))
        sessions.name_browser(response, browser)
        if "automatic" in request.args:
            sessions.note_start(response)
        return response

    @area.get(CALLBACK_PATH)
    @allow(PUBLIC)
    def callback() -> Response:
        pending = _pending(services, sessions)
        arrival = provider.arrive(request.args, pending)
        identity = identity_from(arrival.claims, services.settings)
        with services.database.write() as tx:
            learner = provision(tx, identity, services.clock())
            cookie = sessions.open(tx, learner, identity, arrival.id_token)
            on_sign_in(tx, learner)
        services.wake()
        response = make_response(redirect(own_path(pending.next_path, current_app.url_map), 303))
        sessions.give(response, cookie)
        return response


def _add_signing_out(area: Blueprint, services: Services, provider: RelyingParty, sessions: Sessions) -> None:
    @area.post("/sign-out")
    @allow(PUBLIC)
    def end() -> Response:
        found = signed_in()
        onward = sign_out(services, provider, found) if found else None
        response = make_response(redirect(onward or SIGNED_OUT_PATH, 303))
        sessions.forget(response)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    @area.get(SIGNED_OUT_PATH)
    @allow(PUBLIC)
    def signed_out() -> str:
        return render_template("signin/signed_out.html")


def _add_the_providers_word(area: Blueprint, services: Services, provider: RelyingParty) -> None:
    """Where the provider says that a session is over: through its server, or through a frame in the browser."""

    @area.post("/sign-in/back-channel-logout")
    @allow(PUBLIC)
    @csrf.exempt    # called by the provider's server; the token's signature is the proof
    def back_channel_logout() -> ResponseReturnValue:
        request.max_content_length = LONGEST_TOKEN + 1_000
        try:
            ended = back_channel(services, provider, request.form.get("logout_token", ""))
        except RequestEntityTooLarge:
            return {"error": "invalid_request"}, 400
        except ProviderUnavailable as error:
            log.warning("back-channel logout could not be checked: %s", error)
            return {"error": "temporarily_unavailable"}, 503, {"Retry-After": str(RETRY_AFTER_SECONDS)}
        except SignInFailed as error:
            log.warning("back-channel logout refused: %s", error)
            return {"error": "invalid_request"}, 400
        log.info("back-channel logout ended %d sessions", ended)
        return "", 200

    @area.get("/sign-in/front-channel-logout")
    @allow(PUBLIC)
    def front_channel_logout() -> ResponseReturnValue:
        front_channel(services, request.args.get("iss", ""), request.args.get("sid", ""))
        return "", 200, {"Content-Security-Policy": framed_by_provider(services.settings)}


def ask_to_sign_in(sessions: Sessions, fresh: bool) -> ResponseReturnValue:
    """What a request gets that needs somebody signed in (fresh: who proves again who they are).

    A page goes to the provider at once, but at most once a minute for one browser: after that a page with a button
    stands between us and a loop. A fragment never redirects, since its answer would be swapped into a card; it tells
    htmx to leave the page.
    """
    if HTMX():
        return "", 401, {"HX-Redirect": url_for("signin.page", next=_shown_page(), **_if(fresh))}
    if request.headers.get("Sec-Fetch-Dest", "document") != "document":
        return "", 401
    wanted = request.full_path.rstrip("?") if request.method == "GET" else _shown_page()
    if sessions.started_lately() or request.method != "GET":
        return redirect(url_for("signin.page", next=wanted, **_if(fresh)), 303)
    return redirect(url_for("signin.start", next=wanted, automatic=1, **_if(fresh)), 303)


def _pending(services: Services, sessions: Sessions) -> PendingSignIn:
    """What this browser was sent away with; used up by asking. Raises SignInFailed."""
    check_once(request.args)
    state, browser = request.args.get("state"), sessions.browser()
    found = None
    if state and browser:
        with services.database.write() as tx:
            found = rows.take(tx, state, browser, services.clock())
    if found is None:
        raise SignInFailed("state", "the answer belongs to no sign-in that this browser began in the last ten minutes")
    return found


def _did_not_complete(services: Services, error: SignInFailed) -> ResponseReturnValue:
    """A page for the person, a row for the admin."""
    unavailable = isinstance(error, ProviderUnavailable)
    log.warning("sign-in failed (%s): %s", correlation_id(), error)
    with services.database.write() as tx:
        audit.record(tx, services.clock(), "anonymous", "auth.failure",
                     details={"reason": error.reason, "detail": error.detail[:300], "correlation": correlation_id()})
    page = render_template("signin/did_not_complete.html", unavailable=unavailable,
                           denied=error.reason == "access_denied")
    return (page, 503, {"Retry-After": str(RETRY_AFTER_SECONDS)}) if unavailable else (page, 400)


def _keep_nothing(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _wanted(services: Services) -> str:
    """Where to land: a path of ours, or its whole address as the provider would write it."""
    wanted = request.args.get("next") or request.args.get("target_link_uri", "")
    return own_path(wanted.removeprefix(services.settings.base_url), current_app.url_map)


def _shown_page() -> str:
    """The page a fragment or a form stands on, as the browser says; only a path of ours survives."""
    shown = HTMX().current_url or request.headers.get("Referer") or HOME
    return own_path(shown.removeprefix(request.host_url.rstrip("/")), current_app.url_map)


def _fresh() -> bool:
    return "fresh" in request.args


def _if(fresh: bool) -> dict[str, Any]:
    return {"fresh": "1"} if fresh else {}

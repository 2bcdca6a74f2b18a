"""create_app: a table of contents of the portal. Nothing is opened and no statement is sent until the first request."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, g, render_template
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable

from portal import i18n
from portal.clock import Clock, now
from portal.config import Settings
from portal.home import views as home
from portal.launch import views as launch
from portal.learner_view import Learner
from portal.priority import Priority
from portal.security import csrf, headers, roles
from portal.security.headers import correlation_id
from portal.services import Services
from portal.signin import views as signin
from portal.signin.relying_party import RelyingParty
from portal.signin.sessions import Sessions
from portal.store import ledger
from portal.store.database import Database, DatabaseUnusable, Transaction

ROOT = Path(__file__).parent.parent
LARGEST_REQUEST = 1_000_000
log = logging.getLogger(__name__)


def create_app(settings: Settings, *, clock: Clock = now, wake: Callable[[], None] = lambda: None) -> Flask:
    """The portal as a WSGI application. wake: see Services."""
    services = Services(settings=settings, database=Database(settings.database), clock=clock, wake=wake)
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.extensions["homeroom"] = services   # for whoever stops the application; views get theirs explicitly
    _configure(app, settings)
    sessions = Sessions(services)
    _protect(app, services, sessions)
    _speak(app, settings)
    _add_areas(app, services, sessions)
    _add_error_pages(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_REQUEST, TRUSTED_HOSTS=[urlsplit(settings.base_url).hostname])
    app.jinja_env.globals["organisation"] = settings.organisation


def _protect(app: Flask, services: Services, sessions: Sessions) -> None:
    """In this order: who is it, may they, and does it come from our page."""
    roles.protect(app, services.clock, sessions.load, partial(signin.ask_to_sign_in, sessions))
    csrf.protect(app, services.settings)
    headers.protect(app, services.settings)


def _speak(app: Flask, settings: Settings) -> None:
    i18n.set_up(app, settings, language=lambda: _of_learner("language"), zone=lambda: _of_learner("zone"))


def _add_areas(app: Flask, services: Services, sessions: Sessions) -> None:
    provider = RelyingParty(services.settings, services.clock)
    at_sign_in = partial(_refresh_at_sign_in, services)
    app.register_blueprint(signin.create_blueprint(services, provider, sessions, at_sign_in))
    app.register_blueprint(home.create_blueprint(services))
    app.register_blueprint(launch.create_blueprint(services))


def _refresh_at_sign_in(services: Services, tx: Transaction, learner: Learner) -> None:
    """Whoever signs in is refreshed before everybody who is not here."""
    ledger.enqueue_learner(tx, learner.id, Priority.AT_SIGN_IN, services.clock())


def _add_error_pages(app: Flask) -> None:
    app.register_error_handler(HTTPException, _error_page)
    app.register_error_handler(DatabaseUnusable, _unusable)
    app.register_error_handler(Exception, _mishap)


def _error_page(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:      # a redirect that werkzeug raised
        return error
    return _page(error)


def _unusable(error: DatabaseUnusable) -> ResponseReturnValue:
    """Nothing was stored. The operator reads the cause and the cure in the log."""
    log.error("request %s: %s", correlation_id(), error)
    return _page(ServiceUnavailable(retry_after=60))


def _mishap(error: Exception) -> ResponseReturnValue:
    """The last resort: whatever went wrong, the person gets a page and the log gets the trace."""
    log.exception("request %s failed", correlation_id(), exc_info=error)
    return _page(InternalServerError())


def _page(error: HTTPException) -> ResponseReturnValue:
    kept = [(name, value) for name, value in error.get_headers() if name.lower() in ("allow", "retry-after")]
    return render_template("errors/error.html", code=error.code), error.code or 500, kept


def _of_learner(name: str) -> str | None:
    found = g.get("signed_in")
    value: str | None = getattr(found.learner, name) if found else None
    return value

"""The session's cookie and its row: who is calling, and for how long we believe it.

The cookie holds 256 random bits and nothing else; the row can be ended from anywhere. SameSite is Lax because the
way back from the identity provider is a cross-site navigation, which Strict would leave without a cookie.
"""

from __future__ import annotations

import logging
import re
import secrets
from datetime import timedelta

from flask import Response, abort, request

from adapters.times import EARLIEST
from portal.learner_view import Learner
from portal.security.roles import signed_in
from portal.services import Services
from portal.signin.claims import Identity
from portal.store import sessions
from portal.store.database import DatabaseUnusable, Transaction
from portal.store.sessions import PENDING_LIFETIME, SignedIn, hash_of

TOUCH_EVERY = timedelta(minutes=1)
AUTOMATIC_START_EVERY = timedelta(minutes=1)
log = logging.getLogger(__name__)
_ID = re.compile(r"[A-Za-z0-9_-]{43}")


class Sessions:
    """Cookies and rows of one installation."""

    def __init__(self, services: Services) -> None:
        settings = services.settings
        self._services = services
        self._secure = settings.secure
        prefix = "__Host-homeroom" if settings.secure else "homeroom"
        self._session, self._browser, self._started = prefix, f"{prefix}-browser", f"{prefix}-started"
        self._idle = timedelta(minutes=settings.session_idle_minutes)
        self._longest = timedelta(hours=settings.session_hours)

    def load(self) -> SignedIn | None:
        """This request's session, if it is still good. One statement, and one write a minute."""
        value = self._value(self._session)
        if value is None:
            return None
        now, database = self._services.clock(), self._services.database
        with database.read() as tx:
            found = sessions.load(tx, hash_of(value))
        if found is None or found.ends_at <= now or found.seen_at + self._idle <= now:
            return None
        if now - found.seen_at >= TOUCH_EVERY:
            try:
                with database.write() as tx:
                    sessions.touch(tx, found.id_hash, now)
            except DatabaseUnusable as error:   # a page can be shown from a database that cannot be written
                log.error("%s", error)
        return found

    def open(self, tx: Transaction, learner: Learner, identity: Identity, id_token: str) -> str:
        """A new session under a new id; the one this browser had ends. Returns the value for the cookie."""
        now = self._services.clock()
        sessions.end_over(tx, now, self._idle)
        if previous := self._value(self._session):
            sessions.end(tx, hash_of(previous))
        value = secrets.token_urlsafe(32)
        ends_at = now + self._longest
        sessions.open_session(
            tx, hash_of(value), learner, sid=identity.sid, id_token=id_token, now=now,
            authenticated_at=min(identity.authenticated_at or EARLIEST, now),
            ends_at=min(ends_at, identity.session_ends_at or ends_at))
        return value

    def give(self, response: Response, value: str) -> None:
        self._set(response, self._session, value)

    def forget(self, response: Response) -> None:
        response.delete_cookie(self._session, path="/", secure=self._secure, httponly=True, samesite="Lax")

    def browser(self) -> str | None:
        """Which browser this is, while a sign-in is on its way."""
        return self._value(self._browser)

    def name_browser(self, response: Response, value: str) -> None:
        self._set(response, self._browser, value, PENDING_LIFETIME)

    def started_lately(self) -> bool:
        """This browser was sent to the provider without being asked less than a minute ago."""
        return self._started in request.cookies

    def note_start(self, response: Response) -> None:
        self._set(response, self._started, "1", AUTOMATIC_START_EVERY)

    def _value(self, name: str) -> str | None:
        value = request.cookies.get(name, "")
        return value if _ID.fullmatch(value) else None

    def _set(self, response: Response, name: str, value: str, lifetime: timedelta | None = None) -> None:
        response.set_cookie(name, value, max_age=lifetime, path="/", secure=self._secure, httponly=True, samesite="Lax")


def current_learner() -> Learner:
    """Who is calling. Only for views that allow a role; elsewhere there may be nobody."""
    found = signed_in()
    if found is None:
        abort(401)
    return found.learner

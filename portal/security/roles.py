"""Who may call which view? Denied unless the view says otherwise.

    @area.get("/admin/connections")
    @allow(Role.ADMIN)
    def connections() -> str: ...
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final, TypeVar

from flask import Flask, abort, current_app, g, request
from flask.typing import ResponseReturnValue

from portal.clock import Clock
from portal.security.role import Role
from portal.store.sessions import SignedIn

__all__ = ["FRESH", "PUBLIC", "Role", "UnmarkedRoute", "allow", "allowed_to", "has_role", "is_fresh", "protect",
           "signed_in"]

FRESH = timedelta(minutes=10)
_ALLOWED, _FRESH = "homeroom_allowed", "homeroom_fresh"
V = TypeVar("V", bound=Callable[..., Any])


class _Public(Enum):
    PUBLIC = "public"


PUBLIC: Final = _Public.PUBLIC
"""In ``allow(PUBLIC)``: for everybody, signed in or not."""


class UnmarkedRoute(Exception):
    """A view without ``allow``: a mistake in our code, never in the request."""


def allow(*who: Role | _Public, fresh: bool = False) -> Callable[[V], V]:
    """Marks a view. fresh: the person must have proved who they are within the last ten minutes."""
    if not who:
        raise ValueError("allow nobody? name a role or PUBLIC")

    def mark(view: V) -> V:
        setattr(view, _ALLOWED, frozenset(who))
        setattr(view, _FRESH, fresh)
        return view
    return mark


def allowed_to(view: Callable[..., Any]) -> frozenset[Role | _Public] | None:
    """What ``allow`` said about the view; None when it said nothing."""
    return getattr(view, _ALLOWED, None)


def protect(app: Flask, clock: Clock, load: Callable[[], SignedIn | None],
            ask_to_sign_in: Callable[[bool], ResponseReturnValue]) -> None:
    """Check every request before its view runs.

    load: reads this request's session. ask_to_sign_in: what somebody gets who is not signed in, or (True) has to
    prove again who they are.
    """
    allow(PUBLIC)(app.view_functions["static"])

    @app.before_request
    def check() -> ResponseReturnValue | None:
        if request.endpoint == "static":
            return None
        g.signed_in = signed_in = load()
        if request.endpoint is None:
            return None     # no such address: the error page follows
        view = current_app.view_functions[request.endpoint]
        who = allowed_to(view)
        if who is None:
            raise UnmarkedRoute(f"{request.endpoint} has no @allow")
        if PUBLIC in who:
            return None
        if signed_in is None:
            return ask_to_sign_in(False)
        if not who & set(signed_in.learner.roles):
            abort(403)
        if getattr(view, _FRESH) and not is_fresh(signed_in, clock()):
            return ask_to_sign_in(True)
        return None


def is_fresh(signed_in: SignedIn, now: datetime) -> bool:
    return now - signed_in.authenticated_at <= FRESH


def signed_in() -> SignedIn | None:
    """This request's session, if there is one."""
    found: SignedIn | None = g.get("signed_in")
    return found


def has_role(role: Role) -> bool:
    found = signed_in()
    return found is not None and role in found.learner.roles

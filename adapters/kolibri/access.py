"""Getting in and staying in: Kolibri's session cookie, its lists of errors, and when an empty list may be believed.

Kolibri has no API tokens and ignores HTTP Basic. Who has no right to read a list gets ``200 []`` for it, so an empty
list counts only after the session has said once more whose it is.
"""

from __future__ import annotations

from typing import Any

from adapters.answer import parse_json
from adapters.errors import BadAnswer, CredentialsRefused, Forbidden, Misconfigured, PlatformError, Unreachable
from adapters.kolibri.payloads import (
    Classroom,
    ClassSummary,
    Facility,
    ServerInfo,
    SessionState,
    User,
    UserPage,
    parsed,
)
from adapters.kolibri.settings import KolibriSettings
from adapters.session import PlatformSession, Scope

SIGN_IN, CURRENT = "/api/auth/session/", "/api/auth/session/current/"
READS_OTHERS = frozenset({"superuser", "admin", "coach"})
"""Kinds that read other people's progress. ``classroom assignable coach`` alone coaches no class yet."""

_ROLE_REMEDY = ("In Kolibri, Facility > Users, make this account a facility coach (it then reads every class) or a "
                "class coach, and assign it its classes.")


class Access:
    """A Kolibri session signed in with one service account."""

    def __init__(self, session: PlatformSession, settings: KolibriSettings) -> None:
        self._session, self._settings = session, settings
        self._own = session.of_learner(settings.username)   # personal: cookies never go into the HTTP cache

    def server(self) -> ServerInfo:
        """What the server says of itself to anybody."""
        said = self._session.get_json("/api/public/info/", scope=self._own, operation="info")
        return parsed(ServerInfo, said, "info")

    def facilities(self) -> list[Facility]:
        """The server's facilities, readable by anybody."""
        rows = self._session.get_json("/api/public/v1/facility/", scope=self._own, operation="facility")
        return [parsed(Facility, row, "facility") for row in _listed(rows, "facility")]

    def facility_of(self, state: SessionState) -> str:
        """The facility that is read: the setting, or the account's own."""
        facility = self._settings.facility or state.facility_id
        if facility is None:
            raise Misconfigured("Kolibri names no facility for this account", field="facility", operation="sign-in",
                                remedy="Enter the facility's id.")
        return facility

    def sign_in(self) -> SessionState:
        """The session of an account that may read others. Raises CredentialsRefused, Forbidden, Misconfigured."""
        state = self._current() if self._session.cookie("kolibri") else None
        if state is None or state.user_id is None:
            state = self._new()
        if READS_OTHERS.isdisjoint(state.kind):
            raise Forbidden("this account may not read other people's progress: its role in Kolibri is "
                            + (", ".join(sorted(state.kind)) or "none"), operation="sign-in", remedy=_ROLE_REMEDY)
        return state

    def rows(self, path: str, *, scope: Scope, operation: str, **params: str) -> list[Any]:
        """A list. Raises Unreachable instead of returning the empty list an expired session gets."""
        found = _listed(self._session.get_json(path, scope=scope, operation=operation, params=params), operation)
        if not found:
            self._still_in(operation)
        return found

    def classes(self, facility: str, scope: Scope | None = None) -> list[str]:
        """Ids of the classes this account may read."""
        return [parsed(Classroom, row, "classroom").id for row in self.rows(
            "/api/auth/classroom/", scope=scope or self._own, operation="classroom", parent=facility)]

    def summary(self, class_id: str, scope: Scope | None = None) -> ClassSummary:
        """A class with the progress of **all** its learners: whoever calls this must keep one learner's rows only."""
        found = parsed(ClassSummary, self._session.get_json(
            f"/coach/api/classsummary/{class_id}/", scope=scope or self._own, operation="classsummary"), "classsummary")
        if found.id != class_id:
            raise BadAnswer("another class came back", operation="classsummary")
        return found

    def user(self, user_id: str, scope: Scope) -> User | None:
        """One user; None if there is none, or none this account may see."""
        answer = self._session.send("GET", f"/api/auth/facilityuser/{user_id}/", scope=scope, operation="facilityuser",
                                    accept_statuses=(404,))
        said = parse_json(answer, self._session.limits)
        return None if answer.status == 404 else parsed(User, said, "facilityuser")

    def users(self, page: int, *, operation: str, **params: str) -> UserPage:
        """One page of the users this account may see."""
        found = parsed(UserPage, self._session.get_json(
            "/api/auth/facilityuser/", scope=self._own, operation=operation, params={**params, "page": str(page)},
        ), operation)
        if not found.results:
            self._still_in(operation)
        return found

    def _still_in(self, operation: str) -> None:
        if self._current().user_id is None:
            raise Unreachable("Kolibri ended the session in the middle of the reading", operation=operation)

    def _current(self) -> SessionState:
        """Read by PUT: GET is not served. ``active: false`` keeps the visit out of Kolibri's usage log."""
        answer = self._session.send("PUT", CURRENT, scope=self._own, operation="session", json={"active": False},
                                    headers=self._csrf())
        return parsed(SessionState, parse_json(answer, self._session.limits), "session")

    def _new(self) -> SessionState:
        given = self._settings
        body = {"username": given.username, "password": given.password.get_secret_value(),
                **({"facility": given.facility} if given.facility else {})}
        answer = self._session.send("POST", SIGN_IN, scope=self._own, operation="sign-in", json=body,
                                    headers=self._csrf(), accept_statuses=(400, 401))
        said = parse_json(answer, self._session.limits)
        if answer.status != 200:
            raise _refusal(said)
        return parsed(SessionState, said, "sign-in")

    def _csrf(self) -> dict[str, str]:
        """Django asks for the token once somebody is signed in, and over https for the Referer too."""
        token = self._session.cookie("kolibri_csrftoken")
        return {"X-CSRFToken": token, "Referer": f"{self._session.base_url}/"} if token else {}


def _listed(found: Any, operation: str) -> list[Any]:
    if not isinstance(found, list):
        raise BadAnswer("a list was expected", operation=operation, sample=type(found).__name__)
    return found


def _refusal(said: Any) -> PlatformError:
    """Kolibri's errors are a list of ``{"id", "metadata"}``, or of sentences about a field of the form."""
    first = said[0] if isinstance(said, list) and said else None
    match first.get("id") if isinstance(first, dict) else first:
        case "INVALID_CREDENTIALS":
            return CredentialsRefused("Kolibri does not accept this username and password", operation="sign-in",
                                      remedy="Sign in to Kolibri with them in a browser, then enter them again here.")
        case "NOT_FOUND":
            return Misconfigured("Kolibri knows no such username in this facility", field="username",
                                 operation="sign-in",
                                 remedy="Check the username, and the facility id if you gave one.")
        case "MISSING_PASSWORD" | "PASSWORD_NOT_SPECIFIED":
            return CredentialsRefused("this Kolibri account has no password yet", operation="sign-in",
                                      remedy="Set its password in Kolibri, Facility > Users, and enter it here.")
        case str(sentence) if sentence.startswith("Invalid pk"):
            return Misconfigured("Kolibri knows no such facility", field="facility", operation="sign-in",
                                 remedy="Leave the facility empty, or copy its id from the address of its page.")
        case _:
            return BadAnswer("Kolibri refused to sign in for a reason it did not name", operation="sign-in")

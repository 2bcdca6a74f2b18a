"""How Moodle is called, and what its refusals mean.

One address answers every function (``webservice/rest/server.php``). Errors come with HTTP 200 and a JSON object, also
where success would be a list; the object's ``errorcode`` is the only stable part of it: ``exception`` changes between
versions and ``message`` is translated and may name a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from adapters.answer import parse_json
from adapters.errors import (
    BadAnswer,
    CredentialsRefused,
    Forbidden,
    Misconfigured,
    NotLinked,
    PlatformError,
    Unreachable,
)
from adapters.session import PlatformSession, Scope

SERVER = "webservice/rest/server.php"

SITE_INFO = "core_webservice_get_site_info"
USERS = "core_user_get_users"
USERS_BY_FIELD = "core_user_get_users_by_field"
COURSES = "core_enrol_get_users_courses"
COMPLETION = "core_completion_get_course_completion_status"
BADGES = "core_badges_get_user_badges"
CATALOGUE = "core_course_get_courses_by_field"
SEARCH_COURSES = "core_course_search_courses"
ENROLLED_USERS = "core_enrol_get_enrolled_users"
TIMELINE = "core_calendar_get_action_events_by_timesort"
COURSE_EVENTS = "core_calendar_get_calendar_events"
ASSIGNMENTS = "mod_assign_get_assignments"

PERMISSION_CODES = frozenset({
    "cannotviewreport", "nopermissions", "nopermission", "requireloginerror", "errorcoursecontextnotvalid",
})
NOT_IN_SERVICE = "accessexception"

_DOWN = {
    "sitemaintenance": "Moodle is in maintenance mode",
    "dbconnectionfailed": "Moodle cannot reach its database",
}
_TOKEN_REFUSED = {
    "invalidtoken": "Moodle does not know this token: it is mistyped, deleted or expired",
    "wsaccessusersuspended": "the account that owns the token is suspended",
    "wsaccessusernologin": "the account that owns the token may not sign in",
    "usernotconfirmed": "the account that owns the token is not confirmed",
    "passwordisexpired": "the password of the account that owns the token has expired",
}
_NO_SUCH_LEARNER = {
    "invaliduser": "Moodle does not know this account any more",
    "userdeleted": "the account is deleted",
}
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")


@dataclass(frozen=True, slots=True)
class Refused:
    """Moodle said no with a code that the caller had declared to be an answer."""

    code: str


@dataclass(frozen=True, slots=True)
class WebService:
    """language: Moodle's name of an installed language pack; None = the language of the token's owner."""

    session: PlatformSession
    token: SecretStr
    language: str | None = None

    def call(self, function: str, arguments: Mapping[str, Any] | None = None, *, scope: Scope,
             tolerate: frozenset[str] = frozenset()) -> Any:
        """The parsed answer of one function, or Refused for a code in ``tolerate``. Raises PlatformError."""
        form = {
            "wstoken": self.token.get_secret_value(), "wsfunction": function, "moodlewsrestformat": "json",
            "moodlewssettingfilter": "true",    # else the texts of all languages run together
            **({"moodlewssettinglang": self.language} if self.language else {}),
            **dict(_php_form(arguments or {})),
        }
        answer = self.session.send("POST", SERVER, scope=scope, operation=function, accept_statuses=(403,), data=form)
        if answer.status == 403:
            raise _switched_off(function, empty=not answer.body.strip())
        parsed = parse_json(answer, self.session.limits)
        if isinstance(parsed, dict) and ("exception" in parsed or {"error", "errorcode"} <= parsed.keys()):
            code = parsed.get("errorcode")
            if code in tolerate:
                return Refused(code)
            raise refusal(code, function)
        return parsed


def refusal(code: Any, function: str) -> PlatformError:
    """The typed error of an errorcode. code may be absent (None) or a sentence; it is repeated only if it is a code."""
    text = code if isinstance(code, str) and _CODE.fullmatch(code) else ""
    if text in _DOWN:
        return Unreachable(_DOWN[text], operation=function)
    if text in _TOKEN_REFUSED:
        return CredentialsRefused(
            _TOKEN_REFUSED[text], operation=function,
            remedy="Site administration > Server > Web services > Manage tokens: check the token and its account.")
    if text == NOT_IN_SERVICE:
        return Forbidden(
            "Moodle refused the call: this function is not in the token's service, or the token is bound to another "
            "IP address (up to Moodle 4.4 also: the token has expired)", operation=function,
            remedy=f"Site administration > Server > Web services > External services > Functions: add {function}. "
                   "If it is there, look at the token's IP restriction and its validity under Manage tokens.")
    if text in PERMISSION_CODES:
        return Forbidden(f"the token's account lacks a right for this reading ({text})", operation=function,
                         remedy="Compare the role of the token's account with the list in this adapter's README.")
    if text in _NO_SUCH_LEARNER:
        return NotLinked(_NO_SUCH_LEARNER[text], operation=function)
    if text == "invalidresponse":
        return BadAnswer("Moodle found its own answer invalid (invalidresponse)", operation=function, sample=text,
                         remedy="One item breaks the list, usually markup in a badge's description: edit that badge.")
    said = text or ("no errorcode" if code is None else "a sentence where an errorcode belongs")
    return BadAnswer(f"Moodle answered with an error ({said})", operation=function, sample=text)


def _switched_off(function: str, *, empty: bool) -> PlatformError:
    """Moodle sends an empty 403 when web services are off; a 403 with a page comes from something in front of it."""
    if empty:
        return Misconfigured(
            "web services or the REST protocol are switched off in Moodle", operation=function,
            remedy="Site administration > Advanced features: enable web services. "
                   "Then Server > Web services > Manage protocols: enable REST.")
    return Forbidden("refused before Moodle answered (HTTP 403)", operation=function,
                     remedy="Ask who runs the firewall or proxy in front of Moodle to let this server call "
                            f"/{SERVER} with POST.")


def _php_form(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Nested arguments as PHP reads them: ``criteria[0][key]=email``. Booleans are 0 and 1."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _php_form(item, f"{name}[{key}]" if name else str(key))
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _php_form(item, f"{name}[{index}]")
    else:
        yield name, str(int(value)) if isinstance(value, bool) else str(value)

"""Which Moodle account is this learner's? Found by one fact, compared before it is believed, never guessed."""

from __future__ import annotations

from adapters.errors import Ambiguous, BadAnswer, NotLinked
from adapters.moodle import mapping
from adapters.moodle.payloads import Rows, User, part, rows
from adapters.moodle.webservice import USERS, USERS_BY_FIELD, Refused, WebService
from adapters.records import Account, LearnerIdentity
from adapters.session import Scope
from adapters.settings import LearnerKey

_FIELDS: dict[LearnerKey, str] = {"id_number": "idnumber", "username": "username"}
_NOT_A_VALUE = frozenset({"invalidparameter"})
_HIDDEN = {
    "email": "grant moodle/user:viewdetails and moodle/site:viewuseridentity",
    "id_number": "grant moodle/user:viewdetails and moodle/user:viewalldetails",
    "username": "grant moodle/user:viewdetails and moodle/user:viewalldetails",
}


def find(moodle: WebService, learner: LearnerIdentity, key: LearnerKey) -> Account:
    """Raises NotLinked (none, suspended, unconfirmed, deleted, unverified e-mail) or Ambiguous (several)."""
    wanted = (learner.value_of(key) or "").strip()
    if not wanted:
        raise NotLinked(f"the identity provider sends no {key} for this learner", rule=key)
    if key == "email" and not learner.email_verified:
        raise NotLinked("the identity provider has not verified this learner's e-mail, so it links to nobody", rule=key,
                        remedy="Have the identity provider verify e-mail addresses, or link by id_number.")
    found = _by_email(moodle, wanted) if key == "email" else _by_field(moodle, key, wanted)
    fitting = [user for user in found if _same(_value(user, key), wanted, key) and not mapping.is_deleted(user)]
    if len(fitting) > 1:
        raise Ambiguous(f"{len(fitting)} accounts have this {key}", rule=key, hits=len(fitting),
                        remedy=f"Make the {key} unique in Moodle, or link learners by another fact.")
    if not fitting:
        unreadable = bool(found) and not any(_value(user, key) for user in found)
        raise NotLinked(f"Moodle does not show the {key} of the accounts it found" if unreadable else
                        f"no account has this {key}", rule=key,
                        remedy=f"If there should be one, {_HIDDEN[key]} to the token's role.")
    user = fitting[0]
    if user.suspended:
        raise NotLinked("the account is suspended", rule=key, hits=1)
    if not user.confirmed:
        raise NotLinked("the account has never been confirmed by its owner", rule=key, hits=1)
    return mapping.account(user, key, _value(user, key))


def _by_email(moodle: WebService, email: str) -> list[User]:
    """The search ignores case, but takes % and _ as wildcards; the lookup by field is exact on some databases."""
    answer = moodle.call(USERS, {"criteria": [{"key": "email", "value": email}]}, scope=_scope(moodle))
    if isinstance(answer, dict) and answer.get("warnings"):
        raise BadAnswer("Moodle did not understand the search, so its answer lists everybody", operation=USERS)
    return _readable(rows(User, part(answer, "users", USERS), USERS), USERS)


def _by_field(moodle: WebService, key: LearnerKey, value: str) -> list[User]:
    wanted = value.lower() if key == "username" else value
    answer = moodle.call(USERS_BY_FIELD, {"field": _FIELDS[key], "values": [wanted]}, scope=_scope(moodle),
                         tolerate=_NOT_A_VALUE)
    if isinstance(answer, Refused):
        raise NotLinked(f"this {key} cannot be one in Moodle", rule=key, operation=USERS_BY_FIELD)
    return _readable(rows(User, answer, USERS_BY_FIELD), USERS_BY_FIELD)


def _readable(read: Rows[User], function: str) -> list[User]:
    """All or nothing: an account that cannot be read might be the second one with the same value."""
    if not read.complete:
        raise BadAnswer("an account in the answer is not readable", operation=function)
    return read.items


def _value(user: User, key: LearnerKey) -> str:
    return {"email": user.email, "id_number": user.idnumber, "username": user.username}[key] or ""


def _same(theirs: str, wanted: str, key: LearnerKey) -> bool:
    """ID numbers exactly; names and addresses without ASCII case. Not casefold(): it would make straße@ and strasse@
    one address."""
    if key == "id_number":
        return theirs.strip() == wanted
    return theirs.strip().encode().lower() == wanted.encode().lower()


def _scope(moodle: WebService) -> Scope:
    return moodle.session.of_learner("lookup")

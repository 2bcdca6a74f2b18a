"""May an empty list of courses be believed?

Moodle answers ``[]`` for a learner without courses, for an unknown or deleted account, and for a token without the
rights. Only the first may remove what Homeroom has stored, so an empty list is believed only when the token has just
shown that it sees the account and the participants of a course.
"""

from __future__ import annotations

from adapters.errors import NotLinked, WrongLearner
from adapters.moodle import mapping
from adapters.moodle.payloads import CatalogueCourse, User, part, rows
from adapters.moodle.webservice import (
    ENROLLED_USERS,
    NOT_IN_SERVICE,
    PERMISSION_CODES,
    SEARCH_COURSES,
    USERS_BY_FIELD,
    Refused,
    WebService,
)
from adapters.records import Account, Notice

RIGHTS = "moodle/user:viewdetails, moodle/course:view and moodle/course:viewparticipants"

_NO_RIGHT = PERMISSION_CODES | {NOT_IN_SERVICE}


def about_empty(moodle: WebService, account: Account) -> Notice | None:
    """Why an empty list cannot be believed; None = it can. Raises NotLinked when the account is gone."""
    why = _account_unseen(moodle, account) or _participants_unseen(moodle)
    return Notice("empty_not_trusted", f"Moodle lists no course, but {why}; nothing stored is removed", "[]") \
        if why else None


def _account_unseen(moodle: WebService, account: Account) -> str:
    answer = moodle.call(USERS_BY_FIELD, {"field": "id", "values": [account.external_id]},
                         scope=moodle.session.of_learner(account.external_id), tolerate=_NO_RIGHT)
    if isinstance(answer, Refused):
        return f"the account could not be looked up (add {USERS_BY_FIELD} to the service)"
    found = rows(User, answer, USERS_BY_FIELD).items
    if not found:
        return "the token does not see this account: it is gone, or moodle/user:viewdetails is missing"
    if any(str(user.id) != account.external_id for user in found):
        raise WrongLearner("asked for one account, Moodle answered with another", operation=USERS_BY_FIELD)
    if mapping.is_deleted(found[0]):
        raise NotLinked("the account is deleted", operation=USERS_BY_FIELD)
    return ""


def _participants_unseen(moodle: WebService) -> str:
    course = any_course(moodle)
    if isinstance(course, Refused):
        return f"the token's rights could not be tried (add {SEARCH_COURSES} to the service)"
    if course is None:
        return ""       # a Moodle without courses: nobody can have one
    answer = participants(moodle, course)
    if isinstance(answer, Refused) and answer.code == NOT_IN_SERVICE:
        return f"the token's rights could not be tried (add {ENROLLED_USERS} to the service)"
    if isinstance(answer, Refused):
        return f"the token may not see who takes part in a course ({answer.code}; it needs {RIGHTS})"
    return ""


def any_course(moodle: WebService) -> CatalogueCourse | Refused | None:
    """Some visible course; None where the site has none."""
    answer = moodle.call(SEARCH_COURSES, {"criterianame": "search", "criteriavalue": "", "page": 0, "perpage": 1},
                         scope=moodle.session.public(), tolerate=_NO_RIGHT)
    if isinstance(answer, Refused):
        return answer
    return next(iter(rows(CatalogueCourse, part(answer, "courses", SEARCH_COURSES), SEARCH_COURSES).items), None)


def participants(moodle: WebService, course: CatalogueCourse, most: int = 5) -> list[User] | Refused:
    """Some people enrolled in a course, with the three fields a learner can be recognised by."""
    options = {"limitnumber": most, "userfields": "id,email,idnumber,username"}
    answer = moodle.call(ENROLLED_USERS, {
        "courseid": course.id, "options": [{"name": name, "value": value} for name, value in options.items()],
    }, scope=moodle.session.of_learner("participants"), tolerate=_NO_RIGHT)
    return answer if isinstance(answer, Refused) else rows(User, answer, ENROLLED_USERS).items

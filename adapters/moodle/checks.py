"""Trying a connection step by step, each failure with the menu or the right that cures it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from adapters.contract import CheckStep, Outcome
from adapters.errors import CredentialsRefused, Forbidden, PlatformError
from adapters.moodle import accounts, doubts, due_dates
from adapters.moodle.payloads import Course, SiteInfo, User, one, rows
from adapters.moodle.webservice import NOT_IN_SERVICE, PERMISSION_CODES, Refused, WebService
from adapters.settings import LearnerKey

SITE_INFO = "core_webservice_get_site_info"
COURSES = "core_enrol_get_users_courses"
BADGES = "core_badges_get_user_badges"
_TOKENS = "Site administration > Server > Web services > Manage tokens"
_FUNCTIONS = "Site administration > Server > Web services > External services > Functions: add {}."
_ROLE = "Site administration > Users > Permissions > Define roles: allow {} in the role of the token's account."
_FEATURES = "Site administration > Advanced features: switch on {}."
_NO_RIGHT = PERMISSION_CODES | {NOT_IN_SERVICE}


def steps(moodle: WebService, key: LearnerKey, dates: str, base: str) -> Iterator[CheckStep]:
    """Stops after a step without which the next ones mean nothing. Raises nothing a platform can cause."""
    try:
        yield from _all_steps(moodle, key, dates, base)
    except PlatformError as error:
        yield CheckStep(name=f"Call {error.operation}", outcome=Outcome.FAILED, meaning=error.reason,
                        remedy=error.remedy or "Look at Moodle's logs, then check again.")


def completion_forbidden(operation: str) -> Forbidden:
    return Forbidden("the token may not see the completion of other people", operation=operation,
                     remedy=_ROLE.format("report/completion:view"))


def _all_steps(moodle: WebService, key: LearnerKey, dates: str, base: str) -> Iterator[CheckStep]:
    site = _site(moodle)
    if isinstance(site, PlatformError):
        yield from _unusable(site)
        return
    yield CheckStep(name="Address", outcome=Outcome.OK, meaning=f"Moodle {site.release} answers")
    if site.siteurl.rstrip("/") != base:
        yield CheckStep(name="Address in links", outcome=Outcome.WARNING,
                        meaning="Moodle calls itself by another address than the one entered",
                        remedy=f"Enter {site.siteurl.rstrip('/')} as the address, so that links and pictures fit.")
    yield CheckStep(name="Token", outcome=Outcome.OK, meaning="Moodle accepts the token")
    if site.userissiteadmin:
        yield CheckStep(name="Token's account", outcome=Outcome.WARNING, meaning="the token belongs to a site administrator",
                        remedy="Make an account for Homeroom alone, with the role described in the README.")
    present = {function.name for function in site.functions}
    missing = [f for f in _needed(key, dates) if f.name not in present]
    yield from _functions(key, dates, present)
    for feature, name in (("enablecompletion", "completion tracking"), ("enablebadges", "badges")):
        if site.feature(feature) is False:
            yield CheckStep(name=f"Feature {feature}", outcome=Outcome.WARNING, meaning=f"{name} is off for the site",
                            remedy=_FEATURES.format(name))
    if any(f.required for f in missing):
        return
    yield from _rights(moodle, key, dates, present, completion_on=site.feature("enablecompletion") is not False)


@dataclass(frozen=True, slots=True)
class _Needed:
    name: str
    purpose: str
    required: bool = True


def _needed(key: LearnerKey, dates: str) -> list[_Needed]:
    finding = accounts.SEARCH if key == "email" else accounts.BY_FIELD
    needed = [
        _Needed(finding, "finding learners"),
        _Needed(COURSES, "courses and progress"),
        _Needed("core_completion_get_course_completion_status", "when a course was completed", False),
        _Needed(BADGES, "badges", False),
        _Needed("core_course_get_courses_by_field", "the catalogue", False),
        _Needed(doubts.USERS_BY_FIELD, "believing an empty list", False),
        _Needed(doubts.SEARCH_COURSES, "believing an empty list", False),
        _Needed(doubts.ENROLLED_USERS, "believing an empty list", False),
    ]
    if dates == "personal":
        needed.append(_Needed(due_dates.TIMELINE, "personal due dates", False))
    if dates == "course":
        needed += [_Needed(due_dates.COURSE_EVENTS, "due dates of courses"),
                   _Needed(due_dates.ASSIGNMENTS, "names of assignments", False)]
    return list({f.name: f for f in reversed(needed)}.values())[::-1]


def _functions(key: LearnerKey, dates: str, present: set[str]) -> Iterator[CheckStep]:
    for function in _needed(key, dates):
        name = f"Function {function.name}"
        if function.name in present:
            yield CheckStep(name=name, outcome=Outcome.OK, meaning=f"for {function.purpose}")
        else:
            yield CheckStep(name=name, outcome=Outcome.FAILED if function.required else Outcome.WARNING,
                            meaning=f"not in the token's service; needed for {function.purpose}",
                            remedy=_FUNCTIONS.format(function.name))


def _site(moodle: WebService) -> SiteInfo | PlatformError:
    try:
        return one(SiteInfo, moodle.call(SITE_INFO, scope=moodle.session.public()), SITE_INFO)
    except PlatformError as error:
        return error


def _unusable(error: PlatformError) -> Iterator[CheckStep]:
    """The first call failed: was it the address or the token?"""
    about_token = isinstance(error, (CredentialsRefused, Forbidden))
    if about_token:
        yield CheckStep(name="Address", outcome=Outcome.OK, meaning="something like Moodle answers")
    yield CheckStep(name="Token" if about_token else "Address", outcome=Outcome.FAILED, meaning=error.reason,
                    remedy=error.remedy or (f"{_TOKENS}: check the token." if about_token else
                    "Open the address in a browser: is it this Moodle, and is it up?"))


def _rights(moodle: WebService, key: LearnerKey, dates: str, present: set[str], *,
            completion_on: bool) -> Iterator[CheckStep]:
    """Rights are tried on people enrolled in some course, because a token may always read its own account."""
    if not {doubts.SEARCH_COURSES, doubts.ENROLLED_USERS} <= present:
        yield CheckStep(name="Rights", outcome=Outcome.SKIPPED,
                        meaning=f"cannot be tried without {doubts.SEARCH_COURSES} and {doubts.ENROLLED_USERS}")
        return
    course = doubts.any_course(moodle)
    people = doubts.participants(moodle, course) if course and not isinstance(course, Refused) else []
    if isinstance(people, Refused):
        yield _right("Participants of a course", people, "moodle/course:view and moodle/course:viewparticipants")
        return
    if not people:
        yield CheckStep(name="Rights", outcome=Outcome.SKIPPED, meaning="nobody is enrolled in the course that was tried")
        return
    yield CheckStep(name="Participants of a course", outcome=Outcome.OK, meaning="the token sees who is enrolled")
    yield _identity(people, key)
    yield from _learning(moodle, people, completion_on)
    someone = str(people[0].id)
    scope = moodle.session.of_learner(someone)
    if BADGES in present:
        answer = moodle.call(BADGES, {"userid": someone}, scope=scope, tolerate=_NO_RIGHT | {"badgesdisabled", "invalidresponse"})
        yield _badges(answer)
    if dates == "personal" and due_dates.TIMELINE in present:
        answer = moodle.call(due_dates.TIMELINE, {"userid": someone, "limitnum": 1}, scope=scope, tolerate=_NO_RIGHT)
        yield _right("Personal due dates", answer, "moodle/calendar:manageentries", Outcome.WARNING)


def _identity(people: list[User], key: LearnerKey) -> CheckStep:
    shown = {"email": any(p.email for p in people), "id_number": any(p.idnumber for p in people),
             "username": any(p.username for p in people)}[key]
    rights = {"email": "moodle/user:viewdetails and moodle/site:viewuseridentity"}.get(
        key, "moodle/user:viewdetails and moodle/user:viewalldetails")
    if shown:
        return CheckStep(name=f"Learners' {key}", outcome=Outcome.OK, meaning="Moodle shows it to this token")
    return CheckStep(name=f"Learners' {key}", outcome=Outcome.WARNING, meaning="none of the people tried shows it: it is "
                     "empty in Moodle, or the token may not see it", remedy=_ROLE.format(rights))


def _learning(moodle: WebService, people: list[User], completion_on: bool) -> Iterator[CheckStep]:
    """People enrolled in a course must have that course in their list."""
    seen: list[Course] = []
    for person in people:
        answer = moodle.call(COURSES, {"userid": person.id, "returnusercount": False},
                             scope=moodle.session.of_learner(str(person.id)))
        seen += rows(Course, answer, COURSES).items
    if not seen:
        yield CheckStep(name="Courses of a learner", outcome=Outcome.FAILED,
                        meaning="people who are enrolled have no course in the answer: the token may not see them",
                        remedy=_ROLE.format(f"{doubts.RIGHTS}, and moodle/site:accessallgroups for separate groups,"))
        return
    yield CheckStep(name="Courses of a learner", outcome=Outcome.OK, meaning="listed")
    tracked = [course for course in seen if course.enablecompletion]
    if tracked and completion_on and all(course.completed is None for course in tracked):
        yield CheckStep(name="Progress and completion", outcome=Outcome.FAILED, meaning="hidden from this token",
                        remedy=_ROLE.format("report/completion:view"))
    elif tracked and completion_on:
        yield CheckStep(name="Progress and completion", outcome=Outcome.OK, meaning="visible")


def _badges(answer: object) -> CheckStep:
    if isinstance(answer, Refused) and answer.code == "invalidresponse":
        return CheckStep(name="Badges of a learner", outcome=Outcome.WARNING,
                         meaning="one badge breaks the list for everybody who has it",
                         remedy="Look for markup in the badges' descriptions and remove it.")
    if isinstance(answer, Refused) and answer.code == "badgesdisabled":
        return CheckStep(name="Badges of a learner", outcome=Outcome.SKIPPED, meaning="badges are off for the site")
    return _right("Badges of a learner", answer, "moodle/badges:viewotherbadges", Outcome.WARNING)


def _right(name: str, answer: object, right: str, bad: Outcome = Outcome.FAILED) -> CheckStep:
    if not isinstance(answer, Refused):
        return CheckStep(name=name, outcome=Outcome.OK, meaning="readable")
    return CheckStep(name=name, outcome=bad, meaning=f"refused ({answer.code})", remedy=_ROLE.format(right))

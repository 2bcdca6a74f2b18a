"""Trying a connection step by step, each failure with the menu or the right that cures it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from adapters.contract import CheckStep, Outcome
from adapters.errors import CredentialsRefused, Forbidden, PlatformError
from adapters.moodle import doubts
from adapters.moodle.payloads import Course, SiteInfo, User, one, rows
from adapters.moodle.webservice import (
    ASSIGNMENTS,
    BADGES,
    CATALOGUE,
    COMPLETION,
    COURSE_EVENTS,
    COURSES,
    ENROLLED_USERS,
    NOT_IN_SERVICE,
    PERMISSION_CODES,
    SEARCH_COURSES,
    SITE_INFO,
    TIMELINE,
    USERS,
    USERS_BY_FIELD,
    Refused,
    WebService,
)
from adapters.settings import LearnerKey

_TOKENS = "Site administration > Server > Web services > Manage tokens"
_FUNCTIONS = "Site administration > Server > Web services > External services > Functions: add {}."
_ROLE = "Site administration > Users > Permissions > Define roles: allow {} in the role of the token's account."
_FEATURES = "Site administration > Advanced features: switch on {}."
_BADGES_TROUBLE = PERMISSION_CODES | {NOT_IN_SERVICE, "badgesdisabled", "invalidresponse"}
_NO_RIGHT = PERMISSION_CODES | {NOT_IN_SERVICE}


def steps(moodle: WebService, key: LearnerKey, dates: str, base: str) -> Iterator[CheckStep]:
    """Stops after a step without which the next ones mean nothing. Raises nothing a platform can cause."""
    try:
        yield from _all_steps(moodle, key, dates, base)
    except PlatformError as error:
        yield CheckStep(name=f"Call {error.operation}", outcome=Outcome.FAILED, meaning=error.reason,
                        remedy=error.remedy or "Look at Moodle's logs, then check again.")


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
        yield CheckStep(name="Token's account", outcome=Outcome.WARNING,
                        meaning="the token belongs to a site administrator",
                        remedy="Make an account for Homeroom alone, with the role described in the README.")
    present = {function.name for function in site.functions}
    yield from _functions(key, dates, present)
    for feature, name in (("enablecompletion", "completion tracking"), ("enablebadges", "badges")):
        if site.feature(feature) is False:
            yield CheckStep(name=f"Feature {feature}", outcome=Outcome.WARNING,
                            meaning=f"off for the whole site: {name}", remedy=_FEATURES.format(name))
    if any(f.required and f.name not in present for f in _needed(key, dates)):
        return
    yield from _rights(moodle, key, dates, present, completion_on=site.feature("enablecompletion") is not False)


@dataclass(frozen=True, slots=True)
class _Needed:
    name: str
    purpose: str
    required: bool = True


def _needed(key: LearnerKey, dates: str) -> list[_Needed]:
    finding = USERS if key == "email" else USERS_BY_FIELD
    needed = [
        _Needed(finding, "finding learners"),
        _Needed(COURSES, "courses and progress"),
        _Needed(COMPLETION, "when a course was completed", False),
        _Needed(BADGES, "badges", False),
        _Needed(CATALOGUE, "the catalogue", False),
        _Needed(USERS_BY_FIELD, "believing an empty list", False),
        _Needed(SEARCH_COURSES, "believing an empty list", False),
        _Needed(ENROLLED_USERS, "believing an empty list", False),
    ]
    if dates == "personal":
        needed.append(_Needed(TIMELINE, "personal due dates", False))
    if dates == "course":
        needed += [_Needed(COURSE_EVENTS, "due dates of courses"),
                   _Needed(ASSIGNMENTS, "names of assignments", False)]
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
    if not {SEARCH_COURSES, ENROLLED_USERS} <= present:
        yield CheckStep(name="Rights", outcome=Outcome.SKIPPED,
                        meaning=f"cannot be tried without {SEARCH_COURSES} and {ENROLLED_USERS}")
        return
    course = doubts.any_course(moodle)
    people = doubts.participants(moodle, course) if course and not isinstance(course, Refused) else []
    if isinstance(people, Refused):
        yield _right("Participants of a course", people, "moodle/course:view and moodle/course:viewparticipants")
        return
    if not people:
        yield CheckStep(name="Rights", outcome=Outcome.SKIPPED,
                        meaning="nobody is enrolled in the course that was tried")
        return
    yield CheckStep(name="Participants of a course", outcome=Outcome.OK, meaning="the token sees who is enrolled")
    yield _identity(people, key)
    yield from _learning(moodle, people, completion_on)
    someone = str(people[0].id)
    scope = moodle.session.of_learner(someone)
    if BADGES in present:
        yield _badges(moodle.call(BADGES, {"userid": someone}, scope=scope, tolerate=_BADGES_TROUBLE))
    if dates == "personal" and TIMELINE in present:
        answer = moodle.call(TIMELINE, {"userid": someone, "limitnum": 1}, scope=scope, tolerate=_NO_RIGHT)
        yield _right("Personal due dates", answer, "moodle/calendar:manageentries", Outcome.WARNING)


def _identity(people: list[User], key: LearnerKey) -> CheckStep:
    shown = {"email": any(p.email for p in people), "id_number": any(p.idnumber for p in people),
             "username": any(p.username for p in people)}[key]
    rights = {"email": "moodle/user:viewdetails and moodle/site:viewuseridentity"}.get(
        key, "moodle/user:viewdetails and moodle/user:viewalldetails")
    if shown:
        return CheckStep(name=f"Learners' {key}", outcome=Outcome.OK, meaning="Moodle shows it to this token")
    return CheckStep(name=f"Learners' {key}", outcome=Outcome.WARNING, remedy=_ROLE.format(rights),
                     meaning="nobody tried shows it: it is empty in Moodle, or the token may not see it")


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

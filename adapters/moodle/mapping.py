"""Moodle's payloads as records. Pure: no call, no clock.

What is HTML-escaped differs per field. Escaped once: course, category, activity, badge and issuer names. Plain: badge
descriptions and people's names. HTML: summaries.
"""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import quote, urlsplit

from adapters.moodle.payloads import (
    ActionEvent,
    Activity,
    AwardedBadge,
    CatalogueCourse,
    CompletionStatus,
    Course,
    CourseEvent,
    EventCourse,
    User,
)
from adapters.records import (
    Account,
    Assignment,
    Badge,
    Due,
    Enrolment,
    LearningResource,
    Origin,
    Status,
)
from adapters.text import SUMMARY_LIMIT, from_html, plain, unescaped, web_address
from adapters.times import from_epoch

DUE_EVENTS = frozenset({"due", "close", "expectcompletionon"})
"""Event types that end something for the learner; "open" and a teacher's own entries do not."""

SITE_COURSE = 1
_ALL_CRITERIA = 1
_DELETED_EMAIL = re.compile(r"[0-9a-f]{32}")
_DELETED_USERNAME = re.compile(r".+@.+\.\d{9,11}")
_MODULE = re.compile(r"[a-z][a-z0-9_]{0,29}")
_NOT_A_REGION = frozenset({"du", "wp", "kids", "lt", "cr", "old"})
"""Second halves of Moodle language packs that are variants (de_du, fr_wp, sr_lt), not regions."""


def account(user: User, key: str, value: str) -> Account:
    return Account(external_id=str(user.id), display_name=plain(user.fullname), matched_by=key, matched_value=value,
                   origin=Origin(f"user[id={user.id}]"))


def is_deleted(user: User) -> bool:
    """Moodle keeps deleted accounts, renames them to ``<e-mail>.<time>`` and hashes the e-mail; no flag says so."""
    return bool(_DELETED_EMAIL.fullmatch(user.email or "") or _DELETED_USERNAME.fullmatch(user.username or ""))


def resource(course: Course, base: str) -> LearningResource:
    return LearningResource(
        external_id=str(course.id), title=unescaped(course.displayname), url=course_address(course.id, base),
        summary=from_html(course.summary), language=language_tag(course.lang),
        image_url=course_image(course.courseimage, base), updated_at=from_epoch(course.timemodified),
        origin=Origin(f"core_enrol_get_users_courses[id={course.id}]"))


def event_resource(course: EventCourse, base: str) -> LearningResource:
    """A course that only a due date mentions."""
    return LearningResource(
        external_id=str(course.id), title=unescaped(course.fullname), url=course_address(course.id, base),
        summary=from_html(course.summary),
        origin=Origin(f"core_calendar_get_action_events_by_timesort[course.id={course.id}]",
                      "not in the list of courses; known from a due date"))


def catalogue_resource(course: CatalogueCourse, base: str) -> LearningResource:
    topic = unescaped(course.categoryname)
    return LearningResource(
        external_id=str(course.id), title=unescaped(course.displayname), url=course_address(course.id, base),
        summary=from_html(course.summary), language=language_tag(course.lang),
        image_url=course_image(course.courseimage, base), topics=(topic,) if topic else (),
        open_to_all="self" in course.enrollmentmethods,
        origin=Origin(f"core_course_get_courses_by_field[id={course.id}]"))


def is_offered(course: CatalogueCourse) -> bool:
    """The site itself is course 1 and no course; hidden courses are listed only to those who may see them."""
    return course.visible and course.id != SITE_COURSE and course.format != "site"


def hides_completion(course: Course) -> bool:
    """Completion is on in the course and yet nothing is told: off for the whole site, or the token may not see it."""
    return course.completed is None and course.enablecompletion


def enrolment(course: Course, completion: CompletionStatus | None = None) -> Enrolment:
    """completion: given for completed courses whose time of completion could be asked."""
    status, decision = _standing(course)
    in_range = course.progress is not None and 0 <= course.progress <= 100
    return Enrolment(
        external_id=str(course.id), resource_id=str(course.id), status=status,
        progress=round(course.progress / 100, 4) if in_range and course.progress is not None else None,
        completed_at=completion_time(completion) if completion and status is Status.COMPLETED else None,
        last_activity_at=from_epoch(course.lastaccess),
        origin=Origin(f"core_enrol_get_users_courses[id={course.id}]", decision))


def _standing(course: Course) -> tuple[Status, str]:
    """``completed`` is the only truth; otherwise progress or a visit shows that the learner has begun."""
    if course.completed:
        return Status.COMPLETED, ""
    begun = bool(course.progress) or from_epoch(course.lastaccess) is not None
    status = Status.IN_PROGRESS if begun else Status.NOT_STARTED
    if course.completed is None:
        return status, "completion is switched off, so Moodle will never call this course completed"
    if course.completionusertracked is False:
        return status, "Moodle does not track this person here: a teacher or a similar role"
    if course.progress is not None and course.progress >= 100:
        why = "its criteria are not met" if course.completionhascriteria else "the course has no completion criteria"
        return status, f"all activities are done, but Moodle does not call the course completed: {why}"
    if course.progress is None:
        return status, "no activity is tracked, so there is no progress"
    return status, ""


def completion_time(status: CompletionStatus) -> datetime | None:
    """Moodle tells times per criterion only: the last one if all are needed, the first if any is enough."""
    times = [moment for c in status.completions if c.complete and (moment := from_epoch(c.timecompleted))]
    if not status.completed or not times:
        return None
    return max(times) if status.aggregation == _ALL_CRITERIA else min(times)


def due(event: ActionEvent, base: str) -> Assignment | None:
    """A due date of this learner, overrides and submissions considered by Moodle; None if it names no course or moment.

    Moodle lists an event only while the learner still has something to do, so it is never completed. It is required:
    a teacher set the date for everybody enrolled.
    """
    moment = from_epoch(event.timesort)
    if event.course is None or moment is None:
        return None
    return Assignment(
        external_id=str(event.id), resource_id=str(event.course.id), required=True, due=Due(moment, origin="activity"),
        title=unescaped(event.activityname) or None, url=_activity_address(event.url, base),
        origin=Origin(f"core_calendar_get_action_events_by_timesort[id={event.id}]",
                      f"date of type {event.eventtype!r}; Moodle tells no state, so it counts as not started"))


def course_due(event: CourseEvent, activity: Activity | None, base: str) -> Assignment | None:
    """A date that holds for the whole course: no personal extension, and nobody knows what is handed in."""
    moment = from_epoch(event.timestart)
    if event.courseid is None or moment is None or event.eventtype not in DUE_EVENTS:
        return None
    named = activity is not None and event.modulename is not None and _MODULE.fullmatch(event.modulename)
    return Assignment(
        external_id=str(event.id), resource_id=str(event.courseid), required=True, due=Due(moment, origin="activity"),
        title=unescaped(activity.name if activity else event.name) or None,
        url=f"{base}/mod/{event.modulename}/view.php?id={activity.cmid}" if activity and named else None,
        origin=Origin(f"core_calendar_get_calendar_events[id={event.id}]",
                      f"date of type {event.eventtype!r} for the whole course, without personal extensions; "
                      "whether it is handed in is not known"))


def badge(award: AwardedBadge, base: str) -> Badge:
    return Badge(
        external_id=award.uniquehash, name=unescaped(award.name), issuer=unescaped(award.issuername),
        description=plain(award.description, SUMMARY_LIMIT), issued_at=from_epoch(award.dateissued),
        expires_at=from_epoch(award.dateexpire), image_url=badge_image(award.badgeurl, base),
        url=f"{base}/badges/badge.php?hash={quote(award.uniquehash, safe='')}",
        resource_id=str(award.courseid) if award.courseid else None,
        origin=Origin(f"core_badges_get_user_badges[uniquehash={award.uniquehash[:8]}…]"))


def course_address(course_id: int, base: str) -> str:
    return f"{base}/course/view.php?id={course_id}"


def course_image(address: str | None, base: str) -> str | None:
    """Only an uploaded picture can be fetched without a session; Moodle's generated pattern redirects to sign-in."""
    path = _own_path(address, base)
    uploaded = path.startswith("/pluginfile.php/") and "/course/overviewfiles/" in path
    return f"{base}{path}" if uploaded else None


def badge_image(address: str | None, base: str) -> str | None:
    """``badgeurl`` wants the token; the same picture is public without ``/webservice`` (Moodle's lib/filelib.php)."""
    path = _own_path(address, base).removeprefix("/webservice")
    return f"{base}{path}" if path.startswith("/pluginfile.php/") and "/badges/badgeimage/" in path else None


def language_tag(pack: str | None) -> str | None:
    """Moodle's language pack as a BCP 47 tag: ``pt_br`` is pt-BR, ``de_du`` (informal) is de."""
    language, _, second = (pack or "").lower().partition("_")
    if not language.isalpha():
        return None
    region = len(second) == 2 and second.isalpha() and second not in _NOT_A_REGION
    return f"{language}-{second.upper()}" if region else language


def _activity_address(address: str | None, base: str) -> str | None:
    """The activity's page on this Moodle; an address with a sesskey is somebody's session and never passed on."""
    return address if _own_path(address, base) and "sesskey" not in str(address) else None


def _own_path(address: str | None, base: str) -> str:
    """The path below this Moodle's address, without its query; empty for any other place."""
    safe = web_address(address)
    return urlsplit(safe.removeprefix(base)).path if safe and safe.startswith(f"{base}/") else ""

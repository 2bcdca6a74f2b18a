"""Where due dates come from: Moodle's timeline of one learner, or the dates of whole courses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.moodle import mapping
from adapters.moodle.payloads import ActionEvent, Activity, Course, CourseEvent, Rows, part, rows
from adapters.moodle.webservice import (
    ASSIGNMENTS,
    COURSE_EVENTS,
    NOT_IN_SERVICE,
    PERMISSION_CODES,
    TIMELINE,
    Refused,
    WebService,
)
from adapters.paging import collect
from adapters.records import Account, Assignment, LearningResource, Notice
from adapters.session import Scope

PAGE = 50       # Moodle refuses more
OVERDUE = timedelta(days=90)
"""How far back something overdue is still worth showing."""

_NO_RIGHT = PERMISSION_CODES | {NOT_IN_SERVICE}


@dataclass(slots=True)
class DueDates:
    """resources: courses that only a due date mentions. complete is False when dates exist that could not be read."""

    assignments: list[Assignment] = field(default_factory=list)
    resources: list[LearningResource] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    complete: bool = True


def of_learner(moodle: WebService, account: Account, courses: Sequence[Course], now: datetime, base: str) -> DueDates:
    """The learner's own timeline; where the token may not read it, the courses' dates and a word about it."""
    scope = moodle.session.of_learner(account.external_id)
    found: Rows[ActionEvent] = Rows()

    def page(after: int | None) -> tuple[list[ActionEvent], int | None]:
        arguments = {"userid": account.external_id, "timesortfrom": int((now - OVERDUE).timestamp()),
                     "limitnum": PAGE, **({"aftereventid": after} if after else {})}
        answer = moodle.call(TIMELINE, arguments, scope=scope, tolerate=_NO_RIGHT)
        if isinstance(answer, Refused):
            raise _MayNot
        read = rows(ActionEvent, part(answer, "events", TIMELINE), TIMELINE)
        found.notices += [n for n in read.notices if n not in found.notices]
        found.complete &= read.complete
        last = answer.get("lastid")
        more = len(read.items) == PAGE and isinstance(last, int)
        return read.items, last if more else None

    try:
        pages = collect(page, lambda event: event.id)
    except _MayNot:
        return _without_timeline(moodle, scope, courses, now, base)
    known = {str(course.id) for course in courses}
    result = DueDates(notices=[*found.notices, *pages.warnings], complete=found.complete and pages.complete)
    for event in pages.items:
        assignment = mapping.due(event, base)
        if assignment is None or event.course is None:
            result.notices.append(Notice("item_skipped", "a due date without a course or a moment", str(event.id)))
            continue
        if assignment.resource_id not in known:
            known.add(assignment.resource_id)
            result.resources.append(mapping.event_resource(event.course, base))
        result.assignments.append(assignment)
    return result


def of_courses(moodle: WebService, scope: Scope, courses: Sequence[Course], now: datetime, base: str) -> DueDates:
    """Dates ahead in courses not yet completed: the same for everybody enrolled.

    What lies in the past is left out, because nobody can tell here whether it is overdue or long handed in.
    """
    ids = [course.id for course in courses if not course.completed]
    if not ids:
        return DueDates()
    answer = moodle.call(COURSE_EVENTS, {
        "events": {"courseids": ids},
        "options": {"userevents": False, "siteevents": False, "timestart": int(now.timestamp())},
    }, scope=scope, tolerate=_NO_RIGHT)
    if isinstance(answer, Refused):
        return DueDates(complete=False, notices=[Notice(
            "due_dates_unreadable", f"due dates cannot be read: grant moodle/calendar:manageentries, or add "
            f"{COURSE_EVENTS} to the service, or switch due dates off in the settings", answer.code)])
    read = rows(CourseEvent, part(answer, "events", COURSE_EVENTS), COURSE_EVENTS)
    result = DueDates(notices=read.notices, complete=read.complete)
    refused = [str(w.get("itemid")) for w in answer.get("warnings") or () if isinstance(w, dict)]
    if refused:
        result.complete = False
        result.notices.append(Notice("due_dates_unreadable", "the token may not read the dates of some courses: it "
                                     "needs moodle/course:view", ", ".join(refused)[:80]))
    activities = _activities(moodle, scope, read.items)
    for event in read.items:
        activity = activities.get(event.instance or 0) if event.modulename == "assign" else None
        assignment = mapping.course_due(event, activity, base)
        if assignment is not None and event.courseid in ids:
            result.assignments.append(assignment)
    return result


def _without_timeline(moodle: WebService, scope: Scope, courses: Sequence[Course], now: datetime,
                      base: str) -> DueDates:
    result = of_courses(moodle, scope, courses, now, base)
    if result.complete:
        result.notices.append(Notice(
            "due_dates_not_personal", "due dates are those of the whole course, without personal extensions and "
            "without what is overdue, because the token may not read a learner's timeline; for those grant "
            "moodle/calendar:manageentries and keep the timeline function in the service"))
    return result


def _activities(moodle: WebService, scope: Scope, events: Sequence[CourseEvent]) -> dict[int, Activity]:
    """Names and addresses of assignments by their id; empty where they may not be read."""
    courses = sorted({e.courseid for e in events if e.courseid and e.modulename == "assign"})
    if not courses:
        return {}
    answer = moodle.call(ASSIGNMENTS, {"courseids": courses, "includenotenrolledcourses": True}, scope=scope,
                         tolerate=_NO_RIGHT)
    if isinstance(answer, Refused):
        return {}
    found: dict[int, Activity] = {}
    for course in part(answer, "courses", ASSIGNMENTS):
        found |= {a.id: a for a in rows(Activity, part(course, "assignments", ASSIGNMENTS), ASSIGNMENTS).items}
    return found


class _MayNot(Exception):
    """The token may not read the timeline."""

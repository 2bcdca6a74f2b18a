"""A small server that speaks Moodle's wire format about a World, with Moodle's own habits.

Errors are HTTP 200, names are HTML-escaped and badge descriptions are not, "no date" is 0 or null, flags are numbers
here and booleans there, badges of others come stripped, the timeline pages. Resources and assignments of the world
need numeric ids. Moodle cannot say, and so this sandbox does not: failed and withdrawn, when a course was begun,
scores, more than one topic, durations, providers; a due day becomes its last minute in UTC.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from html import escape
from typing import Any

from flask import Flask, Response, jsonify, redirect, render_template_string, request
from flask.typing import ResponseReturnValue

from adapters.records import Assignment, Badge, Enrolment, LearningResource, Status
from adapters.world import Person, World

TOKEN = "5a4db0c5e1f04b6d9d1f7f0a55a1b0c7"  # noqa: S105 – the sandbox's own, good for nothing else
SERVICE_USER = 2
FIRST_PERSON = 3
FIRST_CATEGORY = 2

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ title }} – {{ site }}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><header><p>{{ site }}</p></header>
<main><h1>{{ title }}</h1><p>{{ text }}</p>
{% if link %}<p><a href="{{ link }}">{{ link_text }}</a></p>{% endif %}</main>
</body></html>
"""


def create_sandbox(world: World) -> Flask:
    """The web services, files and pages of one Moodle."""
    app = Flask(__name__)
    moodle = _Moodle(world)

    @app.post("/webservice/rest/server.php")
    def server() -> ResponseReturnValue:
        if request.form.get("moodlewsrestformat") != "json":
            return Response('<?xml version="1.0" encoding="UTF-8" ?>\n<RESPONSE/>', mimetype="application/xml")
        try:
            return jsonify(moodle.answer(request.form, request.url_root.rstrip("/")))
        except _MoodleError as error:
            return jsonify(exception="core\\exception\\moodle_exception", errorcode=error.code, message=error.code)

    @app.get("/course/view.php")
    def course() -> ResponseReturnValue:
        found = next((r for r in world.resources if r.external_id == request.args.get("id")), None)
        return _page(world, found.title, found.summary) if found else _missing(world)

    @app.get("/mod/assign/view.php")
    def activity() -> ResponseReturnValue:
        found = next((a for a in moodle.assignments() if moodle.event_id(a) == request.args.get("id", type=int)), None)
        if found is None:
            return _missing(world)
        course = world.resource(found.resource_id)
        return _page(world, found.title or course.title, "",
                     f"{request.script_root}/course/view.php?id={course.external_id}", course.title)

    @app.get("/badges/badge.php")
    def badge() -> ResponseReturnValue:
        found = next((b for all_of in world.badges.values() for b in all_of
                      if b.external_id == request.args.get("hash")), None)
        return _page(world, found.name, found.description) if found else _missing(world)

    @app.get("/pluginfile.php/<int:context>/course/generated/course.svg")
    def generated(context: int) -> ResponseReturnValue:
        return redirect(f"{request.script_root}/login/index.php", 303)

    @app.get("/pluginfile.php/<int:context>/course/overviewfiles/cover.png")
    @app.get("/pluginfile.php/1/badges/badgeimage/<int:context>/f3")
    def picture(context: int) -> ResponseReturnValue:
        return Response(_png(f"{world.title}{context}"), mimetype="image/png")

    @app.get("/login/index.php")
    def login() -> ResponseReturnValue:
        return _page(world, "Log in", "Sign in on this platform as usual.")

    return app


def settings_for(base_url: str) -> dict[str, str]:
    """Settings and the secret that this sandbox accepts."""
    return {"base_url": base_url, "token": TOKEN}


class _MoodleError(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Moodle:
    """The functions of the web service; each takes the form as sent and the site's address."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._people = {FIRST_PERSON + i: person for i, person in enumerate(world.people)}
        topics = sorted({resource.topics[0] for resource in world.resources if resource.topics})
        self._categories = {topic: FIRST_CATEGORY + i for i, topic in enumerate(topics)}
        self._functions: dict[str, Callable[[Mapping[str, str], str], Any]] = {
            "core_webservice_get_site_info": self._site_info,
            "core_user_get_users": self._users,
            "core_user_get_users_by_field": self._users_by_field,
            "core_enrol_get_users_courses": self._users_courses,
            "core_completion_get_course_completion_status": self._completion,
            "core_badges_get_user_badges": self._badges,
            "core_course_get_courses_by_field": self._catalogue,
            "core_course_search_courses": self._search,
            "core_enrol_get_enrolled_users": self._enrolled_users,
            "core_calendar_get_action_events_by_timesort": self._timeline,
            "core_calendar_get_calendar_events": self._course_events,
            "mod_assign_get_assignments": self._course_assignments,
        }

    def answer(self, form: Mapping[str, str], base: str) -> Any:
        if form.get("wstoken") != TOKEN:
            raise _MoodleError("invalidtoken")
        function = self._functions.get(form.get("wsfunction", ""))
        if function is None:
            raise _MoodleError("invalidrecord")
        return function(form, base)

    def assignments(self) -> list[Assignment]:
        return [a for all_of in self._world.assignments.values() for a in all_of]

    def event_id(self, assignment: Assignment) -> int:
        return _number(assignment.external_id)

    def _site_info(self, form: Mapping[str, str], base: str) -> Any:
        return {
            "sitename": _escaped(self._world.title), "username": "homeroom", "userid": SERVICE_USER, "siteurl": base,
            "functions": [{"name": name, "version": "2024100706"} for name in self._functions],
            "release": "4.5.6 (Build: 20250811)", "version": "2024100706", "userissiteadmin": False,
            "advancedfeatures": [{"name": "enablecompletion", "value": 1}, {"name": "enablebadges", "value": 1}],
        }

    def _user(self, user: int) -> dict[str, Any]:
        person = self._people[user]
        return {"id": user, "username": person.username.lower(), "fullname": person.name, "email": person.email,
                "department": "", "idnumber": person.id_number, "firstaccess": 0, "lastaccess": 0, "auth": "oidc",
                "suspended": not person.active, "confirmed": True, "lang": person.language, "timezone": "99"}

    def _users(self, form: Mapping[str, str], base: str) -> Any:
        if form.get("criteria[0][key]") != "email":
            unknown = {"item": form.get("criteria[0][key]"), "warningcode": "invalidfieldparameter", "message": ""}
            return {"users": [self._user(user) for user in self._people], "warnings": [unknown]}
        like = "".join({"%": ".*", "_": "."}.get(c, re.escape(c)) for c in form.get("criteria[0][value]", ""))
        found = [u for u, p in self._people.items() if re.fullmatch(like, p.email, re.IGNORECASE)]
        return {"users": [self._user(user) for user in found], "warnings": []}

    def _users_by_field(self, form: Mapping[str, str], base: str) -> Any:
        name, wanted = form.get("field"), form.get("values[0]", "")
        if name == "username" and wanted != wanted.lower():
            raise _MoodleError("invalidparameter")
        return [user for user in map(self._user, self._people) if str(user.get(str(name), "")) == wanted]

    def _users_courses(self, form: Mapping[str, str], base: str) -> Any:
        person = self._people.get(_number(form.get("userid", "")))
        found = self._world.enrolments.get(person.username, ()) if person else ()
        return [self._enrolled(e, base) for e in found if e.status is not Status.WITHDRAWN]

    def _enrolled(self, enrolment: Enrolment, base: str) -> dict[str, Any]:
        resource = self._world.resource(enrolment.resource_id)
        progress = None if enrolment.progress is None else enrolment.progress * 100
        return {
            **self._course(resource, base), "visible": 1, "enablecompletion": True, "completionhascriteria": True,
            "completionusertracked": True, "showgrades": True, "enddate": 0, "isfavourite": False, "hidden": False,
            "progress": int(progress) if progress is not None and progress.is_integer() else progress,
            "completed": enrolment.status is Status.COMPLETED,
            "lastaccess": _epoch(enrolment.last_activity_at) or None,
            "timemodified": _epoch(resource.updated_at),
        }

    def _course(self, resource: LearningResource, base: str) -> dict[str, Any]:
        number = _number(resource.external_id)
        picture = "overviewfiles/cover.png" if resource.image_url else "generated/course.svg"
        return {
            "id": number, "shortname": f"C{number}", "fullname": _escaped(resource.title),
            "displayname": _escaped(resource.title), "summaryformat": 1,
            "summary": f"<p>{escape(resource.summary)}</p>" if resource.summary else "",
            "lang": (resource.language or "").lower().replace("-", "_"),
            "courseimage": f"{base}/pluginfile.php/{number + 100}/course/{picture}", "overviewfiles": [],
        }

    def _completion(self, form: Mapping[str, str], base: str) -> Any:
        enrolment = self._enrolment(form)
        done = enrolment.status is Status.COMPLETED
        criterion = {"type": 1, "title": "Self completion", "status": "Yes" if done else "No", "complete": done,
                     "timecompleted": _epoch(enrolment.completed_at) or None}
        return {"completionstatus": {"completed": done, "aggregation": 1, "completions": [criterion]}, "warnings": []}

    def _enrolment(self, form: Mapping[str, str]) -> Enrolment:
        person = self._person(form)
        found = next((e for e in self._world.enrolments.get(person.username, ())
                      if e.resource_id == form.get("courseid")), None)
        if found is None:
            raise _MoodleError("usernotenroled")
        return found

    def _person(self, form: Mapping[str, str]) -> Person:
        person = self._people.get(_number(form.get("userid", "")))
        if person is None:
            raise _MoodleError("invaliduser")
        return person

    def _badges(self, form: Mapping[str, str], base: str) -> Any:
        person = self._person(form)
        awards = self._world.badges.get(person.username, ())
        if any(re.search(r"<[a-zA-Z/]", badge.description) for badge in awards):
            raise _MoodleError("invalidresponse")       # one badge with markup breaks the whole list
        return {"badges": [self._badge(badge, form["userid"], base) for badge in awards], "warnings": []}

    def _badge(self, badge: Badge, user: str, base: str) -> dict[str, Any]:
        number = zlib.crc32(badge.name.encode()) % 10_000
        return {
            "id": number, "name": _escaped(badge.name), "description": badge.description, "timecreated": 0,
            "timemodified": 0, "issuername": _escaped(badge.issuer), "issuerurl": base, "type": 1, "status": 0,
            "uniquehash": badge.external_id, "dateissued": _epoch(badge.issued_at),
            "dateexpire": _epoch(badge.expires_at) or None, "visible": 0, "recipientid": int(user),
            "badgeurl": f"{base}/webservice/pluginfile.php/1/badges/badgeimage/{number}/f3",
            "alignment": [], "relatedbadges": [],
        }

    def _catalogue(self, form: Mapping[str, str], base: str) -> Any:
        site = {"id": 1, "fullname": _escaped(self._world.title), "displayname": _escaped(self._world.title),
                "shortname": "site", "categoryid": 0, "categoryname": "", "summary": "", "summaryformat": 0,
                "enrollmentmethods": [], "format": "site", "visible": 1}
        return {"courses": [site, *self._offered(base)], "warnings": []}

    def _offered(self, base: str) -> list[dict[str, Any]]:
        return [{
            **self._course(resource, base), "visible": 1, "format": "topics", "enablecompletion": 1,
            "categoryid": self._categories[resource.topics[0]] if resource.topics else 99,
            "categoryname": _escaped(resource.topics[0]) if resource.topics else "",
            "enrollmentmethods": ["manual", "self"] if resource.open_to_all else ["manual"],
        } for resource in self._world.resources]

    def _search(self, form: Mapping[str, str], base: str) -> Any:
        wanted = form.get("criteriavalue", "").lower()
        found = [c for c in self._offered(base) if wanted in c["fullname"].lower()]
        page, size = int(form.get("page", 0)), int(form.get("perpage", 0)) or len(found)
        return {"total": len(found), "courses": found[page * size:(page + 1) * size], "warnings": []}

    def _enrolled_users(self, form: Mapping[str, str], base: str) -> Any:
        return [self._user(user) for user, person in self._people.items()
                if any(e.resource_id == form.get("courseid") for e in self._world.enrolments.get(person.username, ()))]

    def _timeline(self, form: Mapping[str, str], base: str) -> Any:
        limit = int(form.get("limitnum", 20))
        if not 1 <= limit <= 50:
            raise _MoodleError("Limit must be between 1 and 50 (inclusive)")
        person, since = self._person(form), int(form.get("timesortfrom", 0))
        events = sorted((event for a in self._world.assignments.get(person.username, ())
                         if a.due and a.status is not Status.COMPLETED
                         and (event := self._event(a, base))["timesort"] >= since),
                        key=lambda e: (e["timesort"], e["id"]))
        after = _number(form.get("aftereventid", ""))
        start = next((i + 1 for i, e in enumerate(events) if e["id"] == after), 0)
        page = events[start:start + limit]
        return {"events": page, "firstid": page[0]["id"] if page else None, "lastid": page[-1]["id"] if page else None}

    def _event(self, assignment: Assignment, base: str) -> dict[str, Any]:
        course = self._world.resource(assignment.resource_id)
        number, moment = self.event_id(assignment), _due_epoch(assignment)
        title = _escaped(assignment.title or course.title)
        return {
            "id": number, "name": f"{title} is due", "activityname": title, "modulename": "assign", "instance": number,
            "eventtype": "due", "timestart": moment, "timesort": moment, "userid": SERVICE_USER, "visible": 1,
            "overdue": moment < self._world.now.timestamp(), "url": f"{base}/mod/assign/view.php?id={number}",
            "editurl": f"{base}/course/mod.php?update={number}&sesskey=sandbox",
            "course": {"id": _number(course.external_id), "fullname": _escaped(course.title), "progress": 0,
                       "hasprogress": False, "viewurl": f"{base}/course/view.php?id={course.external_id}"},
        }

    def _course_events(self, form: Mapping[str, str], base: str) -> Any:
        courses = {value for name, value in form.items() if name.startswith("events[courseids]")}
        since = int(form.get("options[timestart]", 0))
        events = {self.event_id(a): {
            "id": self.event_id(a), "name": f"{_escaped(a.title or '')} is due", "courseid": _number(a.resource_id),
            "modulename": "assign", "instance": self.event_id(a), "eventtype": "due", "timestart": _due_epoch(a),
        } for a in self.assignments() if a.due and a.resource_id in courses and _due_epoch(a) >= since}
        return {"events": list(events.values()), "warnings": []}

    def _course_assignments(self, form: Mapping[str, str], base: str) -> Any:
        courses = sorted({value for name, value in form.items() if name.startswith("courseids")})
        named = {self.event_id(a): a for a in self.assignments()}
        return {"warnings": [], "courses": [{"id": _number(course), "assignments": [
            {"id": number, "cmid": number, "course": _number(course), "duedate": _due_epoch(a),
             "name": _escaped(a.title or self._world.resource(a.resource_id).title)}
            for number, a in named.items() if a.resource_id == course]} for course in courses]}


def _escaped(text: str) -> str:
    """Moodle escapes markup in names, but not quotes."""
    return escape(text, quote=False)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _epoch(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment else 0


def _due_epoch(assignment: Assignment) -> int:
    if assignment.due is None:
        return 0
    at = assignment.due.at
    return _epoch(at if isinstance(at, datetime) else datetime.combine(at, time(23, 59), UTC))


def _page(world: World, title: str, text: str, link: str = "", link_text: str = "") -> str:
    return render_template_string(_PAGE, site=world.title, title=title, text=text, link=link, link_text=link_text)


def _missing(world: World) -> ResponseReturnValue:
    return _page(world, "Not found", "There is nothing at this address."), 404


def _png(seed: str, width: int = 320, height: int = 180) -> bytes:
    """A picture of one colour, by the PNG specification (W3C, third edition): truecolour, no filter."""
    colour = bytes(96 + byte // 2 for byte in hashlib.sha256(seed.encode()).digest()[:3])
    row = b"\0" + colour * width

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(row * height)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)

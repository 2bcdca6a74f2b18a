"""A small server that speaks Kolibri's wire format about a World, with Kolibri's own habits.

A session cookie and a CSRF token, errors as lists, ``200 []`` for whoever may not read, ids of 32 hexadecimal digits,
no shares of progress, and one page for every address (what follows ``#`` never reaches the server).

Resources and assignments of the world need ids of 32 hexadecimal digits; an enrolment is read back under the id of its
resource. An assignment is a lesson of one resource, or a quiz where it has the id of an exercise. Kolibri cannot say,
and so this sandbox does not: due dates, failed and withdrawn, moments of start and completion, progress and score (but
of a quiz, to the percent), books and events, levels, and that a resource is not open to all or an assignment optional.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from flask import Flask, Response, jsonify, redirect, render_template_string, request
from flask.typing import ResponseReturnValue

from adapters.records import Assignment, Enrolment, LearningResource, ResourceType, Status
from adapters.world import Person, World

SERVICE, PASSWORD = "homeroom", "sandbox-only"
LEARNER_PASSWORD = "learner"  # noqa: S105 – the sandbox's own, good for nothing else
CLASS_SIZE, QUESTIONS = 25, 100
_KINDS = {
    ResourceType.VIDEO: "video", ResourceType.AUDIO: "audio", ResourceType.DOCUMENT: "document",
    ResourceType.EXERCISE: "exercise", ResourceType.PATH: "topic", ResourceType.COURSE: "topic",
}
_WORDS = {Status.NOT_STARTED: "NotStarted", Status.IN_PROGRESS: "Started", Status.FAILED: "HelpNeeded",
          Status.COMPLETED: "Completed"}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Learn – {{ world.title }}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>article { display: none } article:target { display: block }</style></head>
<body><header><p>{{ world.title }}</p></header><main>
{% for address, title, text in places %}<article id="{{ address }}"><h1>{{ title }}</h1><p>{{ text }}</p></article>
{% endfor %}</main></body></html>
"""
_NOT_FOUND = "<!doctype html>\n<html lang=\"en\">\n<head>\n  <title>Not Found</title>\n</head>\n<body>\n" \
             "  <h1>Not Found</h1><p>The requested resource was not found on this server.</p>\n</body>\n</html>\n"


def create_sandbox(world: World) -> Flask:
    """The API and the learn page of one Kolibri. Raises ValueError for an id Kolibri could not have."""
    app = Flask(__name__)
    school = _School(world)
    visitors: dict[str, str] = {}   # session cookie → user id

    def visitor() -> str | None:
        return visitors.get(request.cookies.get("kolibri", ""))

    def coach() -> bool:
        return visitor() == _id(SERVICE)

    def csrf_is_right() -> bool:
        return visitor() is None or request.headers.get("X-CSRFToken") == request.cookies.get("kolibri_csrftoken")

    @app.get("/api/public/info/")
    def info() -> ResponseReturnValue:
        return jsonify(application="kolibri", kolibri_version="0.19.5", instance_id=_id("instance"),
                       device_name="sandbox", operating_system="Linux")

    @app.get("/api/public/v1/facility/")
    def facilities() -> ResponseReturnValue:
        return jsonify([{"id": school.facility, "dataset": _id("dataset"), "name": world.title,
                         "learner_can_login_with_no_password": False, "learner_can_sign_up": False}])

    @app.post("/api/auth/session/")
    def sign_in() -> ResponseReturnValue:
        sent = request.get_json()
        if not csrf_is_right():
            return _error("PERMISSION_DENIED", 403, view="Session List")
        if sent.get("facility") not in (None, school.facility):
            return jsonify([f"Invalid pk \"{sent['facility']}\" - object does not exist."]), 400
        user = school.user_named(sent.get("username", ""))
        if user is None:
            return _error("NOT_FOUND", 400, field="username", message="Username not found.")
        if not sent.get("password"):
            return _error("MISSING_PASSWORD", 400, field="password",
                          message="Username is valid, but password is missing.")
        if sent["password"] != (PASSWORD if user["id"] == _id(SERVICE) else LEARNER_PASSWORD):
            return _error("INVALID_CREDENTIALS", 401)
        token = secrets.token_hex(16)
        visitors[token] = user["id"]
        answer = jsonify(school.session_of(user["id"]))
        answer.set_cookie("kolibri", token, httponly=True)
        answer.set_cookie("kolibri_csrftoken", secrets.token_urlsafe(48))
        return answer

    @app.put("/api/auth/session/current/")
    def session() -> ResponseReturnValue:
        if not csrf_is_right():
            return _error("PERMISSION_DENIED", 403, view="Session Instance")
        return jsonify(school.session_of(visitor()))

    @app.get("/api/auth/facilityuser/")
    def users() -> ResponseReturnValue:
        wanted = request.args.get("search", "").lower()
        found = [u for u in school.users.values() if (coach() or u["id"] == visitor())
                 and wanted in f"{u['username']} {u['full_name']}".lower()]
        if (size := request.args.get("page_size", type=int)) is None:
            return jsonify(found)
        page = request.args.get("page", 1, type=int)
        return jsonify(page=page, count=len(found), total_pages=max(1, -(-len(found) // size)),
                       results=found[(page - 1) * size:page * size])

    @app.get("/api/auth/facilityuser/<user_id>/")
    def user(user_id: str) -> ResponseReturnValue:
        found = school.users.get(user_id) if coach() or user_id == visitor() else None
        return jsonify(found) if found else _error("NOT_FOUND", 404, view="Facility User Instance")

    @app.get("/api/auth/membership/")
    def memberships() -> ResponseReturnValue:
        wanted = request.args.get("user_ids", "").split(",")
        return jsonify([{"id": _id(f"membership/{c.id}/{p.username}"), "collection": c.id, "user": _id(p.username)}
                        for c in school.classes.values() for p in c.people if coach() and _id(p.username) in wanted])

    @app.get("/api/auth/classroom/")
    def classrooms() -> ResponseReturnValue:
        return jsonify([{"id": c.id, "name": c.name, "parent": school.facility, "learner_count": len(c.people),
                         "coaches": []} for c in school.classes.values() if coach()])

    @app.get("/coach/api/classsummary/<class_id>/")
    def summary(class_id: str) -> ResponseReturnValue:
        if not coach() or class_id not in school.classes:
            return _error("PERMISSION_DENIED", 403, view="Class Summary Instance")
        return jsonify(school.summary(school.classes[class_id]))

    @app.get("/api/content/contentnode/")
    def nodes() -> ResponseReturnValue:
        if ids := request.args.get("ids"):
            return jsonify([school.node(r) for r in school.content() if r.external_id in ids.split(",")])
        leaves = [r for r in school.content() if _kind(r) != "topic"]
        size, start = request.args.get("max_results", len(leaves), type=int), request.args.get("cursor", 0, type=int)
        more = {**request.args.to_dict(), "cursor": str(start + size)} if start + size < len(leaves) else None
        return jsonify(more=more, results=[school.node(r) for r in leaves[start:start + size]], labels={})

    @app.get("/learn/")
    def learn() -> ResponseReturnValue:
        return redirect(f"{request.script_root}/en/learn/", 302)      # a browser keeps what follows the #

    @app.get("/en/learn/")
    def page() -> ResponseReturnValue:
        return render_template_string(_PAGE, world=world, places=list(school.places()))

    @app.errorhandler(404)
    def not_found(_error: Exception) -> ResponseReturnValue:
        return Response(_NOT_FOUND, 404, mimetype="text/html")

    return app


def settings_for(base_url: str) -> dict[str, str]:
    """Settings and the secret that this sandbox accepts."""
    return {"base_url": base_url, "username": SERVICE, "password": PASSWORD}


@dataclass(frozen=True, slots=True)
class _Class:
    """name: who assigns, as the world has it. people: at most CLASS_SIZE, as in a classroom."""

    id: str
    name: str
    people: tuple[Person, ...]


class _School:
    """The world as Kolibri files it: people in classes, assignments as lessons and quizzes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._resources = {_hex(r.external_id): r for r in world.resources}
        self.facility = _id("facility")
        self.users = {_id(p.username): _user(self.facility, p.username, p.name, p.id_number) for p in world.people}
        self.users[_id(SERVICE)] = _user(self.facility, SERVICE, "Portal", "")
        assigned = [a for all_of in world.assignments.values() for a in all_of]
        self._quizzes = {_hex(a.external_id) for a in assigned if a.external_id == a.resource_id
                         and self._resources[a.resource_id].type is ResourceType.EXERCISE}
        self.classes = {c.id: c for c in self._classes()}

    def _classes(self) -> Iterable[_Class]:
        for name in sorted({a.assigned_by for all_of in self._world.assignments.values() for a in all_of} | {""}):
            people = [p for p in self._world.people if name in self._assigners(p)]
            for start in range(0, len(people), CLASS_SIZE):
                yield _Class(_id(f"class/{name}/{start}"), name, tuple(people[start:start + CLASS_SIZE]))

    def _assigners(self, person: Person) -> set[str]:
        return {a.assigned_by for a in self._assignments(person)} or {""}

    def _assignments(self, person: Person) -> tuple[Assignment, ...]:
        return self._world.assignments.get(person.username, ())

    def user_named(self, username: str) -> dict[str, Any] | None:
        return next((u for u in self.users.values() if u["username"].lower() == username.lower()), None)

    def session_of(self, user_id: str | None) -> dict[str, Any]:
        user = self.users.get(user_id or "", {"username": "", "full_name": ""})
        kind = "anonymous" if user_id is None else "coach" if user_id == _id(SERVICE) else "learner"
        return {"username": user["username"], "full_name": user["full_name"], "user_id": user_id, "kind": [kind],
                "facility_id": self.facility, "full_facility_import": True, "id": "current", "app_context": False,
                "server_time": _text(self._world.now)}

    def content(self) -> list[LearningResource]:
        return [r for key, r in self._resources.items() if key not in self._quizzes]

    def node(self, r: LearningResource) -> dict[str, Any]:
        lang = {"id": r.language, "lang_code": r.language.split("-")[0]} if r.language else None
        return {
            **self._listed(r), "id": r.external_id, "author": r.provider, "coach_content": False,
            "description": r.summary or None, "duration": int(r.duration.total_seconds()) if r.duration else None,
            "lang": lang, "tags": list(r.topics), "thumbnail": r.image_url, "files": [], "ancestors": [],
            "modality": "COURSE" if r.type is ResourceType.COURSE else None, "is_leaf": _kind(r) != "topic",
        }

    def _listed(self, r: LearningResource) -> dict[str, Any]:
        return {"available": True, "content_id": _content_id(r), "title": r.title, "kind": _kind(r),
                "channel_id": _id("channel"), "options": {}}

    def summary(self, room: _Class) -> dict[str, Any]:
        """A class with everybody's progress."""
        own = [(_id(p.username), e) for p in room.people for e in self._world.enrolments.get(p.username, ())
               if e.status in _WORDS]
        given: dict[str, list[tuple[str, Assignment]]] = {}
        for person in room.people:
            for a in self._assignments(person):
                if a.assigned_by == room.name:
                    given.setdefault(a.external_id, []).append((_id(person.username), a))
        lessons = [_lesson(room, [x for x, _ in to], to[0][1], self._resources[to[0][1].resource_id])
                   for key, to in given.items() if key not in self._quizzes]
        met = sorted({e.resource_id for _, e in own} | {to[0][1].resource_id for to in given.values()})
        known = [self._resources[key] for key in met if key not in self._quizzes]
        lessons.append(_unseen_lesson(room, known))
        return {
            "id": room.id, "facility_id": self.facility, "picture_password_settings": None, "name": room.name,
            "coaches": [], "groups": [], "adhoclearners": [],
            "learners": [{"id": _id(p.username), "username": p.username, "picture_password": None, "name": p.name}
                         for p in room.people],
            "lessons": lessons,
            "exams": [_exam(room, [x for x, _ in to], to[0][1], self._resources[key].title)
                      for key, to in given.items() if key in self._quizzes],
            "content": [{**self._listed(r), "node_id": r.external_id} for r in known],
            "content_learner_status": [
                {"learner_id": x, "content_id": _content_id(self._resources[e.resource_id]),
                 "status": _WORDS[e.status], "last_activity": _text(e.last_activity_at), "time_spent": 60.0, "tries": 0}
                for x, e in own if e.resource_id not in self._quizzes],
            "exam_learner_status": [_try(x, e) for x, e in own if e.resource_id in self._quizzes
                                    and e.status is not Status.NOT_STARTED],
        }

    def places(self) -> Iterable[tuple[str, str, str]]:
        """Everything the learn page can show: address behind the #, title, text."""
        for r in self.content():
            yield f"/topics/{'t' if _kind(r) == 'topic' else 'c'}/{r.external_id}", r.title, r.summary
        for room in self.classes.values():
            for a in {a.external_id: a for p in room.people for a in self._assignments(p)}.values():
                title = a.title or self._resources[a.resource_id].title
                if a.external_id in self._quizzes:
                    yield f"/classes/{room.id}/exam/{a.external_id}/0", title, ""
                    yield f"/classes/{room.id}/examReport/{a.external_id}/0/0/0", title, ""
                else:
                    yield f"/classes/{room.id}/lesson/{a.external_id}", title, room.name


def _user(facility: str, username: str, name: str, id_number: str) -> dict[str, Any]:
    return {"id": _id(username), "username": username, "full_name": name, "facility": facility, "id_number": id_number,
            "gender": "", "birth_year": "", "extra_demographics": None, "picture_password": None,
            "is_superuser": False, "roles": []}


def _lesson(room: _Class, learners: list[str], a: Assignment, about: LearningResource) -> dict[str, Any]:
    return {"id": _hex(a.external_id), "title": a.title or about.title, "description": "", "active": True,
            "resources": [_lesson_resource(about)], "collection": room.id, "date_created": _text(a.assigned_at),
            "assignments": [], "learner_ids": learners}


def _unseen_lesson(room: _Class, about: list[LearningResource]) -> dict[str, Any]:
    """A lesson its coach keeps invisible. Kolibri tells of progress only in what stands in some lesson."""
    return {"id": _id(f"unseen/{room.id}"), "title": "Library", "description": "", "active": False,
            "resources": [_lesson_resource(r) for r in about], "collection": room.id, "date_created": None,
            "assignments": [room.id], "learner_ids": []}


def _lesson_resource(about: LearningResource) -> dict[str, str]:
    return {"contentnode_id": about.external_id, "content_id": _content_id(about), "channel_id": _id("channel")}


def _exam(room: _Class, learners: list[str], a: Assignment, title: str) -> dict[str, Any]:
    return {"id": a.external_id, "title": title, "question_count": QUESTIONS, "collection": room.id, "active": True,
            "archive": False, "draft": False, "date_activated": _text(a.assigned_at), "date_archived": None,
            "assignments": [], "learner_ids": learners}


def _try(learner: str, e: Enrolment) -> dict[str, Any]:
    done = e.status is Status.COMPLETED
    return {"learner_id": learner, "exam_id": e.resource_id, "status": "Completed" if done else "Started",
            "last_activity": _text(e.last_activity_at), "previous_num_correct": 0,
            "num_answered": QUESTIONS if done else round((e.progress or 0) * QUESTIONS),
            "num_correct": None if e.score is None else round(e.score * QUESTIONS)}


def _content_id(resource: LearningResource) -> str:
    return next((i.value for i in resource.identifiers if i.kind == "provider_id"), resource.external_id)


def _kind(resource: LearningResource) -> str:
    return _KINDS.get(resource.type, "html5")


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def _id(name: str) -> str:
    return uuid5(NAMESPACE_URL, f"sandbox/{name}").hex


def _hex(text: str) -> str:
    if len(text) != 32 or not set(text) <= set("0123456789abcdef"):
        raise ValueError(f"Kolibri's ids are 32 hexadecimal digits, not {text!r}")
    return text


def _error(code: str, status: int, **metadata: str) -> ResponseReturnValue:
    return jsonify([{"id": code, "metadata": metadata}]), status

"""A small learning record store about a world: exact agents, newest first, short pages, as the specification has it.

Every learner is known under three identifiers in turn – e-mail address, its hash, account – as in a store that several
systems write to.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from uuid import NAMESPACE_URL, uuid5

from flask import Flask, abort, request
from flask.typing import ResponseReturnValue
from markupsafe import escape

from adapters.records import Enrolment, LearningResource, ResourceType, Status
from adapters.times import from_iso
from adapters.world import Person, World

KEY, SECRET = "sandbox", "sandbox-secret"   # accepted by this sandbox only
HOME_PAGE = "https://id.example.com"
PAGE = 20
_ACTIVITIES = "https://activities.example.com/"
_ADL = "http://adlnet.gov/expapi/"
_PARAMETERS = frozenset(["agent", "verb", "activity", "registration", "related_activities", "related_agents", "since",
                         "until", "limit", "format", "attachments", "ascending", "cursor"])
_TYPES = {
    ResourceType.COURSE: _ADL + "activities/course",
    ResourceType.PATH: _ADL + "activities/course",
    ResourceType.VIDEO: "https://w3id.org/xapi/video/activity-type/video",
    ResourceType.AUDIO: "https://w3id.org/xapi/audio/activity-type/audio",
    ResourceType.DOCUMENT: "http://id.tincanapi.com/activitytype/document",
    ResourceType.BOOK: "http://id.tincanapi.com/activitytype/document",
    ResourceType.EXERCISE: _ADL + "activities/assessment",
    ResourceType.EVENT: _ADL + "activities/meeting",
    ResourceType.OTHER: _ADL + "activities/media",
}

Happening = tuple[str, datetime, dict[str, Any]]


def settings_for(base_url: str) -> dict[str, str]:
    return {"base_url": f"{base_url}/xAPI", "client_id": KEY, "client_secret": SECRET, "learner_key": "id_number",
            "account_home_page": HOME_PAGE, "launch_hosts": urlsplit(base_url).netloc}


def create_sandbox(world: World) -> Flask:
    app = Flask(__name__)
    told = cache(lambda root: _statements(world, root))     # a company tells thousands of them

    @app.before_request
    def guard() -> ResponseReturnValue | None:
        if request.endpoint not in ("statements",):
            return None
        given = request.authorization
        if given is None or (given.username, given.password) != (KEY, SECRET):
            return {"detail": "Invalid authentication credentials"}, 401, {"WWW-Authenticate": "Basic"}
        if not request.headers.get("X-Experience-API-Version", "").startswith("1.0"):
            return {"detail": "X-Experience-API-Version is missing or not supported"}, 400
        return None

    @app.get("/xAPI/about")
    def about() -> ResponseReturnValue:
        return {"version": ["1.0.3"]}

    @app.get("/xAPI/statements")
    def statements() -> ResponseReturnValue:
        if unknown := set(request.args) - _PARAMETERS:
            return {"detail": f"unknown parameter {min(unknown)}"}, 400
        try:
            agent = json.loads(request.args["agent"]) if "agent" in request.args else None
            start, limit = int(request.args.get("cursor", 0)), int(request.args.get("limit", 0)) or PAGE
        except ValueError:
            return {"detail": "a parameter cannot be read"}, 400
        since = from_iso(request.args.get("since"))
        found = [s for s in told(request.url_root) if (agent is None or _is_by(s, agent))
                 and (since is None or datetime.fromisoformat(s["stored"]) > since)]
        if request.args.get("ascending") == "true":
            found.reverse()
        answer: dict[str, Any] = {"statements": found[start:start + limit]}
        if start + limit < len(found):
            asked = {k: v for k, v in request.args.items() if k in ("agent", "since", "ascending")}
            place = urlencode({"limit": limit, "cursor": start + limit, **asked})
            answer["more"] = f"{request.script_root}/xAPI/statements?{place}"
        return answer, 200, {"X-Experience-API-Version": "1.0.3"}

    @app.get("/activities/<path:key>")
    def activity(key: str) -> str:
        found = next((r for r in world.resources if r.external_id == key), None) or abort(404)
        return (f"<!doctype html><html lang={escape(found.language or 'en')}><title>{escape(found.title)}</title>"
                f"<h1>{escape(found.title)}</h1><p>{escape(found.summary)}</p><p>{escape(world.title)}</p></html>")

    return app


def _is_by(statement: dict[str, Any], agent: dict[str, Any]) -> bool:
    return all(statement["actor"].get(kind) == value for kind, value in agent.items() if kind != "objectType")


def _statements(world: World, root: str) -> list[dict[str, Any]]:
    """Newest first, by when they were stored: a second after they happened."""
    people = {person.username: person for person in world.people}
    told = [
        {"actor": _actor(people[username], place), "object": _activity(world.resource(enrolment.resource_id), root),
         "verb": {"id": verb, "display": {"en": verb.rsplit("/", 1)[-1]}}, "timestamp": at.isoformat(),
         "version": "1.0.0", **({"result": result} if result else {})}
        for username, enrolments in sorted(world.enrolments.items())
        for place, enrolment in enumerate(enrolments)
        for verb, at, result in _happenings(enrolment, world.now)
    ]
    for number, statement in enumerate(told):
        happened = datetime.fromisoformat(str(statement["timestamp"]))
        statement["id"] = str(uuid5(NAMESPACE_URL, f"{world.title} {number}"))
        statement["stored"] = (happened + timedelta(seconds=1, microseconds=number)).isoformat()
    return sorted(told, key=lambda statement: str(statement["stored"]), reverse=True)


def _actor(person: Person, place: int) -> dict[str, Any]:
    mbox = f"mailto:{person.email}"
    return {"objectType": "Agent", **(
        {"mbox": mbox},
        {"mbox_sha1sum": hashlib.sha1(mbox.encode(), usedforsecurity=False).hexdigest()},
        {"account": {"homePage": HOME_PAGE, "name": person.id_number}},
    )[place % 3]}


def _activity(resource: LearningResource, root: str) -> dict[str, Any]:
    language = resource.language or "en"
    definition: dict[str, Any] = {"type": _TYPES[resource.type], "name": {language: resource.title},
                                  "moreInfo": f"{root}activities/{quote(resource.external_id)}"}
    if resource.summary:
        definition["description"] = {language: resource.summary}
    return {"objectType": "Activity", "id": _ACTIVITIES + quote(resource.external_id), "definition": definition}


def _happenings(enrolment: Enrolment, now: datetime) -> Iterator[Happening]:
    """What must have happened for the enrolment to be as it is, in order."""
    moments = [m for m in (enrolment.started_at, enrolment.last_activity_at, enrolment.completed_at) if m]
    last = enrolment.last_activity_at or max(moments, default=now)
    measured = _result(enrolment)
    untouched = enrolment.status is Status.NOT_STARTED
    yield _ADL + "verbs/registered", min(moments, default=now) - timedelta(days=1), measured if untouched else {}
    if enrolment.started_at:
        yield _ADL + "verbs/initialized", enrolment.started_at, {}
    if enrolment.status is Status.COMPLETED:
        done = enrolment.completed_at or last
        yield _ADL + "verbs/completed", done, {"completion": True, **measured}
        if last > done:
            yield _ADL + "verbs/experienced", last, {}
    elif enrolment.status is Status.FAILED:
        yield _ADL + "verbs/failed", last, {"success": False, **measured}
    elif enrolment.status is Status.IN_PROGRESS or (measured and not untouched):
        yield _ADL + "verbs/progressed", last, measured
    if enrolment.status is Status.WITHDRAWN:
        yield "http://id.tincanapi.com/verb/unregistered", last, {}


def _result(enrolment: Enrolment) -> dict[str, Any]:
    result: dict[str, Any] = {}
    if enrolment.score is not None:
        result["score"] = {"scaled": enrolment.score}
    if enrolment.progress is not None:
        whole = round(enrolment.progress * 100)
        is_whole = abs(whole - enrolment.progress * 100) < 1e-9
        result["extensions"] = ({"https://w3id.org/xapi/cmi5/result/extensions/progress": whole} if is_whole else
                                {"https://w3id.org/xapi/video/extensions/progress": enrolment.progress})
    return result

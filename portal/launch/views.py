"""GET /go/<kind>/<id>: remember the launch, then send the learner to the platform."""

from __future__ import annotations

import logging

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from portal.launch.links import allowed
from portal.security.roles import Role, allow
from portal.services import Services
from portal.signin.sessions import current_learner
from portal.store import launching
from portal.store.database import DatabaseUnusable
from portal.store.launching import Target

log = logging.getLogger(__name__)


def create_blueprint(services: Services) -> Blueprint:
    area = Blueprint("launch", __name__)

    @area.get("/go/<any(resource, assignment, badge):target>/<int:target_id>")
    @allow(Role.LEARNER)
    def go(target: str, target_id: int) -> Response | tuple[str, int]:
        learner = current_learner()
        with services.database.read() as tx:
            place = launching.destination(tx, learner.id, Target(target), target_id)
        if place is None:
            abort(404)
        url = allowed(place.url, place.launch_hosts)
        if url is None:
            return render_template("launch/no_address.html", place=place), 404
        try:
            with services.database.write() as tx:
                launching.note(tx, learner.id, place, request.args.get("from", "")[:50], services.clock())
        except DatabaseUnusable as error:       # the learner gets there all the same
            log.error("a launch was not noted: %s", error)
        response = redirect(url, 303)
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return area

"""GET / – the learner's page. GET /sections/<key> – one part of it, for htmx. GET /patterns – every state.
POST /refresh/<id> – ask a platform again."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

from babel import Locale
from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, get_translations
from flask_htmx import HTMX

from portal.home import page, patterns
from portal.home.overview import viewer
from portal.home.reader import Reader
from portal.home.retry import ask_again
from portal.learner_view import Learner
from portal.security.roles import Role, allow
from portal.services import Services
from portal.signin.sessions import current_learner


def create_blueprint(services: Services) -> Blueprint:
    blueprint = Blueprint("home", __name__)

    @blueprint.get("/")
    @allow(Role.LEARNER)
    def show() -> str:
        learner = current_learner()
        made = page.build(services, learner, _reader(services, learner), whole=request.args.get("all"))
        return render_template("home/page.html", page=made, viewer=made.viewer)

    @blueprint.get("/sections/<key>")
    @allow(Role.LEARNER)
    def part(key: str) -> str:
        learner = current_learner()
        made = page.build_part(services, learner, _reader(services, learner), key,
                               request.args.get("layout", type=int) or 0, whole=request.args.get("all") == "1",
                               asked=request.args.get("asked", type=int))
        if made is None:
            abort(404)
        return render_template(made.template, section=made)

    @blueprint.post("/refresh/<int:connection_id>")
    @allow(Role.LEARNER)
    def refresh(connection_id: int) -> ResponseReturnValue:
        learner = current_learner()
        reader = _reader(services, learner)
        said = ask_again(services, learner, connection_id, reader)
        if said is None:
            abort(404)
        if not HTMX():
            return redirect("/#sources", 303)
        made = page.build_part(services, learner, reader, "sources", request.args.get("layout", type=int) or 0,
                               asked=connection_id)
        if made is None:
            abort(404)
        return render_template(made.template, section=made), {"HX-Trigger": json.dumps({"announce": said})}

    @blueprint.get("/patterns")
    @allow(Role.ADMIN, Role.PRODUCT_MANAGER)
    def show_patterns() -> str:
        learner = current_learner()
        names = tuple(patterns.example_pages(_reader(services, learner)))
        return render_template("home/patterns.html", names=names, viewer=viewer(learner))

    @blueprint.get("/patterns/<name>")
    @allow(Role.ADMIN, Role.PRODUCT_MANAGER)
    def show_pattern(name: str) -> str:
        make = patterns.example_pages(_reader(services, current_learner())).get(name)
        if make is None:
            abort(404)
        made = make()
        return render_template("home/page.html", page=made, viewer=made.viewer)

    return blueprint


def _reader(services: Services, learner: Learner) -> Reader:
    return Reader(now=services.clock(), zone=_zone(learner.zone, services.settings.default_zone),
                  locale=get_locale() or Locale(services.settings.default_language), translations=get_translations())


def _zone(name: str | None, default: str) -> ZoneInfo:
    """The learner's zone; a name the identity provider sent that no zone has is as good as none."""
    try:
        return ZoneInfo(name or default)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(default)

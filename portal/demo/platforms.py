"""All platforms of the demo on one address: every sandbox an adapter brings, each under a path of its own.

``/_control/down?platform=hub`` (POST) makes one platform answer 503 until ``/_control/up`` (POST), so that one can see
what Homeroom does about it. Only this machine may ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, abort, render_template_string, request
from flask.typing import ResponseReturnValue
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Response

from adapters.registry import Registry, sandbox_of
from adapters.world import World
from portal.demo.company import DemoPlatform

_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_INDEX = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Demo platforms</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>Demo platforms</h1>
<p>Small servers that speak the products' own interfaces. Homeroom reads them; learners are sent here.</p>
<ul>{% for platform in platforms %}<li>{{ platform.name }} – <code>/{{ platform.path }}</code> ({{ platform.adapter }})
{%- if platform.path in down %} – switched off{% endif %}</li>{% endfor %}</ul></main></body></html>
"""


@dataclass(frozen=True, slots=True)
class Served:
    """A platform that runs. values: settings and secrets with which its adapter reads it."""

    platform: DemoPlatform
    values: dict[str, str]


def with_the_others(platforms: Iterable[DemoPlatform], registry: Registry, now: datetime) -> tuple[DemoPlatform, ...]:
    """The company's platforms whose adapter is here, and an empty one for every other adapter with a sandbox."""
    known = [platform for platform in platforms if platform.adapter in registry.found]
    used = {platform.adapter for platform in platforms}
    empty = [DemoPlatform(a.manifest.key.replace("_", "-"), a.manifest.key,
                          World(title=a.manifest.name, now=now, people=()))
             for a in registry if a.manifest.key not in used]
    return tuple(p for p in (*known, *empty) if sandbox_of(registry.get(p.adapter)))


def served(platforms: Iterable[DemoPlatform], registry: Registry, base_url: str) -> Iterator[Served]:
    """base_url: where ``create_platforms`` listens, without a slash at the end."""
    for platform in platforms:
        sandbox = sandbox_of(registry.get(platform.adapter))
        if sandbox is not None:
            yield Served(platform, dict(sandbox.settings_for(f"{base_url}/{platform.path}")))


def create_platforms(platforms: Iterable[DemoPlatform], registry: Registry) -> WSGIApplication:
    """One application; each sandbox sees its own path as its root."""
    platforms, down = tuple(platforms), set[str]()
    mounted: dict[str, WSGIApplication] = {}
    for platform in platforms:
        sandbox = sandbox_of(registry.get(platform.adapter))
        if sandbox is not None:
            mounted[f"/{platform.path}"] = _breakable(sandbox.create_sandbox(platform.world), platform.path, down)
    return DispatcherMiddleware(_front(platforms, down), mounted)


def _front(platforms: tuple[DemoPlatform, ...], down: set[str]) -> Flask:
    app = Flask(__name__)

    @app.get("/")
    def index() -> str:
        return render_template_string(_INDEX, platforms=platforms, down=down)

    @app.get("/favicon.ico")
    def icon() -> ResponseReturnValue:
        """Browsers ask for one on every platform's page."""
        return "", 204

    @app.post("/_control/<any(up, down):state>")
    def control(state: str) -> ResponseReturnValue:
        path = request.args.get("platform", "")
        if request.remote_addr not in _LOOPBACK:
            abort(403)
        if path not in {platform.path for platform in platforms}:
            return f"Platforms: {', '.join(platform.path for platform in platforms)}\n", 404
        (down.add if state == "down" else down.discard)(path)
        return f"{path} is {state}\n"

    return app


def _breakable(app: WSGIApplication, path: str, down: set[str]) -> WSGIApplication:
    """The application, or 503 while its path is in ``down``."""
    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if path in down:
            return Response("Down for maintenance.\n", 503, mimetype="text/plain")(environ, start_response)
        return app(environ, start_response)
    return answer

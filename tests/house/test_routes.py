"""The role matrix: what the application says about its routes is what ``route_matrix`` says."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from portal.app import create_app
from portal.security.csrf import is_exempt
from portal.security.roles import allowed_to
from portal.store.database import Database
from tests.conftest import FrozenClock
from tests.house.route_matrix import LEARNER, PUBLIC, ROUTES, WITHOUT_CSRF
from tests.portals import settings_for, signed_in

SAFE = ("GET", "HEAD", "OPTIONS")


@pytest.fixture
def app(sqlite_database: Database, clock: FrozenClock) -> Flask:
    return create_app(settings_for(sqlite_database), clock=clock)


def routes_of(app: Flask) -> dict[str, str]:
    """Method and rule → endpoint."""
    return {f"{method} {rule.rule}": rule.endpoint for rule in app.url_map.iter_rules()
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}


def test_routes__are_all_listed_with_their_roles(app: Flask) -> None:
    """S32: an unlisted route fails, a listed one that is gone fails, and so does a difference."""
    said = {route: {str(getattr(who, "value", who)) for who in allowed_to(app.view_functions[endpoint]) or set()}
            for route, endpoint in routes_of(app).items()}
    assert said == ROUTES


def test_routes__only_listed_ones_are_exempt_from_csrf(app: Flask) -> None:
    exempt = {route for route, endpoint in routes_of(app).items() if is_exempt(app.view_functions[endpoint])}
    assert exempt == WITHOUT_CSRF


def _path(rule: str) -> str:
    """The rule with something in every gap."""
    rule = re.sub(r"<any\(([^,)]+)[^)]*\):\w+>", r"\1", rule)
    return re.sub(r"<(?:int|float):\w+>", "1", re.sub(r"<(?:\w+:)?\w+>", lambda m: "1" if "int" in m[0] else "x", rule))


PROTECTED = sorted(route for route, who in ROUTES.items() if PUBLIC not in who)


@pytest.mark.parametrize("route", PROTECTED)
def test_route__is_closed_to_strangers(app: Flask, route: str) -> None:
    method, rule = route.split(maxsplit=1)
    response = app.test_client().open(_path(rule), method=method)
    assert (response.status_code, response.headers["Location"].split("?")[0]) in (
        (303, "/sign-in/start"), (303, "/sign-in"))


@pytest.mark.parametrize("route", [route for route in PROTECTED if LEARNER not in ROUTES[route]])
def test_route__is_closed_to_learners_without_the_role(app: Flask, route: str, sqlite_database: Database,
                                                       clock: FrozenClock) -> None:
    client = app.test_client()
    signed_in(client, sqlite_database, clock())
    method, rule = route.split(maxsplit=1)
    assert client.open(_path(rule), method=method).status_code == 403


UNSAFE = sorted(route for route in ROUTES if route.split(maxsplit=1)[0] not in SAFE and route not in WITHOUT_CSRF)


@pytest.mark.parametrize("route", UNSAFE)
def test_route__changes_nothing_for_another_site(app: Flask, route: str, sqlite_database: Database,
                                                 clock: FrozenClock) -> None:
    """S12, with every role at once so that only the origin can be the reason."""
    client = app.test_client()
    signed_in(client, sqlite_database, clock(), "admin", "product_manager")
    method, rule = route.split(maxsplit=1)
    assert client.open(_path(rule), method=method, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403

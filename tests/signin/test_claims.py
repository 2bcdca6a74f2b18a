"""From claims to a person: a table per claim."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from portal.signin.claims import identity_from, language_from, zone_from
from portal.signin.failures import SignInFailed
from portal.store.database import Database
from tests.conftest import FrozenClock
from tests.portals import settings_for
from tests.signin.conftest import make_portal
from tests.signin.misbehaving import Provider


def identity(database: Database, **claims: Any) -> Any:
    return identity_from({"sub": "anna", **claims}, settings_for(database))


MANY = [f"group-{n}" for n in range(5_000)]


@pytest.mark.parametrize(("claims", "roles", "warnings"), [
    pytest.param({"groups": ["staff"]}, ["learner"], [], id="no group of ours"),
    pytest.param({"groups": ["hr-admins"]}, ["learner", "admin"], [], id="admin"),
    pytest.param({"groups": ["learning-products"]}, ["learner", "product_manager"], [], id="product manager"),
    pytest.param({"groups": ["learning-products", "hr-admins"]}, ["learner", "admin", "product_manager"], [],
                 id="both"),
    pytest.param({"groups": []}, ["learner"], [], id="empty list"),
    pytest.param({"groups": ["HR-Admins"]}, ["learner"], [], id="X43 other letter case"),
    pytest.param({"groups": ["hr-admins "]}, ["learner"], [], id="X43 trailing space"),
    pytest.param({"groups": "hr-admins"}, ["learner"], ["groups_not_a_list"], id="X43 a string"),
    pytest.param({"groups": {"hr-admins": True}}, ["learner"], ["groups_not_a_list"], id="X43 an object"),
    pytest.param({"groups": [["hr-admins"], {"a": 1}, 7]}, ["learner"], [], id="X43 no strings in the list"),
    pytest.param({}, ["learner"], ["groups_missing"], id="X43 absent"),
    pytest.param({"_claim_names": {"groups": "src1"}}, ["learner"], ["groups_overage"], id="X43 Entra overage"),
    pytest.param({"groups": ["hr-admins"], "_claim_names": {"groups": "src1"}}, ["learner"], ["groups_overage"],
                 id="X43 overage beside a list"),
    pytest.param({"groups": [*MANY, "hr-admins"]}, ["learner", "admin"], [], id="X43 5,000 groups"),
    pytest.param({"roles": ["admin"]}, ["learner"], ["groups_missing"], id="another claim"),
])
def test_roles__come_from_groups_by_exact_match(sqlite_database: Database, claims: dict[str, Any], roles: list[str],
                                                warnings: list[str]) -> None:
    found = identity(sqlite_database, **claims)
    assert (list(found.person.roles), list(found.warnings)) == (roles, warnings)


@pytest.mark.parametrize(("locale", "language"), [
    ("de", "de"), ("de-DE", "de-DE"), ("de_de", "de-DE"), ("DE", "de"), ("zh_hant_tw", "zh-Hant-TW"),
    ("pt_BR.UTF-8", "pt-BR"), ("sr-Latn@x", "sr-Latn"), ("es-419", "es-419"),
    ("", None), (None, None), (7, None), (["de"], None), ("d", None),
    ("german language", None), ("../../etc", None), ("de" + "-aa" * 20, None), ("ää", None),
])
def test_language__is_a_clean_tag_or_nothing(locale: object, language: str | None) -> None:
    assert language_from(locale) == language


@pytest.mark.parametrize(("zoneinfo", "zone"), [
    ("Europe/Berlin", "Europe/Berlin"), ("UTC", "UTC"), ("Europe", None), ("Mars/Olympus", None), ("", None),
    (None, None), (7, None), ("../../etc/passwd", None), ("/etc/localtime", None), ("A" * 65, None),
    ("Europe/Berlin\x00", None),
])
def test_zone__is_one_this_machine_knows_or_nothing(zoneinfo: object, zone: str | None) -> None:
    assert zone_from(zoneinfo) == zone


@pytest.mark.parametrize(("claims", "field", "value"), [
    ({"email": "anna@example.com"}, "email", "anna@example.com"),
    ({"email": "not an address"}, "email", None), ({"email": ["anna@example.com"]}, "email", None),
    ({"email_verified": True}, "email_verified", True), ({"email_verified": "true"}, "email_verified", False),
    ({}, "email_verified", False),
    ({"employee_id": "0042"}, "id_number", "0042"), ({"employee_id": 42}, "id_number", "42"),
    ({"employee_id": True}, "id_number", None), ({"employee_id": ""}, "id_number", None),
    ({"name": "Anna\u202e Berg\n"}, "name", "Anna Berg"), ({"name": "x" * 900}, "name", "x" * 299 + "…"),
    ({"name": None}, "name", ""), ({"given_name": 7}, "given_name", ""),
    ({"preferred_username": "aberg"}, "username", "aberg"), ({"preferred_username": " "}, "username", None),
])
def test_person__has_only_values_of_the_right_kind(sqlite_database: Database, claims: dict[str, Any], field: str,
                                                   value: object) -> None:
    assert getattr(identity(sqlite_database, **claims).person, field) == value


def test_identity__without_a_subject_is_none(sqlite_database: Database) -> None:
    with pytest.raises(SignInFailed, match="sub"):
        identity_from({}, settings_for(sqlite_database))


def test_identity__knows_the_providers_limits(sqlite_database: Database) -> None:
    found = identity(sqlite_database, auth_time=1_700_000_000, session_expiry=1_700_003_600, sid="s")
    assert found.authenticated_at == datetime.fromtimestamp(1_700_000_000, UTC)
    assert found.session_ends_at == datetime.fromtimestamp(1_700_003_600, UTC)
    assert found.sid == "s"


def test_sign_in__tells_the_admin_that_groups_are_missing(provider: Provider, sqlite_database: Database,
                                                          clock: FrozenClock) -> None:
    portal = make_portal(provider, sqlite_database, clock)
    provider.userinfo["groups"] = None
    portal.browser().sign_in()
    assert portal.audit() == [("auth.success", {"roles": ["learner"], "warnings": ["groups_missing"]})]


def test_sign_in__follows_a_group_that_was_lost(provider: Provider, sqlite_database: Database,
                                                clock: FrozenClock) -> None:
    """S35: roles are read anew at every sign-in."""
    portal = make_portal(provider, sqlite_database, clock)
    provider.userinfo["groups"] = ["hr-admins"]
    browser = portal.browser()
    browser.sign_in()
    assert browser.client.get("/admin-only").status_code == 200
    provider.userinfo["groups"] = ["staff"]
    browser.sign_in()
    assert browser.client.get("/admin-only").status_code == 403


def test_sign_in__keeps_a_long_list_of_groups_out_of_cookies(provider: Provider, sqlite_database: Database,
                                                             clock: FrozenClock) -> None:
    """X43, S02."""
    portal = make_portal(provider, sqlite_database, clock)
    provider.userinfo["groups"] = [*MANY, "hr-admins"]
    response = portal.browser().sign_in()
    assert all(len(cookie) < 300 for cookie in response.headers.getlist("Set-Cookie"))


def test_configuration__another_claim_may_hold_the_roles(provider: Provider, sqlite_database: Database,
                                                         clock: FrozenClock) -> None:
    portal = make_portal(provider, sqlite_database, clock, roles_claim="roles", admin_groups="Learning.Admin, other")
    provider.userinfo["roles"] = ["Learning.Admin"]
    browser = portal.browser()
    browser.sign_in()
    assert browser.client.get("/whoami").json["roles"] == ["learner", "admin"]  # type: ignore[index]

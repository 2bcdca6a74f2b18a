"""The portal for tests: settings that work, and somebody signed in without a provider."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient

from portal.config import Settings
from portal.learner_view import Learner
from portal.store import people, sessions
from portal.store.database import Database
from portal.store.people import Person
from portal.store.sessions import hash_of

ISSUER = "https://login.example.com"
FROM_OUR_PAGE = {"Sec-Fetch-Site": "same-origin"}


def settings_for(database: Database, **changes: Any) -> Settings:
    """Settings for this database; the portal's address is the one of Flask's test client."""
    values: dict[str, Any] = {
        "base_url": "http://localhost", "database": database.engine.url.render_as_string(hide_password=False),
        "secret_key": "a secret for tests and for nothing else", "issuer": ISSUER, "client_id": "homeroom",
        "client_secret": "client secret for tests", "admin_groups": "hr-admins",
        "product_manager_groups": "learning-products", "refresh": "off",
    }
    return Settings.model_validate(values | changes)


def signed_in(client: FlaskClient, database: Database, now: Any, *roles: str, subject: str = "anna", **person: Any,
              ) -> Learner:
    """A learner with these roles besides ``learner``, and their session's cookie in the client."""
    value = secrets.token_urlsafe(32)
    with database.write() as tx:
        learner = people.save(tx, Person(issuer=ISSUER, subject=subject, roles=("learner", *roles),
                                         **{"name": "Anna Berg", "given_name": "Anna", **person}), now)
        sessions.open_session(tx, hash_of(value), learner, sid="sid-1", id_token="an.id.token", now=now,
                              authenticated_at=now, ends_at=now + timedelta(hours=12))
    client.set_cookie("homeroom", value)
    return learner

"""Who may call what: every route of the portal, written down a second time on purpose.

A new route is listed here by whoever adds it; the test that compares this with the application fails until then. The
second look is the point: a view that says ``allow(PUBLIC)`` by mistake is caught by a line that says otherwise.
"""

from __future__ import annotations

LEARNER, ADMIN, PRODUCT_MANAGER, PUBLIC = "learner", "admin", "product_manager", "public"

ROUTES: dict[str, set[str]] = {
    "GET /static/<path:filename>": {PUBLIC},
    # signing in and out
    "GET /sign-in": {PUBLIC},
    "GET /sign-in/start": {PUBLIC},
    "GET /sign-in/callback": {PUBLIC},
    "POST /sign-in/back-channel-logout": {PUBLIC},
    "GET /sign-in/front-channel-logout": {PUBLIC},
    "POST /sign-out": {PUBLIC},
    "GET /signed-out": {PUBLIC},
    # the learner's page
    "GET /": {LEARNER},
    "GET /sections/<key>": {LEARNER},
    "POST /refresh/<int:connection_id>": {LEARNER},
    "GET /patterns": {ADMIN, PRODUCT_MANAGER},
    "GET /patterns/<name>": {ADMIN, PRODUCT_MANAGER},
    # launching
    "GET /go/<any(resource, assignment, badge):target>/<int:target_id>": {LEARNER},
}
"""Method and rule → roles, any of which is enough."""

WITHOUT_CSRF = {"POST /sign-in/back-channel-logout"}
"""Unsafe routes that no browser calls and that prove their caller in another way."""

"""The entry of any WSGI server: ``granian --interface wsgi wsgi:app``. ``homeroom serve`` starts it."""

from __future__ import annotations

import os

from portal.app import create_app

from portal.config import Settings
from portal.refreshing import start_refreshing

settings = Settings.from_environ(os.environ)
runner = start_refreshing(settings)
app = create_app(settings, wake=runner.wake)

"""The entry of any WSGI server: ``granian --interface wsgi wsgi:app``. ``homeroom serve`` starts it."""

from __future__ import annotations

import logging
import os
from multiprocessing.util import Finalize

from portal.app import create_app
from portal.config import Settings
from portal.refreshing import start_refreshing

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")

settings = Settings.from_environ(os.environ)
runner = start_refreshing(settings)
app = create_app(settings, wake=runner.wake)

Finalize(None, runner.stop, args=(1.0,), exitpriority=1)    # refreshes end before the interpreter does

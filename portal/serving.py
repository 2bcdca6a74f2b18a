"""Starts the web server. Granian: several workers, each with a few blocking threads (docs/performance.md)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

STOP_SECONDS = 15
"""How long a worker may take to end; a second signal can make one wait for ever."""
ROOT = Path(__file__).parent.parent


def serve(environ: Mapping[str, str], host: str, port: int, workers: int, threads: int = 4, *,
          target: str = "wsgi:app", log_level: LogLevels = LogLevels.info) -> None:
    """Serve until a signal ends it. environ: the settings, as ``Settings.from_environ`` reads them; they are put into
    this process's environment because the workers are processes of their own. target: module and application."""
    os.environ.update(environ)
    Server(target, address=host, port=port, interface=Interfaces.WSGI, workers=workers, blocking_threads=threads,
           working_dir=ROOT, log_level=log_level, log_access=False, backlog=1024, websockets=False,
           respawn_failed_workers=True, workers_kill_timeout=STOP_SECONDS).serve()

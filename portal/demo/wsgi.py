"""The portal as the demo runs it: the same application, in a process that ends when the demo's first process ends.

A web server's worker outlives a killed parent, with its port and its refresh threads; a demo must not leave that.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time

from wsgi import app

__all__ = ["app"]

logging.getLogger("portal.refresh").setLevel(logging.ERROR)     # who has no account where is on the page, not news here


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1.0)
    os.kill(os.getpid(), signal.SIGKILL)    # nobody is left to ask for a gentle end; leases and the journal allow it


os.setpgrp()    # a Ctrl-C in the terminal is for the first process alone, which then ends this one
threading.Thread(target=_end_with, args=(os.getppid(),), name="end-with-parent", daemon=True).start()

"""Who comes first when not everybody can be refreshed at once."""

from __future__ import annotations

from enum import IntEnum


class Priority(IntEnum):
    """A higher number goes first; a second wish only ever raises it."""

    BACKFILL = 0
    ACTIVE = 30
    AT_SIGN_IN = 60
    INTERACTIVE = 90

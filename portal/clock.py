"""What time is it? Asked here and nowhere else, so that tests can hold the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns an aware moment in UTC."""


def now() -> datetime:
    return datetime.now(UTC)

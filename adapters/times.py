"""What moment does this vendor text mean? Answers are aware and in UTC, or None where the vendor said nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def from_epoch(seconds: float | int | None) -> datetime | None:
    """Unix seconds. None, 0 and negative mean "not set" (Moodle sends 0); absurd years are "not set" too."""
    if seconds is None or seconds <= 0:
        return None
    try:
        return _plausible(datetime.fromtimestamp(seconds, UTC))
    except (OverflowError, OSError, ValueError):
        return None


def from_iso(text: str | None) -> datetime | None:
    """ISO 8601 / RFC 3339. A text without a zone is read as UTC, which is what vendors mean by it most often."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return _plausible(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def day_from_iso(text: str | None) -> date | None:
    """A calendar day, ``2026-03-14``."""
    try:
        return date.fromisoformat(text.strip()) if text else None
    except ValueError:
        return None


def from_http_date(text: str) -> datetime | None:
    """RFC 9110 §5.6.7 HTTP-date, the second form of Retry-After."""
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return _plausible(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _plausible(moment: datetime) -> datetime | None:
    try:
        utc = moment.astimezone(UTC)
    except OverflowError:
        return None
    return utc if EARLIEST <= utc <= LATEST else None

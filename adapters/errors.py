"""What can go wrong with a platform, sorted by what the caller does next.

    PlatformError
    ├── Unreachable            try again later, with jitter; counts against the platform
    │   └── TimedOut
    ├── RateLimited            not before ``not_before``, for the whole connection; nobody's fault
    ├── CredentialsRefused     stop until an admin changes the secret
    ├── Forbidden              this learner or this permission only: no retry today
    ├── NotLinked              the learner has no (single) account there; asked again at the next sign-in
    │   └── Ambiguous          more than one candidate: held, never guessed
    ├── BadAnswer              the answer is not what the contract says: keep the old, retry slowly
    │   └── Rejected           this one request was refused (404, 422 …); says nothing about the platform's health
    ├── CursorRefused          the place where a long reading stopped is no longer known there: start again
    ├── WrongLearner           the answer is about somebody else: discard, stop, tell the admin at once
    └── Misconfigured          the settings cannot work: tell the admin which one and what to do
        └── BlockedAddress     the address may not be called (egress guard)

An error carries data, not prose for the learner: the portal chooses the words. ``reason`` is for the admin and is
safe to print: no secret, no query string, no body, no other person's data.
"""

from __future__ import annotations

from datetime import datetime


class PlatformError(Exception):
    """Base of everything an adapter may raise. operation: the call that failed, e.g. ``GET /api/users``."""

    def __init__(self, reason: str, *, operation: str = "", remedy: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.operation = operation
        self.remedy = remedy

    @property
    def kind(self) -> str:
        """Stable name used in the store, in JSON output and in the table of reactions."""
        return type(self).__name__

    def as_json(self) -> dict[str, str]:
        said = {"type": self.kind, "reason": self.reason, "operation": self.operation, "remedy": self.remedy}
        return {key: value for key, value in said.items() if value}


class Unreachable(PlatformError):
    """No usable connection: name, TCP, TLS, reset, or the platform says it is down (5xx)."""


class TimedOut(Unreachable):
    """The deadline passed before the answer was complete."""


class RateLimited(PlatformError):
    """The platform asked us to wait. not_before: aware moment of the next permitted call."""

    def __init__(self, reason: str, *, not_before: datetime, operation: str = "") -> None:
        super().__init__(reason, operation=operation)
        self.not_before = not_before

    def as_json(self) -> dict[str, str]:
        return {**super().as_json(), "not_before": self.not_before.isoformat()}


class CredentialsRefused(PlatformError):
    """The platform does not accept our secret (or no longer does)."""


class Forbidden(PlatformError):
    """The credentials are good but this learner, or this permission, is refused."""


class NotLinked(PlatformError):
    """No account was found for this learner. rule: the facts that were compared, e.g. "email"."""

    def __init__(self, reason: str, *, rule: str = "", hits: int = 0, operation: str = "", remedy: str = "") -> None:
        super().__init__(reason, operation=operation, remedy=remedy)
        self.rule = rule
        self.hits = hits


class Ambiguous(NotLinked):
    """More than one account fits. Nobody's data is shown until a person decides."""


class BadAnswer(PlatformError):
    """Not the promised format. sample: where and what, without personal data (a path, a type, 80 safe characters)."""

    def __init__(self, reason: str, *, sample: str = "", operation: str = "", remedy: str = "") -> None:
        super().__init__(reason, operation=operation, remedy=remedy)
        self.sample = sample

    def as_json(self) -> dict[str, str]:
        said = super().as_json()
        return {**said, "sample": self.sample} if self.sample else said


class Rejected(BadAnswer):
    """The platform refused this one request (HTTP 400, 404, 410, 422 …). Never counts against the platform."""


class CursorRefused(PlatformError):
    """The platform (or the adapter) no longer accepts this cursor: pages have moved, or it has expired."""


class WrongLearner(PlatformError):
    """The answer names another learner than the one asked for."""


class Misconfigured(PlatformError):
    """The settings cannot work. field: the setting's name, when one is to blame."""

    def __init__(self, reason: str, *, field: str = "", operation: str = "", remedy: str = "") -> None:
        super().__init__(reason, operation=operation, remedy=remedy)
        self.field = field

    def as_json(self) -> dict[str, str]:
        said = super().as_json()
        return {**said, "field": self.field} if self.field else said


class BlockedAddress(Misconfigured):
    """The address resolves to a place this connection may not call."""

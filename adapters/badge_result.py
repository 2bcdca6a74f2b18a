"""The outcome of checking a badge, and what an outcome is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc.jwk import Key

from adapters.answer import Answer, Limits, parse_json
from adapters.badge_award import Award
from adapters.errors import PlatformError
from adapters.records import Verification

Fetch = Callable[[str], Answer]
"""Address → answer, also for 404 and 410. Raises PlatformError. It must guard addresses, time and size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationResult:
    """verification and, in one sentence, why. format: see ``badge_formats.Format``.

    award: what the credential says; when not verified, what it merely claims. recipient_matches: None if not asked.
    """

    verification: Verification
    reason: str
    format: str = ""
    award: Award | None = None
    recipient_matches: bool | None = None

    @property
    def verified(self) -> bool:
        return self.verification is Verification.VERIFIED


class Refused(Exception):
    """A check that did not pass. reason: a sentence for the learner and the admin, without personal data."""

    def __init__(self, reason: str, verification: Verification = Verification.NOT_VERIFIED) -> None:
        super().__init__(reason)
        self.reason = reason
        self.verification = verification


@dataclass(frozen=True, slots=True)
class Authentic:
    """A credential that really comes from its issuer. How is said in ``proof``; dates and revocation come next.

    revoked: asks the issuer and returns why the award was withdrawn, or None. Raises Refused if nobody can tell.
    """

    award: Award
    proof: str
    not_before: datetime | None
    expires: datetime | None
    revoked: Callable[[], str | None]


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What a check may use: a way to the network, the time (aware UTC), and a key somebody vouches for."""

    fetch: Fetch
    now: datetime
    key: Key | None = None
    leeway: timedelta = timedelta(minutes=1)
    """How far the issuer's clock may differ from ours."""

    def answer(self, address: str, what: str) -> Answer:
        """Raises Refused, naming what could not be read."""
        try:
            return self.fetch(address)
        except PlatformError as error:
            raise Refused(f"The {what} could not be read: {error.reason}.") from None

    def document(self, address: str, what: str) -> Mapping[str, Any]:
        """The JSON object at an address. Raises Refused, also for 404 and 410."""
        answer = self.answer(address, what)
        if answer.status != 200:
            raise Refused(f"The {what} could not be read: HTTP {answer.status}.")
        return json_object(answer, what)


def json_object(answer: Answer, what: str) -> Mapping[str, Any]:
    """Raises Refused when the answer is no JSON object."""
    try:
        found = parse_json(answer, Limits())
    except PlatformError as error:
        raise Refused(f"The {what} could not be read: {error.reason}.") from None
    if not isinstance(found, dict):
        raise Refused(f"The {what} is not a JSON object.")
    return found

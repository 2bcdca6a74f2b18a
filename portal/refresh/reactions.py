"""What follows from each kind of failure: one table. The learner's words for it are in ``home.freshness``."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.errors import (
    Ambiguous,
    BadAnswer,
    BlockedAddress,
    CredentialsRefused,
    CursorRefused,
    Forbidden,
    Misconfigured,
    NotLinked,
    PlatformError,
    RateLimited,
    Rejected,
    TimedOut,
    Unreachable,
    WrongLearner,
)
from portal.quota import OwnQuota
from portal.texts import _

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Reaction:
    """again: how long to wait after the n-th attempt (1 = first); None = not by itself.

    platforms_fault: counts against the connection as a whole. admin: what it means and what to do, a gettext id.
    """

    again: Callable[[int], timedelta | None]
    platforms_fault: bool
    admin: str


def backing_off(attempt: int) -> timedelta:
    """Doubles up to two hours; full jitter, so that a recovering platform is not met by everybody at once."""
    longest: timedelta = min(FIRST_WAIT * 2 ** min(attempt, 10), LONGEST_WAIT)
    return FIRST_WAIT + (longest - FIRST_WAIT) * random.random()  # noqa: S311 – jitter, not a secret


def slowly(attempt: int) -> timedelta:
    return min(timedelta(minutes=30) * attempt, timedelta(hours=6))


def tomorrow(_attempt: int) -> timedelta:
    return timedelta(hours=24)


def when_somebody_acts(_attempt: int) -> None:
    return None


REACTIONS: dict[type[PlatformError], Reaction] = {
    TimedOut: Reaction(backing_off, True, _(
        "The platform does not answer in time. Check its load and the address.")),
    Unreachable: Reaction(backing_off, True, _(
        "The platform cannot be reached. Check the address and that it runs.")),
    RateLimited: Reaction(lambda _attempt: timedelta(0), False, _(
        "The platform asked us to wait. Nothing to do; ask the vendor for a higher quota if this stays.")),
    OwnQuota: Reaction(lambda _attempt: timedelta(0), False, _(
        "Our share of the platform's quota is used up for this minute. Nothing to do.")),
    CredentialsRefused: Reaction(when_somebody_acts, True, _(
        "The platform refuses our credentials. Enter a new secret and test the connection.")),
    Forbidden: Reaction(tomorrow, False, _(
        "The platform refuses this reading. Check the permissions of our account there.")),
    NotLinked: Reaction(tomorrow, False, _(
        "No account was found for this learner. Check which fact identifies people.")),
    Ambiguous: Reaction(tomorrow, False, _(
        "Several accounts fit this learner. Nothing is shown until one is chosen.")),
    BadAnswer: Reaction(slowly, True, _(
        "The answer is not what this platform should send. See the sample.")),
    Rejected: Reaction(slowly, False, _(
        "The platform refused one request. Check that the account still exists there.")),
    CursorRefused: Reaction(backing_off, False, _(
        "The platform no longer knows where a long reading stopped. It begins again by itself.")),
    WrongLearner: Reaction(when_somebody_acts, True, _(
        "The platform answered about somebody else. The connection rests until you look at it.")),
    Misconfigured: Reaction(when_somebody_acts, True, _(
        "A setting cannot work. Correct it and test the connection.")),
    BlockedAddress: Reaction(when_somebody_acts, True, _(
        "The address may not be called. Correct it, or allow private addresses for this connection.")),
}


def reaction_to(error: PlatformError) -> Reaction:
    return next(REACTIONS[kind] for kind in type(error).__mro__ if kind in REACTIONS)


def next_attempt(error: PlatformError, attempts: int, now: datetime) -> datetime | None:
    """When to try again; None = when somebody acts."""
    if isinstance(error, RateLimited):
        return error.not_before
    wait = reaction_to(error).again(attempts)
    return None if wait is None else now + wait

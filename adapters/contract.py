"""What an adapter is: a manifest, a settings model, and the capabilities visible in its bases.

The admin's screens and the page ask ``isinstance(adapter, ReadsBadges)``, never a vendor's name. An adapter is built
per use, holds no state between uses, and reaches the network only through the session it is given.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Generic, TypeVar
from urllib.parse import urlsplit

from adapters.paging import collect
from adapters.records import (
    Account,
    Capability,
    CataloguePage,
    ChangesPage,
    LearnerIdentity,
    LearningResource,
    Notice,
    Snapshot,
)
from adapters.session import PlatformSession
from adapters.settings import ConnectionSettings

S = TypeVar("S", bound=ConnectionSettings)

CATALOGUE_PAGES, CATALOGUE_ITEMS = 1_000, 100_000
"""The longest catalogue that is read to its end."""


def _(text: str) -> str:
    """Marks a text for the translation catalogue; the portal translates when it shows it."""
    return text


class VerificationLevel(StrEnum):
    """How far an adapter is known to be right, shown to the admin."""

    LIVE = "live"               # tested against the real product
    SCHEMA = "schema"           # the vendor's published machine-readable schema
    DOCUMENTED = "documented"   # the vendor's own documentation or code
    THIRD_PARTY = "third_party"  # somebody else's client


class Feeding(StrEnum):
    """How data arrives."""

    PER_LEARNER = "per_learner"
    BULK = "bulk"
    PUSHED = "pushed"
    DELEGATED = "delegated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What the admin reads before choosing an adapter. Texts are gettext ids.

    key: folder name. verified_against: product and version, e.g. "Moodle 4.5.6". cannot: known limits, one sentence
    each. delay: how late this vendor is known to be, in words; empty = not known to be late.
    """

    key: str
    name: str
    vendor: str
    homepage: str
    summary: str
    verification: VerificationLevel
    verified_against: str = ""
    feeding: Feeding = Feeding.PER_LEARNER
    documentation: str = ""
    cannot: tuple[str, ...] = ()
    delay: str = ""


class Outcome(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckStep:
    """One step of ``check()``. name: what was tried; meaning: what the outcome means; remedy: what to do about it."""

    name: str
    outcome: Outcome
    meaning: str = ""
    remedy: str = ""


class Adapter(ABC, Generic[S]):
    """One vendor's API. Subclasses set ``manifest`` and ``Settings`` and mix in capability classes."""

    manifest: ClassVar[Manifest]
    Settings: ClassVar[type[ConnectionSettings]]

    def __init__(self, settings: S, session: PlatformSession, now: Callable[[], datetime]) -> None:
        """session: bound to this connection's address and limits. now: the portal's clock, aware UTC."""
        self.settings = settings
        self.session = session
        self.now = now

    @classmethod
    @abstractmethod
    def base_address(cls, settings: S) -> str:
        """The address the session is bound to, e.g. ``https://moodle.example.com``."""

    @abstractmethod
    def check(self) -> Iterator[CheckStep]:
        """Try the connection step by step; each step names its remedy. Stops by itself after a step that makes
        the next ones pointless. Raises nothing a platform can cause: errors become steps."""

    def launch_hosts(self) -> frozenset[str]:
        """Hosts (``name`` or ``name:port``) a learner may be sent to. Default: the connection's own host."""
        return frozenset({urlsplit(self.base_address(self.settings)).netloc.lower()})

    @classmethod
    def capabilities(cls) -> frozenset[Capability]:
        return frozenset(capability for base, capability in READERS.items() if issubclass(cls, base))


class IdentifiesLearners(ABC):
    @abstractmethod
    def find_account(self, learner: LearnerIdentity) -> Account:
        """The learner's account. Raises NotLinked (none), Ambiguous (several), never guesses."""


class ReadsEnrolments(ABC):
    @abstractmethod
    def enrolments(self, account: Account) -> Snapshot:
        """Enrolments, their resources, and assignments (what is due)."""


class ReadsRecommendations(ABC):
    @abstractmethod
    def recommendations(self, account: Account) -> Snapshot:
        """What the platform itself proposes to this learner."""


class ReadsBadges(ABC):
    @abstractmethod
    def badges(self, account: Account) -> Snapshot:
        """Achievements awarded to this learner."""


class ReadsCatalogue(ABC):
    @abstractmethod
    def catalogue(self, cursor: str | None) -> CataloguePage:
        """One page of the resources anybody may see, independent of a learner. cursor: None for the first page, else
        the ``next_cursor`` of a page before, perhaps of hours ago. Raises CursorRefused when it is no longer good."""


class ReadsChanges(ABC):
    """May be added to any other capability: it tells early whom to ask about again, nothing else depends on it."""

    @abstractmethod
    def changed_since(self, cursor: str | None) -> ChangesPage:
        """Learners whose standing changed since the cursor; None begins about now. Naming somebody once too often is
        harmless, but a quiet platform names nobody. Raises CursorRefused."""


READERS: dict[type, Capability] = {
    ReadsEnrolments: Capability.ENROLMENTS,
    ReadsRecommendations: Capability.RECOMMENDATIONS,
    ReadsBadges: Capability.BADGES,
    ReadsCatalogue: Capability.CATALOGUE,
}


def read(adapter: Adapter[S], capability: Capability, account: Account | None) -> Snapshot:
    """Call the one method that answers this capability. account is None for the catalogue only."""
    if capability is Capability.CATALOGUE and isinstance(adapter, ReadsCatalogue):
        return whole_catalogue(adapter)
    if account is None:
        raise ValueError(f"{capability} needs an account")
    if capability is Capability.ENROLMENTS and isinstance(adapter, ReadsEnrolments):
        return adapter.enrolments(account)
    if capability is Capability.BADGES and isinstance(adapter, ReadsBadges):
        return adapter.badges(account)
    if capability is Capability.RECOMMENDATIONS and isinstance(adapter, ReadsRecommendations):
        return adapter.recommendations(account)
    raise ValueError(f"{adapter.manifest.key} does not read {capability}")


def whole_catalogue(adapter: ReadsCatalogue) -> Snapshot:
    """Every page, one after the other, as one answer: for the command line and for samples."""
    pages: list[CataloguePage] = []

    def fetch(cursor: str | None) -> tuple[tuple[LearningResource, ...], str | None]:
        pages.append(adapter.catalogue(cursor))
        return pages[-1].resources, pages[-1].next_cursor

    read = collect(fetch, lambda resource: resource.external_id, max_pages=CATALOGUE_PAGES, max_items=CATALOGUE_ITEMS)
    warnings: tuple[Notice, ...] = (*read.warnings, *(notice for page in pages for notice in page.warnings))
    looped = any(notice.code == "pagination_loop" for notice in read.warnings)
    return Snapshot(
        capability=Capability.CATALOGUE, observed_at=pages[0].observed_at, resources=tuple(read.items),
        complete=read.complete and not looped and all(page.complete for page in pages), warnings=warnings)

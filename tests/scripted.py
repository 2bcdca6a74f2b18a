"""A platform whose answers a test writes down: a real adapter, only without a wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from pydantic import SecretStr

from adapters.answer import Limits
from adapters.cache import CatalogueCache
from adapters.contract import (
    Adapter,
    CheckStep,
    IdentifiesLearners,
    Manifest,
    Outcome,
    ReadsBadges,
    ReadsCatalogue,
    ReadsChanges,
    ReadsEnrolments,
    VerificationLevel,
)
from adapters.errors import PlatformError
from adapters.records import Account, Capability, CataloguePage, ChangesPage, LearnerIdentity, Snapshot
from adapters.registry import Registry
from adapters.session import NoThrottle
from adapters.settings import BaseUrl, ConnectionSettings
from adapters.settings import field as setting
from portal.config import Settings
from portal.connections.opening import Opener
from portal.refresh.run import Refresher
from portal.security.vault import Vault
from portal.store.database import Database
from tests.conftest import FrozenClock
from tests.factories import NOW

SETTINGS = Settings(secret_key=SecretStr("x" * 40), issuer="https://id.example.com", client_id="homeroom",
                    client_secret=SecretStr("client-secret"))

Answer = Snapshot | PlatformError
P = TypeVar("P")
Said = P | PlatformError | Callable[[], P | PlatformError]


@dataclass
class Script:
    """What the platform says next. By capability; an error is raised. accounts: e-mail → account or error. pages and
    changes: by the cursor they are asked for with; without pages the catalogue is one page out of ``answers``."""

    accounts: dict[str, Account | PlatformError] = field(default_factory=dict)
    answers: dict[Capability, Answer | Callable[[Account], Answer]] = field(default_factory=dict)
    pages: dict[str | None, Said[CataloguePage]] = field(default_factory=dict)
    changes: dict[str | None, Said[ChangesPage]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def say(self, capability: Capability, account: Account) -> Snapshot:
        self.asked.append(f"{capability.value}:{account.external_id}")
        answer = self.answers.get(capability, Snapshot(capability=capability, observed_at=NOW))
        if callable(answer):
            answer = answer(account)
        if isinstance(answer, PlatformError):
            raise answer
        return answer


    def page(self, cursor: str | None) -> CataloguePage:
        if not self.pages:
            said = self.say(Capability.CATALOGUE, Account(external_id="nobody"))
            return CataloguePage(resources=said.resources, observed_at=said.observed_at, complete=said.complete)
        self.asked.append(f"catalogue:{cursor}")
        return _given(self.pages[cursor])

    def change(self, cursor: str | None) -> ChangesPage:
        self.asked.append(f"changes:{cursor}")
        return _given(self.changes.get(cursor, ChangesPage(learners=(), next_cursor=cursor or "now")))


def _given(answer: P | PlatformError | Callable[[], P | PlatformError]) -> P:
    said = answer() if callable(answer) else answer
    if isinstance(said, PlatformError):
        raise said
    return said


class ScriptedSettings(ConnectionSettings):
    base_url: BaseUrl = setting("Address", "Where it is")


def scripted_adapter(script: Script) -> type[Adapter[Any]]:
    """An adapter class that plays this script."""

    class Scripted(Adapter[ScriptedSettings], IdentifiesLearners, ReadsEnrolments, ReadsBadges, ReadsCatalogue,
                   ReadsChanges):
        manifest: ClassVar[Manifest] = Manifest(
            key="scripted", name="Scripted", vendor="Tests", homepage="https://example.org", summary="For tests",
            verification=VerificationLevel.LIVE, verified_against="itself")
        Settings: ClassVar[type[ConnectionSettings]] = ScriptedSettings

        @classmethod
        def base_address(cls, settings: ScriptedSettings) -> str:
            return settings.base_url

        def check(self) -> Iterator[CheckStep]:
            yield CheckStep(name="scripted", outcome=Outcome.OK)

        def find_account(self, learner: LearnerIdentity) -> Account:
            found = script.accounts.get(learner.email or "") or Account(
                external_id=f"acc-{learner.username}", matched_by="email", matched_value=learner.email or "")
            if isinstance(found, PlatformError):
                raise found
            return found

        def enrolments(self, account: Account) -> Snapshot:
            return script.say(Capability.ENROLMENTS, account)

        def badges(self, account: Account) -> Snapshot:
            return script.say(Capability.BADGES, account)

        def catalogue(self, cursor: str | None) -> CataloguePage:
            return script.page(cursor)

        def changed_since(self, cursor: str | None) -> ChangesPage:
            return script.change(cursor)

    return Scripted


def a_refresher(database: Database, clock: FrozenClock, script: Script, folder: Path) -> Refresher:
    opener = Opener(registry=Registry({"scripted": scripted_adapter(script)}), vault=Vault(SETTINGS),
                    database=database, cache=CatalogueCache(folder / "cache.sqlite"), clock=clock,
                    throttle=lambda _connection, _lane: NoThrottle(), limits=Limits())
    return Refresher(database=database, opener=opener, clock=clock, active_every=timedelta(minutes=30), worker="test")

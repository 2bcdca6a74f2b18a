"""A small vendor with a small API, and an adapter for it that is written like a real one.

    GET /account?email=…             {"id": "acc-ada", "email": "ada@example.org"}
    GET /learning?account=…&page=…   {"account": "acc-ada", "items": [{"id", "title", "url", …}], "next": "2"}

One secret travels in a header and one in the query, since vendors do both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from adapters.answer import parse_json
from adapters.contract import (
    Adapter,
    CheckStep,
    IdentifiesLearners,
    Manifest,
    Outcome,
    ReadsEnrolments,
    VerificationLevel,
)
from adapters.errors import BadAnswer, NotLinked, WrongLearner
from adapters.paging import collect, doubt
from adapters.records import Account, Capability, Enrolment, LearnerIdentity, LearningResource, Notice, Snapshot, Status
from adapters.session import PlatformSession, Scope
from adapters.settings import BaseUrl, ConnectionSettings, Secret
from adapters.settings import field as setting
from adapters.text import plain, web_address
from adapters.times import from_iso


def _as_text(value: Any) -> Any:
    """Ids come as text or number; to us they are text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Payload(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class AccountPayload(Payload):
    id: Annotated[str, BeforeValidator(_as_text)]
    email: str


class Page(Payload):
    account: Annotated[str, BeforeValidator(_as_text)]
    items: list[Any]
    next: str | None


class Item(Payload):
    """progress: percent."""

    id: Annotated[str, BeforeValidator(_as_text)]
    title: str
    url: str | None = None
    progress: float | None = None
    touched: str | None = None


P = TypeVar("P", bound=Payload)


class ToySettings(ConnectionSettings):
    base_url: BaseUrl = setting("Address", "Where it is")
    token: Secret = setting("Token", "Sent in a header")
    key: Secret = setting("Key", "Sent in the query")


class Toy(Adapter[ToySettings], IdentifiesLearners, ReadsEnrolments):
    Settings = ToySettings
    manifest: ClassVar[Manifest] = Manifest(
        key="toy", name="Toy", vendor="Tests", homepage="https://example.org", summary="For tests",
        verification=VerificationLevel.LIVE, verified_against="the zoo")

    def __init__(self, settings: ToySettings, session: PlatformSession, now: Callable[[], datetime]) -> None:
        super().__init__(settings, session, now)
        session.use_bearer(settings.token.get_secret_value())

    @classmethod
    def base_address(cls, settings: ToySettings) -> str:
        return settings.base_url

    def check(self) -> Iterator[CheckStep]:
        yield CheckStep(name="toy", outcome=Outcome.OK)

    def find_account(self, learner: LearnerIdentity) -> Account:
        found = _read(AccountPayload, self._get("account", self.session.of_learner("search"), email=learner.email),
                      "account")
        if found.email != learner.email:
            raise WrongLearner("the account belongs to another e-mail address", operation="GET account")
        return Account(external_id=found.id, matched_by="email", matched_value=found.email)

    def enrolments(self, account: Account) -> Snapshot:
        seen: set[str] = set()
        skipped: list[Notice] = []

        def page(cursor: str | None) -> tuple[list[Item], str | None]:
            answer = self._get("learning", self.session.of_learner(account.external_id),
                               account=account.external_id, page=cursor or "1")
            sheet = _read(Page, answer, "learning")
            seen.add(sheet.account)
            return list(_readable(sheet, skipped)), sheet.next

        pages = collect(page, lambda item: item.id, touched=lambda item: from_iso(item.touched))
        doubt(len(pages.items), skipped, "GET learning")
        strangers = seen - {account.external_id}
        return Snapshot(
            capability=Capability.ENROLMENTS, observed_at=self.now(), complete=pages.complete and not skipped,
            resources=tuple(_resource(item) for item in pages.items),
            enrolments=tuple(_enrolment(item) for item in pages.items),
            warnings=(*pages.warnings, *skipped), learner_seen=next(iter(strangers or seen), None))

    def _get(self, path: str, scope: Scope, **query: str | None) -> Any:
        """404 and 410 are said about one account: it is not, or no longer, there."""
        answer = self.session.send("GET", path, scope=scope, accept_statuses=(404, 410),
                                   params={"key": self.settings.key.get_secret_value(), **query})
        if answer.status in (404, 410):
            raise NotLinked(f"no such account (HTTP {answer.status})", rule="email", operation=answer.operation)
        return parse_json(answer, self.session.limits)


def _read(model: type[P], answer: Any, what: str) -> P:
    try:
        return model.model_validate(answer)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"]) or "answer"
        raise BadAnswer(f"schema: {where} is not as expected", sample=type(answer).__name__,
                        operation=f"GET {what}") from None


def _readable(sheet: Page, skipped: list[Notice]) -> Iterator[Item]:
    for index, raw in enumerate(sheet.items):
        try:
            yield Item.model_validate(raw)
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
            skipped.append(Notice("item_skipped", "an item is not readable", f"items[{index}].{where}"))


def _resource(item: Item) -> LearningResource:
    return LearningResource(external_id=item.id, title=plain(item.title), url=web_address(item.url))


def _enrolment(item: Item) -> Enrolment:
    share = None if item.progress is None else min(1.0, max(0.0, item.progress / 100))
    touched = from_iso(item.touched)
    return Enrolment(external_id=item.id, resource_id=item.id, progress=share, last_activity_at=touched,
                     platform_updated_at=touched,
                     status=Status.COMPLETED if share == 1.0 else Status.IN_PROGRESS)

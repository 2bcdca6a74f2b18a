"""Any learning record store (xAPI 1.0.3, IEEE 9274.1.1): what a learner did, read from statements."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urljoin

from pydantic import ValidationError, ValidationInfo, field_validator

from adapters.answer import parse_json
from adapters.contract import (
    Adapter,
    CheckStep,
    IdentifiesLearners,
    Manifest,
    Outcome,
    ReadsChanges,
    ReadsEnrolments,
    VerificationLevel,
    _,
)
from adapters.errors import BadAnswer, CredentialsRefused, Forbidden, Misconfigured, NotLinked, PlatformError
from adapters.paging import collect
from adapters.records import Account, Capability, ChangesPage, LearnerIdentity, Origin, Snapshot
from adapters.session import PlatformSession, Scope
from adapters.settings import BaseUrl, ConnectionSettings, LearnerKey, Secret, Text, field
from adapters.xapi.agents import Agent, account_id, agents_of, canonical, names_of
from adapters.xapi.changes import Cursor, identities, readable
from adapters.xapi.mapping import read_statements
from adapters.xapi.payloads import About, StatementResult

VERSION = "1.0.3"
STATEMENTS = "GET statements"
_NOBODY: Agent = {"account": {"homePage": "https://homeroom.example", "name": "nobody"}}
_NO_ABOUT = (400, 401, 403, 404, 405)
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")
_MAY_READ = _("Check key and secret, and that they may read all statements (scope statements/read). Some stores answer "
              "401 for a missing permission too.")


class XapiSettings(ConnectionSettings):
    base_url: BaseUrl = field(
        _("xAPI endpoint"), _("The address the store calls its endpoint: what stands before /statements."),
        example="https://lrs.example.com/xAPI")
    client_id: Text = field(
        _("Key"), _("User name of a basic-authentication credential that may read all statements."), min_length=1)
    client_secret: Secret = field(_("Secret"), _("Password of the same credential."))
    learner_key: LearnerKey = field(
        _("Name in accounts"), _("Which fact about a learner stands in statements as the account name. Statements "
                                 "about the verified e-mail address are read as well."), default="email")
    account_home_page: Text | None = field(
        _("Account home page"), _("The homePage that statements give for your learners' accounts. Leave it empty if "
                                  "statements name learners by e-mail address only."),
        example="https://id.example.com", default=None, validate_default=True)
    language: Text = field(
        _("Title language"), _("Language of titles where an activity has several, as a BCP 47 tag."),
        example="de", default="en")
    launch_hosts: Text = field(
        _("Hosts that may be opened"), _("Statements name activities by addresses on other servers. List the hosts "
                                         "learners may be sent to, separated by commas."),
        example="learning.example.com, videos.example.com", default="", advanced=True)

    @field_validator("account_home_page")
    @classmethod
    def _needed_for_accounts(cls, value: str | None, info: ValidationInfo) -> str | None:
        if not value and info.data.get("learner_key") in ("id_number", "username"):
            raise ValueError("needed unless learners are named by e-mail address")
        return value or None

    @field_validator("launch_hosts")
    @classmethod
    def _are_hosts(cls, value: str) -> str:
        hosts = [host.strip().lower() for host in value.split(",") if host.strip()]
        if wrong := [host for host in hosts if not _HOST.fullmatch(host)]:
            raise ValueError(f"{wrong[0][:60]!r} is not a host name; leave out https:// and paths")
        return ",".join(hosts)


class XAPI(Adapter[XapiSettings], IdentifiesLearners, ReadsEnrolments, ReadsChanges):
    manifest = Manifest(
        key="xapi", name=_("xAPI record store"), vendor=_("any (xAPI)"),
        homepage="https://github.com/adlnet/xAPI-Spec",
        summary=_("Reads what learners did from the statements in a learning record store."),
        verification=VerificationLevel.LIVE, verified_against="Ralph LRS 5.1.0",
        documentation="https://github.com/adlnet/xAPI-Spec/blob/master/xAPI-Communication.md",
        cannot=(
            _("xAPI knows no due dates, catalogue or recommendations."),
            _("A course taken again later is not told apart from the first time."),
            _("Learners known to the store by OpenID only are not found."),
            _("What learners known by the hash of their address did is read with a delay, as is what reaches a store "
              "more than an hour late that looks statements up by their own time."),
        ),
    )
    Settings = XapiSettings

    def __init__(self, settings: XapiSettings, session: PlatformSession, now: Callable[[], datetime]) -> None:
        super().__init__(settings, session, now)
        session.use_basic(settings.client_id, settings.client_secret.get_secret_value())
        session.headers["X-Experience-API-Version"] = VERSION

    @classmethod
    def base_address(cls, settings: XapiSettings) -> str:
        return settings.base_url

    def launch_hosts(self) -> frozenset[str]:
        return super().launch_hosts() | frozenset(filter(None, self.settings.launch_hosts.split(",")))

    def find_account(self, learner: LearnerIdentity) -> Account:
        """A store has no accounts: the account is the learner's own identifiers, whether or not statements exist yet.

        Raises NotLinked when there is none: an e-mail address counts only if it is verified.
        """
        key, home_page = self.settings.learner_key, self.settings.account_home_page
        email = learner.email if learner.email_verified else None
        name = email if key == "email" else learner.value_of(key)
        identifier = account_id(email=email, home_page=home_page, name=name)
        if identifier is None:
            raise NotLinked("the learner has no verified e-mail address and no account name", rule=key)
        by_name = bool(home_page and name)
        return Account(
            external_id=identifier, matched_by=key if by_name else "email",
            matched_value=(name if by_name else email) or "",
            origin=Origin("identity", "a record store keeps no accounts: these identifiers are asked for"))

    def enrolments(self, account: Account) -> Snapshot:
        agents = agents_of(account.external_id)
        scope = self.session.of_learner(account.external_id)
        observed_at = self.now()
        answers = [collect(partial(self._page, {"agent": canonical(agent)}, scope), _identity) for agent in agents]
        reading = read_statements(
            [raw for pages in answers for raw in pages.items], names_of(agents),
            language=self.settings.language, hosts=self.launch_hosts())
        return Snapshot(
            capability=Capability.ENROLMENTS, observed_at=observed_at,
            complete=reading.complete and all(pages.complete for pages in answers),
            resources=reading.resources, enrolments=reading.enrolments,
            warnings=(*(notice for pages in answers for notice in pages.warnings), *reading.warnings),
            learner_seen=account.external_id if reading.learner_seen else None)

    def changed_since(self, cursor: str | None) -> ChangesPage:
        """One page of what was stored after the cursor. An address of a next page that has expired is no loss: the same
        look begins again, and what was seen is known."""
        now = self.now()
        place = Cursor.read(cursor, now)
        query = {"since": place.since.isoformat().replace("+00:00", "Z"), "ascending": "true"}
        scope = self.session.of_learner("changes")      # not public: statements never go into the HTTP cache
        try:
            sent, more = self._page(query, scope, place.more or None)
        except (BadAnswer, Misconfigured):
            if not place.more:
                raise
            place = place.again()
            sent, more = self._page(query, scope, None)
        fresh = place.unseen(readable(sent), now)
        after = place.went_on(fresh, more, now)
        named = identities(fresh, self.settings.account_home_page, self.settings.learner_key)
        return ChangesPage(learners=named, next_cursor=after.write(), more=bool(after.more))

    def check(self) -> Iterator[CheckStep]:
        for name, step in (
            (_("The address answers"), self._check_about),
            (_("Statements can be read"), self._check_reading),
            (_("Statements can be asked for per learner"), self._check_filter),
        ):
            try:
                yield step(name)
            except PlatformError as error:
                remedy = error.remedy or _("Open the address in a browser, and look at the store's own status.")
                yield CheckStep(name=name, outcome=Outcome.FAILED, meaning=error.reason, remedy=remedy)
                return

    def _check_about(self, name: str) -> CheckStep:
        """Communication §2.8: the about resource tells the versions. Not every store has it."""
        answer = self.session.send("GET", "about", scope=self.session.public(), accept_statuses=_NO_ABOUT)
        if answer.status in _NO_ABOUT:
            return CheckStep(name=name, outcome=Outcome.OK, meaning=_("The store does not describe itself; no matter."))
        try:
            versions = About.model_validate(parse_json(answer, self.session.limits)).version
        except (BadAnswer, ValidationError):
            return CheckStep(name=name, outcome=Outcome.WARNING, meaning=_("What answers may not be a record store."),
                             remedy=_("Check that the address is the xAPI endpoint."))
        if not any(version.startswith("1.0") for version in versions):
            return CheckStep(name=name, outcome=Outcome.WARNING, meaning=_("The store does not offer xAPI 1.0."),
                             remedy=_("Switch xAPI 1.0.3 on in the store."))
        return CheckStep(name=name, outcome=Outcome.OK, meaning=_("The store offers xAPI 1.0."))

    def _check_reading(self, name: str) -> CheckStep:
        if self._some({"limit": "1"}):
            return CheckStep(name=name, outcome=Outcome.OK)
        return CheckStep(
            name=name, outcome=Outcome.WARNING,
            meaning=_("No statements: the store is empty, or this credential sees only those it wrote itself."),
            remedy=_("If the store is not empty, let the credential read all statements, not only its own."))

    def _check_filter(self, name: str) -> CheckStep:
        if self._some({"limit": "1", "agent": canonical(_NOBODY)}):
            return CheckStep(
                name=name, outcome=Outcome.FAILED, meaning=_("The store ignores whose statements are asked for."),
                remedy=_("Enter the store's own endpoint. A store that cannot filter by learner cannot be connected."))
        return CheckStep(name=name, outcome=Outcome.OK)

    def _some(self, query: dict[str, str]) -> bool:
        statements, _more = self._page(query, self.session.of_learner("check"), None)
        return bool(statements)

    def _page(self, query: dict[str, str], scope: Scope, more: str | None) -> tuple[list[Any], str | None]:
        """One page of statements and where the next is. more: relative to the server's root (Data §2.5)."""
        endpoint = f"{self.settings.base_url}/statements"
        path, params = (urljoin(endpoint, more), None) if more else (endpoint, query)
        try:
            answer = self.session.send("GET", path, scope=scope, operation=STATEMENTS, params=params,
                                       accept_statuses=(400, 404, 422))
        except (CredentialsRefused, Forbidden) as error:
            error.remedy = _MAY_READ
            raise
        if answer.status == 404:
            raise Misconfigured("there are no statements at this address (HTTP 404)", field="base_url",
                                operation=STATEMENTS, remedy=_("Enter what stands before /statements."))
        if answer.status != 200:
            raise BadAnswer(f"the store did not understand the question (HTTP {answer.status})", operation=STATEMENTS,
                            remedy=_("Check that the address is an xAPI 1.0.3 endpoint."))
        try:
            page = StatementResult.model_validate(parse_json(answer, self.session.limits))
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
            raise BadAnswer("not a list of statements", sample=where, operation=STATEMENTS) from None
        return page.statements, page.more or None


def _identity(raw: Any) -> object:
    """A statement's id; something unreadable is only ever itself."""
    said = raw.get("id") if isinstance(raw, dict) else None
    return said if isinstance(said, str) else id(raw)


ADAPTER = XAPI

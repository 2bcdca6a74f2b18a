"""Open Badges: reads a backpack or a list of badges, keeps what was awarded to the learner, verifies each one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as of
from typing import Any, ClassVar, Literal

from adapters.answer import parse_json
from adapters.badge_fetching import BadgeFetcher
from adapters.badge_formats import Credential, Format, listed, recognise
from adapters.badge_result import Fetch, Inquiry, Refused
from adapters.badge_verification import claimed, opened, verify
from adapters.contract import (
    Adapter,
    CheckStep,
    Feeding,
    IdentifiesLearners,
    Manifest,
    Outcome,
    ReadsBadges,
    VerificationLevel,
    _,
)
from adapters.errors import BadAnswer, CredentialsRefused, Forbidden, NotLinked, PlatformError
from adapters.open_badges.mapping import badge_of, one_of_each
from adapters.open_badges.payloads import CREDENTIALS, SCOPE, address_of, page_of
from adapters.paging import MAX_ITEMS, MAX_PAGES
from adapters.records import Account, Badge, Capability, LearnerIdentity, Notice, Snapshot, Verification
from adapters.session import Scope
from adapters.settings import BaseUrl, ConnectionSettings, Secret, Text, field


class OpenBadgesSettings(ConnectionSettings):
    base_url: BaseUrl = field(
        _("Address"), _("The address of the badge platform, as your badge provider's documentation gives it."),
        example="https://badges.example.com")
    source: Literal["backpack", "list"] = field(
        _("What is read"),
        _("“backpack”: the Open Badges 3.0 API (ims/ob/v3p0/credentials). “list”: one JSON list of badges – addresses, "
          "signed tokens or JSON objects."), default="backpack")
    token: Secret | None = field(
        _("Access token"), _("An OAuth 2 access token with the scope credential.readonly; leave empty for a public "
                             "list."), default=None)
    list_path: Text = field(
        _("Path of the list"), _("Where the JSON list lies below the address; only for “list”."),
        example="badges.json", default="badges.json")
    trusted_issuers: Text = field(
        _("Trusted issuers"), _("Ids of the issuers whose badges count (did:… or https://…), separated by spaces. "
                                "Empty: every issuer that can be proved."), default="", advanced=True)


@dataclass(slots=True)
class _Found:
    """complete: False if something listed could not be read, so that it may be the learner's."""

    credentials: list[tuple[str, Credential]] = of(default_factory=list)
    complete: bool = True
    warnings: list[Notice] = of(default_factory=list)


class OpenBadges(Adapter[OpenBadgesSettings], IdentifiesLearners, ReadsBadges):
    manifest: ClassVar[Manifest] = Manifest(
        key="open_badges",
        name="Open Badges",
        vendor="1EdTech standard",
        homepage="https://openbadges.org",
        summary=_("Badges from any Open Badges 2.0 or 3.0 source, each one verified before it is shown."),
        verification=VerificationLevel.DOCUMENTED,
        verified_against="Open Badges 3.0 API as specified; badges issued by Moodle 4.5.6 and openbadgeslib 4.6.3",
        feeding=Feeding.PER_LEARNER,
        documentation="https://www.imsglobal.org/spec/ob/v3p0/",
        cannot=(
            _("Most backpacks grant access learner by learner; a connection's token opens what its owner may see."),
            _("Badges in JSON with an embedded proof (Data Integrity) are shown as not verified."),
            _("The 1EdTech revocation list is not read; badges that use it are shown as not verified."),
        ),
    )
    Settings = OpenBadgesSettings

    @classmethod
    def base_address(cls, settings: OpenBadgesSettings) -> str:
        return settings.base_url

    def find_account(self, learner: LearnerIdentity) -> Account:
        """The learner's verified e-mail address, if at least one badge was awarded to it."""
        email = (learner.email or "").strip()
        if not email or not learner.email_verified:
            raise NotLinked("badges are awarded to e-mail addresses, and the learner's is missing or not verified",
                            rule="email", operation="find account")
        with BadgeFetcher(self.session.policy, now=self.now) as fetcher:
            if not self._awarded_to(email, fetcher).credentials:
                raise NotLinked("no badge is awarded to the learner's e-mail address", rule="email",
                                operation="find account")
        return Account(external_id=email, matched_by="email", matched_value=email)

    def badges(self, account: Account) -> Snapshot:
        trusted = frozenset(self.settings.trusted_issuers.split())
        badges: list[tuple[str, Badge]] = []
        with BadgeFetcher(self.session.policy, now=self.now) as fetcher:
            found = self._awarded_to(account.external_id, fetcher)
            for answer, credential in found.credentials:
                result = verify(credential, recipient=account.external_id, fetch=fetcher.for_one_badge(), now=self.now)
                if result.award is not None and result.recipient_matches:
                    badge = badge_of(credential, result.award, result, answer=answer, trusted=trusted)
                    badges.append((result.award.issuer_id, badge))
        return Snapshot(capability=Capability.BADGES, observed_at=self.now(), complete=found.complete,
                        badges=one_of_each(badges), warnings=tuple(found.warnings))

    def check(self) -> Iterator[CheckStep]:
        try:
            items, complete = self._listed(self.session.of_learner("check"))
        except PlatformError as error:
            yield CheckStep(name=_("Read the badges"), outcome=Outcome.FAILED, meaning=error.reason,
                            remedy=_remedy(error))
            return
        yield CheckStep(name=_("Read the badges"), outcome=Outcome.OK if items and complete else Outcome.WARNING,
                        meaning=f"{len(items)} badges are listed.",
                        remedy="" if items else _("Award a badge, or check that the token may see other people's."))
        with BadgeFetcher(self.session.policy, now=self.now) as fetcher:
            yield from self._check_one(items, fetcher)

    def _check_one(self, items: list[tuple[str, Any]], fetcher: BadgeFetcher) -> Iterator[CheckStep]:
        """The first badge that can be verified, or why none can."""
        name, reason = _("Verify a badge"), ""
        for _where, item in items[:10]:
            if not isinstance(item, (str, dict)):
                continue
            result = verify(item, fetch=fetcher.for_one_badge(), now=self.now)
            if result.verification is not Verification.NOT_VERIFIED:
                yield CheckStep(name=name, outcome=Outcome.OK, meaning=f"{result.verification}: {result.reason}")
                return
            reason = reason or result.reason
        if not items:
            yield CheckStep(name=name, outcome=Outcome.SKIPPED, meaning=_("There is no badge to verify."))
            return
        yield CheckStep(name=name, outcome=Outcome.WARNING, meaning=reason or "The list holds no badge.",
                        remedy=_("Ask the issuer for Open Badges 3.0 signed tokens, or Open Badges 2.0."))

    def _awarded_to(self, email: str, fetcher: BadgeFetcher) -> _Found:
        """Everything listed that names this address as recipient, not yet verified."""
        items, complete = self._listed(self.session.of_learner(email))
        found = _Found(complete=complete)
        if not complete:
            found.warnings.append(Notice("too_many_items", f"stopped after {len(items)} badges"))
        for where, item in items:
            try:
                credential = self._opened(item, fetcher.for_one_badge())
            except BadAnswer as error:
                found.warnings.append(Notice("item_skipped", error.reason, where))
                continue
            except Refused as refusal:
                found.warnings.append(Notice("item_skipped", refusal.reason, where))
                found.complete = found.complete and refusal.verification is Verification.REVOKED
                continue
            award = claimed(credential)
            if award is not None and any(recipient.is_(email) for recipient in award.recipients):
                found.credentials.append((where, credential))
        return found

    def _opened(self, item: Any, fetch: Fetch) -> Credential:
        """A listed address is read, since nothing else tells whose badge it is."""
        if not isinstance(item, (str, dict)):
            raise BadAnswer("this is neither a badge nor an address", sample=type(item).__name__)
        credential = recognise(item)
        return opened(credential, Inquiry(fetch, self.now())) if credential.format is Format.ADDRESS else credential

    def _listed(self, scope: Scope) -> tuple[list[tuple[str, Any]], bool]:
        """(where it stood, item) of every page, and whether that is all."""
        if self.settings.token:
            self.session.use_bearer(self.settings.token.get_secret_value())
        if self.settings.source == "list":
            answer = self.session.send("GET", self.settings.list_path, scope=scope, operation="list of badges")
            items = listed(parse_json(answer, self.session.limits))
            return [(f"list[{n}]", item) for n, item in enumerate(items[:MAX_ITEMS])], len(items) <= MAX_ITEMS
        found: list[tuple[str, Any]] = []
        path: str | None = address_of(0)
        seen: set[str] = set()
        while path and path not in seen and len(seen) < MAX_PAGES and len(found) < MAX_ITEMS:
            seen.add(path)
            answer = self.session.send("GET", path, scope=scope, operation=CREDENTIALS)
            page = page_of(answer, self.session.limits, len(found))
            found += [(f"{CREDENTIALS}[{len(found) + n}]", item) for n, item in enumerate(page.items)]
            path = page.next
        return found[:MAX_ITEMS], path is None or path in seen


def _remedy(error: PlatformError) -> str:
    match error:
        case CredentialsRefused() | Forbidden():
            return _("Enter a new access token; it needs the scope {scope}.").format(scope=SCOPE)
        case BadAnswer():
            return error.remedy or _("Check the address and whether it is a backpack or a list.")
        case _:
            return error.remedy or _("Open the address in a browser; check name, port and certificate.")

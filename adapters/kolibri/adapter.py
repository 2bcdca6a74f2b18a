"""Kolibri: which calls, in which order, and what the admin is told about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from adapters.contract import (
    Adapter,
    CheckStep,
    IdentifiesLearners,
    Manifest,
    ReadsCatalogue,
    ReadsEnrolments,
    VerificationLevel,
    _,
)
from adapters.errors import Ambiguous, BadAnswer, CursorRefused, Misconfigured, NotLinked, Rejected, WrongLearner
from adapters.kolibri import checks, mapping
from adapters.kolibri.access import Access
from adapters.kolibri.payloads import Membership, Node, NodePage, User, parsed
from adapters.kolibri.settings import KolibriSettings
from adapters.paging import collect
from adapters.records import (
    Account,
    Capability,
    CataloguePage,
    LearnerIdentity,
    LearningResource,
    Notice,
    Snapshot,
)

USERS_A_PAGE, NODES_A_PAGE, NODES_A_CALL = "500", "100", 50


class KolibriAdapter(Adapter[KolibriSettings], IdentifiesLearners, ReadsEnrolments, ReadsCatalogue):
    manifest = Manifest(
        key="kolibri", name="Kolibri", vendor="Learning Equality", homepage="https://learningequality.org/kolibri/",
        summary=_("Lessons, quizzes and progress from classes, and the library of channels on the server."),
        verification=VerificationLevel.LIVE, verified_against="Kolibri 0.19.5",
        documentation="https://kolibri.readthedocs.io/",
        cannot=(
            _("Kolibri has no due dates: assignments are shown without one."),
            _("Kolibri has no badges."),
            _("Kolibri computes suggestions only for the signed-in learner; they cannot be read by a service account."),
            _("Coaches are told not started, started or completed, never the share of a started resource."),
            _("Progress is read in resources that stand in a lesson of one of the learner's classes, and in quizzes."),
            _("Courses, new in Kolibri 0.19, are not read."),
        ),
    )
    Settings = KolibriSettings

    @classmethod
    def base_address(cls, settings: KolibriSettings) -> str:
        return settings.base_url

    def check(self) -> Iterator[CheckStep]:
        return checks.steps(self._access)

    @property
    def _access(self) -> Access:
        return Access(self.session, self.settings)

    def find_account(self, learner: LearnerIdentity) -> Account:
        key = self.settings.learner_key
        asked = (learner.value_of(key) or "").strip()
        if not asked:
            raise NotLinked(f"the identity provider gave no {key}", rule=key)
        users = self._users(asked if key == "username" else None)
        found = [user for user in users if mapping.same(asked, mapping.value_of(user, key), key)]
        if not found:
            raise NotLinked(f"no Kolibri user has this {key}", rule=key, operation="facilityuser",
                            remedy="A class coach sees only users of the own classes; a facility coach sees all.")
        if len(found) > 1:
            raise Ambiguous(f"{len(found)} Kolibri users have this {key}", rule=key, hits=len(found),
                            operation="facilityuser", remedy="Correct the users in Kolibri so that only one has it.")
        return mapping.account(found[0], key)

    def _users(self, search: str | None) -> list[User]:
        """Users of the facility. search: Kolibri's own search looks at usernames and names, not at identifiers."""
        access = self._access
        facility = access.facility_of(access.sign_in())
        query = {"member_of": facility, "page_size": USERS_A_PAGE, **({"search": search} if search else {})}

        def page(number: int | None) -> tuple[Iterable[User], int | None]:
            got = access.users(number or 1, operation="facilityuser", **query)
            return got.results, got.page + 1 if got.page < got.total_pages else None

        users = collect(page, lambda user: user.id, max_items=50_000)
        if not users.complete:
            raise Misconfigured("too many users to search one by one", field="learner_key", operation="facilityuser",
                                remedy="Match learners by username.")
        return [user for user in users.items if user.facility == facility]

    def enrolments(self, account: Account) -> Snapshot:
        observed_at, learner = self.now(), account.external_id
        access = self._access
        facility = access.facility_of(access.sign_in())
        summaries = [access.summary(class_id, self.session.of_learner(learner))
                     for class_id in self._classes(access, facility, learner)]
        own = [summary for summary in summaries if any(person.id == learner for person in summary.learners)]
        if not own:
            self._confirm(access, learner)
        wanted = {node_id for summary in own for node_id in mapping.nodes_met(summary, learner)}
        nodes = self._nodes(sorted(wanted), learner)
        reading = mapping.Reading()
        for summary in own:
            mapping.read_class(summary, learner, nodes, self.session.base_url, reading)
        return Snapshot(
            capability=Capability.ENROLMENTS, observed_at=observed_at, complete=not reading.warnings,
            resources=tuple(reading.resources.values()), enrolments=tuple(reading.enrolments.values()),
            assignments=tuple(reading.assignments.values()), warnings=tuple(reading.warnings), learner_seen=learner,
        )

    def _classes(self, access: Access, facility: str, learner: str) -> list[str]:
        """The learner's classes that this account may read. Memberships also name groups, hence the second list."""
        scope = self.session.of_learner(learner)
        rows = [parsed(Membership, row, "membership") for row in access.rows(
            "/api/auth/membership/", scope=scope, operation="membership", user_ids=learner)]
        if any(row.user != learner for row in rows):
            raise WrongLearner("memberships of another user came back", operation="membership")
        if not rows:
            return []
        return sorted({row.collection for row in rows} & set(access.classes(facility, scope)))

    def _confirm(self, access: Access, learner: str) -> None:
        """Nothing to read may also mean that the account is gone: ask. Raises NotLinked, WrongLearner."""
        user = access.user(learner, self.session.of_learner(learner))
        if user is None:
            raise NotLinked("this Kolibri user does not exist any more, or this account may not see it",
                            rule="id", operation="facilityuser")
        if user.id != learner:
            raise WrongLearner("another user came back", operation="facilityuser")

    def _nodes(self, ids: list[str], learner: str) -> dict[str, Node]:
        """Details by id; what is not on the device does not come back."""
        found: dict[str, Node] = {}
        for start in range(0, len(ids), NODES_A_CALL):
            rows = self.session.get_json(
                "/api/content/contentnode/", scope=self.session.of_learner(learner), operation="contentnode",
                params={"ids": ",".join(ids[start:start + NODES_A_CALL])})
            if not isinstance(rows, list):
                raise BadAnswer("a list was expected", operation="contentnode")
            found |= {node.id: node for node in (parsed(Node, row, "contentnode") for row in rows)}
        return found

    def catalogue(self, cursor: str | None) -> CataloguePage:
        """Resources of every channel on the device; the same for everybody, signed in or not."""
        observed_at = self.now()
        query = {"kind": "content", "include_coach_content": "false", "max_results": NODES_A_PAGE}
        try:
            got = parsed(NodePage, self.session.get_json(
                "/api/content/contentnode/", scope=self.session.public(), operation="contentnode",
                params={**query, **({"cursor": cursor} if cursor else {})}), "contentnode")
        except Rejected as error:
            if cursor is None:
                raise
            raise CursorRefused(error.reason, operation="contentnode") from error
        skipped: list[Notice] = []
        resources = tuple(self._mapped(got.results, skipped))
        return CataloguePage(resources=resources, observed_at=observed_at, next_cursor=(got.more or {}).get("cursor"),
                             complete=not skipped, warnings=tuple(skipped))

    def _mapped(self, rows: list[dict[str, Any]], skipped: list[Notice]) -> Iterator[LearningResource]:
        for row in rows:
            try:
                yield mapping.resource(parsed(Node, row, "contentnode"), self.session.base_url)
            except BadAnswer as error:
                skipped.append(Notice("item_skipped", error.reason, error.sample))

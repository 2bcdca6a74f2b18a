"""Accounts are never guessed: a hundred difficult people on a real adapter, and every way a link comes into doubt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from adapters import registry
from adapters.answer import Limits
from adapters.cache import CatalogueCache
from adapters.errors import Ambiguous, NotLinked, Unreachable
from adapters.moodle.sandbox import create_sandbox, settings_for
from adapters.records import Account, Capability, Enrolment, LearningResource, Status
from adapters.session import NoThrottle
from adapters.world import Person as Owner
from adapters.world import World
from portal.connections.connecting import connect
from portal.connections.opening import Opener
from portal.learner_view import Learner, Need
from portal.priority import Priority
from portal.refresh.run import Refresher
from portal.security.vault import Vault
from portal.store import ledger, page, people, platforms
from portal.store.database import Database
from portal.store.holdings import holdings
from portal.store.people import Person
from portal.store.platforms import Link
from tests.conftest import FrozenClock
from tests.factories import NOW, a_connection, a_person, an_answer, an_enrolment
from tests.running import running
from tests.scripted import SETTINGS, Script, a_refresher

Key = Literal["email", "id_number"]
HELD, NOBODY = "held", "nobody"


# --- one hundred people ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Somebody:
    """person: as the identity provider says. by_email, by_id_number: the platform's username that is truly theirs, or
    HELD when two fit, or NOBODY."""

    person: Person
    by_email: str
    by_id_number: str

    def truth(self, key: Key) -> str:
        return self.by_email if key == "email" else self.by_id_number


@dataclass(slots=True)
class Cast:
    somebody: list[Somebody] = field(default_factory=list)
    owners: list[Owner] = field(default_factory=list)

    def person(self, by_email: str, by_id_number: str, **facts: Any) -> None:
        number = len(self.somebody)
        person = replace(a_person(f"p{number}"), **facts)
        self.somebody.append(Somebody(person, by_email, by_id_number))

    def account(self, username: str, email: str, id_number: str, name: str = "Somebody", *, active: bool = True) -> str:
        self.owners.append(Owner(username=username, email=email, id_number=id_number, name=name, active=active))
        return username


def a_hundred() -> Cast:
    cast = Cast()
    account, person = cast.account, cast.person
    for n in range(38):
        own = account(f"plain{n}", f"plain{n}@example.org", f"PL-{n}")
        person(own, own, email=f"Plain{n}@Example.org", id_number=f"PL-{n}")
    for n in range(16):     # eight pairs with one name
        own = account(f"twin{n}", f"twin{n}@example.org", f"TW-{n}", name=f"Kim Lee {n // 2}")
        person(own, own, email=f"twin{n}@example.org", id_number=f"TW-{n}", name=f"Kim Lee {n // 2}")
    for n in range(6):      # married, and called differently on both sides
        own = account(f"renamed{n}", f"renamed{n}@example.org", f"RN-{n}", name="Ada Byron")
        person(own, own, email=f"renamed{n}@example.org", id_number=f"RN-{n}", name="Ada King", username=f"plain{n}")
    for n in range(6):      # hired again with a new address and the old number
        account(f"left{n}", f"left{n}@example.org", f"RE-{n}", active=False)
        own = account(f"back{n}", f"back{n}@example.org", f"RE-{n}")
        person(own, HELD, email=f"back{n}@example.org", id_number=f"RE-{n}")
    for n in range(6):      # hired again with the old address and a new number
        account(f"gone{n}", f"again{n}@example.org", f"OLD-{n}", active=False)
        own = account(f"again{n}", f"again{n}@example.org", f"NEW-{n}")
        person(HELD, own, email=f"again{n}@example.org", id_number=f"NEW-{n}")
    for n in range(3):      # one number for two people, one of whom has it on the platform
        first, second = account(f"s{n}a", f"s{n}a@example.org", f"SH-{n}"), account(f"s{n}b", f"s{n}b@example.org", "")
        person(first, HELD, email=f"s{n}a@example.org", id_number=f"SH-{n}")
        person(second, HELD, email=f"s{n}b@example.org", id_number=f"SH-{n}")
    for n in range(3):      # one mailbox for two people
        first, second = account(f"m{n}a", f"box{n}@example.org", f"MA-{n}"), account(f"m{n}b", "", f"MB-{n}")
        person(HELD, first, email=f"box{n}@example.org", id_number=f"MA-{n}")
        person(HELD, second, email=f"BOX{n}@example.org", id_number=f"MB-{n}")
    for n in range(6):      # two accounts on the platform
        own = account(f"double{n}", f"double{n}@example.org", f"DB-{n}")
        account(f"double{n}x", f"double{n}@example.org", f"DBX-{n}")
        person(HELD, own, email=f"double{n}@example.org", id_number=f"DB-{n}")
    for n in range(5):
        own = account(f"unproven{n}", f"unproven{n}@example.org", f"UV-{n}")
        person(NOBODY, own, email=f"unproven{n}@example.org", id_number=f"UV-{n}", email_verified=False)
    for _ in range(3):
        person(NOBODY, NOBODY)
    for n in range(2):
        account(f"closed{n}", f"closed{n}@example.org", f"CL-{n}", active=False)
        person(NOBODY, NOBODY, email=f"closed{n}@example.org", id_number=f"CL-{n}")
    assert len(cast.somebody) == 100
    return cast


def a_world(owners: list[Owner]) -> World:
    """Every account has one course that nobody else has."""
    resources = {o.username: LearningResource(external_id=str(1000 + n), title=o.username)
                 for n, o in enumerate(owners)}
    return World(title="Campus", now=NOW, people=tuple(owners), resources=tuple(resources.values()), enrolments={
        name: (Enrolment(external_id=r.external_id, resource_id=r.external_id, status=Status.IN_PROGRESS),)
        for name, r in resources.items()})


@dataclass
class Campus:
    """A Moodle, the portal's store and refresh, and people who sign in one after the other."""

    database: Database
    clock: FrozenClock
    refresher: Refresher
    connection: int

    def visit(self, person: Person) -> Learner:
        """Sign-in, and the refresh that follows."""
        with self.database.write() as tx:
            learner = people.save(tx, person, self.clock())
            ledger.enqueue(tx, learner.id, [self.connection], Priority.AT_SIGN_IN, self.clock())
        assert self.refresher.run_next({learner.id}) is not None
        return learner

    def link(self, learner: Learner) -> Link | None:
        with self.database.read() as tx:
            return platforms.link_of(tx, learner.id, self.connection)

    def shown(self, learner: Learner) -> list[str]:
        """Titles of the courses on this learner's page: the usernames whose courses they are."""
        with self.database.read() as tx:
            view = page.load(tx, learner, frozenset(Need), self.clock())
        return [item.resource.title for item in view.enrolments]

    def state(self, learner: Learner) -> dict[str, Any]:
        with self.database.read() as tx:
            (state,) = ledger.states(tx, learner.id)
        return state


@pytest.fixture
def cast() -> Cast:
    return a_hundred()


@pytest.fixture(params=["email", "id_number"])
def key(request: pytest.FixtureRequest) -> Key:
    found: Key = request.param
    return found


@pytest.fixture
def campus(sqlite_database: Database, clock: FrozenClock, tmp_path: Path, cast: Cast, key: Key) -> Iterator[Campus]:
    opener = Opener(registry=registry.default(), vault=Vault(SETTINGS), database=sqlite_database,
                    cache=CatalogueCache(tmp_path / "cache.sqlite"), clock=clock,
                    throttle=lambda _connection, _lane: NoThrottle(), limits=Limits())
    refresher = Refresher(database=sqlite_database, opener=opener, clock=clock, active_every=timedelta(minutes=30),
                          worker="test")
    with running(create_sandbox(a_world(cast.owners))) as address:
        with sqlite_database.write() as tx:
            connection = connect(tx, opener.vault, opener.registry.get("moodle"), name="Campus",
                                 values={**settings_for(address), "learner_key": key, "due_dates": "off"},
                                 allow_private=True, actor="test", now=NOW)
        yield Campus(sqlite_database, clock, refresher, connection)


def test_a_hundred_people__no_link_is_wrong_and_every_doubt_is_listed(campus: Campus, cast: Cast, key: Key) -> None:
    learners = [campus.visit(one.person) for one in cast.somebody]
    for one, learner in zip(cast.somebody, learners, strict=True):
        truth, state, link = one.truth(key), campus.state(learner), campus.link(learner)
        if truth in (HELD, NOBODY):
            assert state["failure"] == ("Ambiguous" if truth == HELD else "NotLinked"), one
            assert state["failure_reason"]
            assert campus.shown(learner) == [], one
        else:
            assert state["failure"] is None, (one, state)
            assert campus.shown(learner) == [truth]
            owner = next(o for o in cast.owners if o.username == truth)
            assert link is not None
            assert (link.account.matched_by, link.account.matched_value) == (key, getattr(owner, key))
            assert (link.linked_at, link.confirmed_at) == (NOW, NOW)


def test_changes_at_the_provider__cut_no_link_and_switch_none(campus: Campus, cast: Cast, key: Key) -> None:
    moved, married, left, right = (one.person for one in cast.somebody[:4])
    learners = [campus.visit(person) for person in (moved, married, left, right)]
    before = [campus.link(learner) for learner in learners]
    campus.clock.forward(days=1)
    changed = [replace(moved, email="moved@example.org"), replace(married, name="Ada King", username="aking"),
               replace(left, email=right.email), replace(right, email=left.email)]
    for person in changed:
        campus.visit(person)
    assert [campus.link(learner) for learner in learners] == before
    assert [campus.shown(learner) for learner in learners] == [["plain0"], ["plain1"], ["plain2"], ["plain3"]]

    campus.clock.forward(days=31)
    for person in changed:
        campus.visit(person)
    ids = [link and link.account.external_id for link in before]
    after = [campus.link(learner) for learner in learners]
    assert [link and link.account.external_id for link in after] == ids, "a link is kept or held, never switched"
    if key == "id_number":      # nothing changed that the links rest on
        assert [link and link.confirmed_at for link in after] == [campus.clock()] * 4
        assert [campus.shown(learner) for learner in learners] == [["plain0"], ["plain1"], ["plain2"], ["plain3"]]
        return
    assert [link and link.confirmed_at for link in after] == [NOW, campus.clock(), NOW, NOW]
    assert [campus.shown(learner) for learner in learners] == [["plain0"], ["plain1"], [], []]
    assert [campus.state(learner)["failure"] for learner in learners] == [None, None, "Ambiguous", "Ambiguous"]
    assert [w["code"] for w in campus.state(learners[0])["warnings"]] == ["account_not_found_again"]


# --- one link in doubt ----------------------------------------------------------------------------------------------


ACCOUNT = Account(external_id="acc-1", display_name="Ada", matched_by="email", matched_value="ada@example.org")
OTHER = replace(ACCOUNT, external_id="acc-2")
ADA, BOB = a_person("ada"), a_person("bob")


@pytest.fixture
def script() -> Script:
    return Script(accounts={"ada@example.org": ACCOUNT},
                  answers={Capability.ENROLMENTS: an_answer(enrolments=(an_enrolment(),))})


@pytest.fixture
def scripted(database: Database, clock: FrozenClock, script: Script, tmp_path: Path) -> Campus:
    with database.write() as tx:
        connection = a_connection(tx)
    return Campus(database, clock, a_refresher(database, clock, script, tmp_path), connection)


def test_link__is_trusted_for_a_month_and_then_looked_at_again(scripted: Campus, script: Script) -> None:
    ada = scripted.visit(ADA)
    script.accounts["ada@example.org"] = replace(ACCOUNT, display_name="Ada King", matched_value="ADA@example.org")
    moments = []
    for days in (29, 2, 1):
        scripted.clock.forward(days=days)
        scripted.visit(ADA)
        link = scripted.link(ada)
        assert link is not None
        assert link.linked_at == NOW
        moments.append(((link.confirmed_at - NOW).days, link.account.display_name, link.account.matched_value))
    assert moments == [(0, "Ada", "ada@example.org"), (31, "Ada King", "ADA@example.org"),
                       (31, "Ada King", "ADA@example.org")]


@pytest.mark.parametrize("found", [OTHER, Ambiguous("two accounts")], ids=["another", "several"])
def test_link__another_account_is_held_until_the_old_one_is_found_again(scripted: Campus, script: Script,
                                                                        found: Account | Ambiguous) -> None:
    ada = scripted.visit(ADA)
    script.accounts["ada@example.org"] = found
    for _ in range(2):
        scripted.clock.forward(days=31)
        scripted.visit(ADA)
        assert scripted.state(ada)["failure"] == "Ambiguous"
        assert scripted.shown(ada) == []
        link = scripted.link(ada)
        assert link is not None
        assert (link.account.external_id, link.confirmed_at) == ("acc-1", NOW)
    script.accounts["ada@example.org"] = ACCOUNT
    scripted.visit(ADA)
    assert scripted.state(ada)["failure"] is None
    assert scripted.shown(ada) == ["Fire safety"]


def test_link__what_is_held_stays_hidden_while_the_platform_is_in_trouble(scripted: Campus, script: Script) -> None:
    ada = scripted.visit(ADA)
    script.accounts["ada@example.org"] = OTHER
    scripted.clock.forward(days=31)
    scripted.visit(ADA)
    script.accounts["ada@example.org"] = Unreachable("refused")
    scripted.visit(ADA)
    assert scripted.state(ada)["failure"] == "Ambiguous"
    assert scripted.shown(ada) == []


def test_link__goes_with_the_account_and_what_is_found_then_is_a_new_link(scripted: Campus, script: Script) -> None:
    ada = scripted.visit(ADA)
    well = script.answers[Capability.ENROLMENTS]
    script.answers[Capability.ENROLMENTS] = NotLinked("the account is deleted")
    scripted.visit(ADA)
    assert scripted.link(ada) is None
    assert scripted.shown(ada) == []
    script.answers[Capability.ENROLMENTS] = well
    script.accounts["ada@example.org"] = OTHER
    scripted.clock.forward(days=1)
    scripted.visit(ADA)
    link = scripted.link(ada)
    assert link is not None
    assert (link.account.external_id, link.linked_at) == ("acc-2", scripted.clock())


def test_shared_fact__holds_who_was_linked_first_and_lets_go_when_it_is_corrected(scripted: Campus, script: Script,
                                                                                  ) -> None:
    script.accounts["ADA@example.org"] = ACCOUNT
    ada, bob = scripted.visit(ADA), scripted.visit(replace(BOB, email="ADA@example.org"))
    for learner in (ada, bob):
        assert scripted.state(learner)["failure"] == "Ambiguous"
        assert scripted.shown(learner) == []
    scripted.visit(ADA)
    assert scripted.state(ada)["failure"] == "Ambiguous", "as long as both say so"
    scripted.visit(BOB)
    scripted.visit(ADA)
    assert scripted.shown(ada) == ["Fire safety"]


def test_shared_fact__an_unverified_claim_holds_nobody(scripted: Campus) -> None:
    with scripted.database.write() as tx:
        people.save(tx, replace(BOB, email="ada@example.org", email_verified=False), NOW)
    assert scripted.shown(scripted.visit(ADA)) == ["Fire safety"]


def test_owner__keeps_an_account_when_the_old_address_goes_to_somebody_else(scripted: Campus, script: Script) -> None:
    ada = scripted.visit(ADA)
    scripted.visit(replace(ADA, email="ada.king@example.org"))
    bob = scripted.visit(replace(BOB, email="ada@example.org"))
    assert scripted.state(bob)["failure"] == "Ambiguous"
    assert scripted.shown(bob) == []
    assert scripted.shown(ada) == ["Fire safety"]


def test_evidence__is_in_the_learners_own_record(scripted: Campus) -> None:
    ada = scripted.visit(ADA)
    with scripted.database.read() as tx:
        (platform,) = holdings(tx, ada)["sources"]
    assert (platform["account"]["matched_by"], platform["account"]["matched_value"],
            platform["account"]["linked_at"], platform["account"]["confirmed_at"]) == (
        "email", "ada@example.org", NOW.isoformat(), NOW.isoformat())


def test_link__is_never_switched_in_the_store(scripted: Campus) -> None:
    ada = scripted.visit(ADA)
    with scripted.database.write() as tx, pytest.raises(ValueError, match="another account"):
        platforms.link(tx, ada.id, scripted.connection, OTHER, NOW)

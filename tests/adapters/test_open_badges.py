"""The Open Badges adapter: its samples, its sandbox, and the guarded way out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters import conformance
from adapters.badge_fetching import MOST_PER_BADGE, BadgeFetcher
from adapters.badge_verification import verify
from adapters.contract import Adapter, IdentifiesLearners, read
from adapters.egress import EgressPolicy
from adapters.errors import BadAnswer, BlockedAddress, NotLinked, PlatformError
from adapters.open_badges import ADAPTER, sandbox
from adapters.open_badges.mapping import one_of_each
from adapters.records import Account, Badge, BadgeKind, Capability, LearnerIdentity, Snapshot, Verification
from adapters.samples import answering
from adapters.world import Person, World
from tests.running import running

NOW = datetime.now(UTC).replace(microsecond=0)     # the sandbox really signs, the adapter really asks the clock
PRIVATE = EgressPolicy(allow_private=True)


def badge(number: int, verification: Verification = Verification.VERIFIED, **more: Any) -> Badge:
    return Badge(external_id=f"b{number}", name=f"Badge {number} – été", issuer="Acme Academy", description="Well done",
                 issued_at=NOW - timedelta(days=40), verification=verification, **more)


WORLD = World(
    title="Acme Badges", now=NOW,
    people=(Person(username="ana", email="Ana.Lima@example.org", id_number="1", name="Ana Lima"),
            Person(username="bo", email="bo@example.org", id_number="2", name="Bo"),
            Person(username="cy", email="cy@example.org", id_number="3", name="Cy")),
    badges={"ana": (badge(1, kind=BadgeKind.CERTIFICATE), badge(2, Verification.REVOKED),
                    badge(3, Verification.EXPIRED, expires_at=NOW - timedelta(days=1)),
                    badge(4, Verification.NOT_VERIFIED)),
            "bo": tuple(badge(n) for n in range(10, 130))},
)


def badges_of(adapter: Adapter[Any], email: str) -> Snapshot:
    with adapter.session:
        return read(adapter, Capability.BADGES, Account(external_id=email))


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    with running(sandbox.create_sandbox(WORLD)) as base:
        yield base


@pytest.mark.parametrize("rule", conformance.RULES, ids=lambda rule: rule.__name__)
def test_conformance(rule: conformance.Rule) -> None:
    rule(ADAPTER)


@pytest.mark.parametrize("source", ["backpack", "list"])
def test_sandbox__gives_the_world_back_truly_verified(host: str, source: str) -> None:
    adapter = conformance.ready(ADAPTER, sandbox, host, source=source)
    with adapter.session:
        snapshot = conformance.reads_back(adapter, WORLD, "ana")[Capability.BADGES]
    found = {b.name: b.verification for b in snapshot.badges}
    expected = {b.name: b.verification for b in WORLD.badges["ana"]}
    if source == "list":        # a hosted badge that was revoked answers 410 and no longer says whose it was
        expected = {name: said for name, said in expected.items() if said is not Verification.REVOKED}
        assert [w.code for w in snapshot.warnings] == ["item_skipped"]
    assert found == expected
    assert all(b.verification_reason for b in snapshot.badges)
    assert snapshot.complete


def test_sandbox__badge_has_all_that_was_awarded(host: str) -> None:
    adapter = conformance.ready(ADAPTER, sandbox, host)
    first = next(b for b in badges_of(adapter, "ana.lima@example.org").badges if b.name.startswith("Badge 1"))
    assert (first.kind, first.issuer, first.description) == (BadgeKind.CERTIFICATE, "Acme Academy", "Well done")
    assert first.issued_at == NOW - timedelta(days=40)
    assert first.url == f"{host}/badges/ana-b1"
    assert first.image_url == f"{host}/images/ana-b1.svg"
    assert first.origin.answer == "ims/ob/v3p0/credentials[0]"


def test_sandbox__pages_are_followed_to_the_end(host: str) -> None:
    adapter = conformance.ready(ADAPTER, sandbox, host)
    with adapter.session:
        snapshot = conformance.reads_back(adapter, WORLD, "bo")[Capability.BADGES]
    assert len(snapshot.badges) == len(WORLD.badges["bo"])


def test_sandbox__nobody_gets_anothers_badges(host: str) -> None:
    adapter = conformance.ready(ADAPTER, sandbox, host)
    with adapter.session:
        conformance.stranger_is_not_linked(adapter)
    assert badges_of(adapter, "cy@example.org").badges == ()


@pytest.mark.parametrize("spoilt", [{}, {"token": "wrong"}, {"source": "list", "list_path": "nowhere.json"}],
                         ids=["good", "wrong-token", "wrong-path"])
def test_check(host: str, spoilt: dict[str, str]) -> None:
    adapter = conformance.ready(ADAPTER, sandbox, host, **spoilt)
    with adapter.session:
        if spoilt:
            conformance.check_names_a_remedy(adapter)
        else:
            conformance.check_ends_well(adapter)


def test_trusted_issuers__others_are_genuine_but_do_not_count(host: str) -> None:
    adapter = conformance.ready(ADAPTER, sandbox, host, trusted_issuers="did:key:zSomebodyElse https://a.example")
    first = next(b for b in badges_of(adapter, "ana.lima@example.org").badges if b.name.startswith("Badge 1"))
    assert first.verification is Verification.NOT_VERIFIED
    assert "trusted" in first.verification_reason


def test_sandbox__picture_carries_its_credential(host: str) -> None:
    with BadgeFetcher(PRIVATE) as fetcher:
        picture = fetcher.for_one_badge()(f"{host}/images/ana-b1.svg").body
        result = verify(picture, recipient="ana.lima@example.org", fetch=fetcher.for_one_badge())
    assert result.verification is Verification.VERIFIED, result.reason


OLD, NEW = replace(badge(1), name="old"), replace(badge(1), name="new", issued_at=NOW)
FORGED = replace(badge(1, Verification.NOT_VERIFIED), name="forged", issued_at=NOW + timedelta(days=1))


@pytest.mark.parametrize(("listed", "kept"), [
    ([("acme", OLD), ("acme", NEW)], "new"), ([("acme", NEW), ("acme", OLD)], "new"),
    ([("acme", OLD), ("other", NEW)], "old"),
    ([("acme", OLD), ("acme", FORGED)], "old"), ([("acme", FORGED), ("acme", OLD)], "old"),
    ([("other", FORGED), ("acme", OLD)], "old"),
], ids=["newer-replaces", "order-is-no-matter", "not-by-another-issuer", "forgery-later", "forgery-first",
        "forgery-of-another-first"])
def test_one_of_each__nobody_takes_a_genuine_badges_place(listed: list[tuple[str, Badge]], kept: str) -> None:
    assert [b.name for b in one_of_each(listed)] == [kept]


@pytest.mark.parametrize("learner", [
    LearnerIdentity(email="ana.lima@example.org"), LearnerIdentity(email_verified=True),
    LearnerIdentity(email=" ", email_verified=True),
], ids=["unverified", "none", "blank"])
def test_find_account__needs_a_verified_address(host: str, learner: LearnerIdentity) -> None:
    adapter = conformance.ready(ADAPTER, sandbox, host)
    assert isinstance(adapter, IdentifiesLearners)
    with adapter.session, pytest.raises(NotLinked):
        adapter.find_account(learner)


def test_unreadable_address__leaves_the_reading_incomplete() -> None:
    exchanges: list[dict[str, Any]] = [{"path": "/badges.json", "body": ["{base}/a", 7, "nonsense"]},
                                       {"path": "/a", "status": 500}]
    with answering(exchanges) as base:
        snapshot = badges_of(conformance.ready(ADAPTER, sandbox, base, source="list"), "ana.lima@example.org")
    assert not snapshot.complete, "the badge that could not be read may be the learner's"
    assert [w.sample for w in snapshot.warnings] == ["list[0]", "list[1]", "list[2]"]


@pytest.mark.parametrize(("address", "policy", "error"), [
    ("http://127.0.0.1:{port}/a", EgressPolicy(), BlockedAddress),
    ("https://127.0.0.1:{port}/a", EgressPolicy(), BlockedAddress),
    ("http://169.254.169.254/latest", PRIVATE, BlockedAddress),
    ("http://93.184.216.34/a", PRIVATE, BlockedAddress),
    ("http://93.184.216.34/a", EgressPolicy(), BlockedAddress),
    ("file:///etc/passwd", PRIVATE, PlatformError),
    ("http://127.0.0.1:{port}/away", PRIVATE, BadAnswer),
], ids=["loopback", "loopback-https", "metadata", "public-http", "public-http-strict", "file", "redirect"])
def test_fetcher__calls_only_what_it_may(address: str, policy: EgressPolicy, error: type[PlatformError]) -> None:
    away = {"path": "/away", "status": 302, "headers": {"Location": "http://127.0.0.1:1/"}}
    with (answering([{"path": "/a", "body": {}}, away]) as base, BadgeFetcher(policy) as fetcher,
          pytest.raises(error)):
        fetcher.for_one_badge()(address.replace("{port}", base.rsplit(":", 1)[1]))


def test_fetcher__asks_each_address_once_and_ten_per_badge() -> None:
    exchanges: list[dict[str, Any]] = [{"path": f"/{n}", "body": {"n": n}, "once": True} for n in range(11)]
    with answering(exchanges) as base, BadgeFetcher(PRIVATE) as fetcher:
        first, second = fetcher.for_one_badge(), fetcher.for_one_badge()
        for n in range(MOST_PER_BADGE):
            assert first(f"{base}/{n}").status == second(f"{base}/{n}").status == 200
        with pytest.raises(BadAnswer, match="more than 10"):
            first(f"{base}/10")
        assert fetcher.for_one_badge()(f"{base}/10").status == 200

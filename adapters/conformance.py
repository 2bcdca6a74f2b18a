"""The suite every adapter passes: one list of rules, run over the registry by the tests.

A rule that had nothing to check fails; it never passes on nothing. Each rule is a function that raises
AssertionError with the sentence an author needs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.contract import Adapter, CheckStep, IdentifiesLearners, Outcome, ReadsChanges, read
from adapters.egress import EgressPolicy
from adapters.errors import NotLinked, PlatformError
from adapters.opening import open_adapter, parse_settings
from adapters.records import Assignment, Capability, Enrolment, LearnerIdentity, Recommendation, Snapshot
from adapters.registry import AdapterClass, folder_of
from adapters.samples import play, samples_in
from adapters.settings import ConnectionSettings
from adapters.world import World

Rule = Callable[[AdapterClass], None]


def manifest_is_complete(adapter: AdapterClass) -> None:
    manifest = adapter.manifest
    for name in ("key", "name", "vendor", "homepage", "summary", "verified_against"):
        assert getattr(manifest, name), f"manifest.{name} is empty"
    assert adapter.capabilities(), "the adapter reads nothing: mix in at least one capability class"


def folder_is_complete(adapter: AdapterClass) -> None:
    folder = folder_of(adapter)
    for name in ("README.md", "logo.svg", "sandbox.py"):
        assert (folder / name).exists(), f"{name} is missing"
    assert "<script" not in (folder / "logo.svg").read_text("utf-8").lower(), "a logo must not contain script"


def settings_explain_themselves(adapter: AdapterClass) -> None:
    assert issubclass(adapter.Settings, ConnectionSettings)
    for name, info in adapter.Settings.model_fields.items():
        assert info.title, f"setting {name} has no label"
        assert info.description, f"setting {name} has no help text"


def samples_map_as_expected(adapter: AdapterClass) -> None:
    samples = samples_in(folder_of(adapter))
    assert samples, "no samples: put a recorded answer and its expected records into samples/"
    for sample in samples:
        assert sample.content.get("about"), f"{sample.name}: say what it shows"
        assert sample.content.get("origin"), f"{sample.name}: say where it comes from"
        got = play(adapter, sample)
        assert got == sample.expected, f"{sample.name}: got {got}"


def every_capability_has_a_sample(adapter: AdapterClass) -> None:
    read_by_samples = {s.content["ask"].get("read") for s in samples_in(folder_of(adapter))}
    missing = adapter.capabilities() - {Capability(c) for c in read_by_samples if c}
    assert not missing, f"no sample reads {', '.join(sorted(missing))}"
    if issubclass(adapter, ReadsChanges):
        assert any("changes" in s.content["ask"] for s in samples_in(folder_of(adapter))), "no sample asks for changes"


def failures_are_sampled(adapter: AdapterClass) -> None:
    failing = [s for s in samples_in(folder_of(adapter)) if "error" in s.expected]
    assert len(failing) >= 3, f"{len(failing)} failing samples; at least 3 must show the typed error"


RULES: tuple[Rule, ...] = (
    manifest_is_complete, folder_is_complete, settings_explain_themselves, samples_map_as_expected,
    every_capability_has_a_sample, failures_are_sampled,
)


def ready(adapter: AdapterClass, sandbox: Any, base_url: str, **changed: str) -> Adapter[Any]:
    """The adapter connected to its running sandbox. changed: settings to spoil."""
    settings = parse_settings(adapter, {**sandbox.settings_for(base_url), **changed})
    return open_adapter(adapter, settings, policy=EgressPolicy(allow_private=True))


def reads_back(adapter: Adapter[Any], world: World, username: str) -> dict[Capability, Snapshot]:
    """Everything the sandbox tells about one person, checked for what must hold of any answer."""
    person = next(p for p in world.people if p.username == username)
    assert isinstance(adapter, IdentifiesLearners)
    identity = LearnerIdentity(email=person.email, email_verified=True, id_number=person.id_number,
                               username=person.username, language=person.language)
    account = adapter.find_account(identity)
    snapshots = {c: read(adapter, c, account) for c in sorted(type(adapter).capabilities())}
    hosts = adapter.launch_hosts()
    for capability, snapshot in snapshots.items():
        assert snapshot.capability is capability
        known = {r.external_id for r in snapshot.resources}
        mentions: list[Enrolment | Assignment | Recommendation] = [
            *snapshot.enrolments, *snapshot.assignments, *snapshot.recommendations]
        for record in mentions:
            assert record.resource_id in known, f"{record.external_id} names a resource that is not in the answer"
            assert record.origin.answer, "every record says where in the answer it stood"
        for resource in snapshot.resources:
            assert not resource.url or any(f"//{host}/" in f"{resource.url}/" for host in hosts), resource.url
    return snapshots


def stranger_is_not_linked(adapter: Adapter[Any]) -> None:
    """A platform without accounts (a record store) may link everybody to their own identifiers, but has nothing to tell
    about a stranger."""
    assert isinstance(adapter, IdentifiesLearners)
    stranger = LearnerIdentity(email="nobody@nowhere.example", email_verified=True, id_number="no-such-number",
                               username="no-such-name")
    try:
        account = adapter.find_account(stranger)
    except NotLinked:
        return
    assert account.matched_value in (stranger.email, stranger.id_number, stranger.username), \
        "a stranger was linked to an account"
    for capability in type(adapter).capabilities():
        assert not read(adapter, capability, account).records(), f"a stranger was told {capability}"


def check_ends_well(adapter: Adapter[Any]) -> list[CheckStep]:
    steps = list(adapter.check())
    assert steps, "check() yields no step"
    bad = [s for s in steps if s.outcome is Outcome.FAILED]
    assert not bad, f"check() fails against the own sandbox: {bad}"
    return steps


def check_names_a_remedy(adapter: Adapter[Any]) -> None:
    """For a connection that must fail: some step fails, and says what to do. check() raises nothing."""
    try:
        steps = list(adapter.check())
    except PlatformError as error:
        raise AssertionError(f"check() raised {error.kind}; errors must become steps") from error
    failed = [s for s in steps if s.outcome is Outcome.FAILED]
    assert failed, "check() did not notice"
    assert all(s.remedy for s in failed), f"a failed step without a remedy: {failed}"

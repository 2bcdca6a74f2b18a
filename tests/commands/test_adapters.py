"""``homeroom adapters``: the truth about a platform, before anything is connected."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result

from adapters import registry
from adapters.records import Assignment, Due, Enrolment, LearningResource, Status
from adapters.registry import sandbox_of
from adapters.world import Person, World
from portal.commands.adapters import adapters
from tests.adapters.wire import ok, saying
from tests.running import running

NOW = datetime.now(UTC).replace(microsecond=0)
ALICE = Person(username="alice", email="alice@example.org", id_number="E1", name="Alice")
WORLD = World(
    title="Campus", now=NOW, people=(ALICE,),
    resources=(LearningResource(external_id="7", title="Fire safety"),),
    enrolments={"alice": (Enrolment(external_id="7", resource_id="7", status=Status.IN_PROGRESS, progress=0.5),)},
    assignments={"alice": (Assignment(external_id="70", resource_id="7", required=True, title="Test",
                                      due=Due(NOW + timedelta(days=3), origin="activity")),)})


@pytest.fixture(scope="module")
def campus() -> Iterator[dict[str, str]]:
    sandbox = sandbox_of(registry.default().get("moodle"))
    assert sandbox is not None
    with running(sandbox.create_sandbox(WORLD)) as base:
        yield sandbox.settings_for(base)


def _try(*words: str, token: str = "") -> Result:
    return CliRunner(env={"THE_TOKEN": token}).invoke(adapters, ["try", "moodle", *words])


def _json(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_try__prints_account_and_records_as_json(campus: dict[str, str]) -> None:
    result = _try("--setting", f"base_url={campus['base_url']}", "--secret", "token=env:THE_TOKEN", "--email",
                  "Alice@Example.org", "--allow-private", "--json", token=campus["token"])
    said = _json(result)
    assert result.exit_code == 0, said
    assert said["account"]["matched_by"] == "email"
    enrolments = said["snapshots"]["enrolments"]
    assert [(r["title"], r["external_id"]) for r in enrolments["resources"]] == [("Fire safety", "7")]
    assert [(e["status"], e["progress"]) for e in enrolments["enrolments"]] == [("in_progress", 0.5)]
    assert [a["due"]["at"] for a in enrolments["assignments"]] == [(NOW + timedelta(days=3)).isoformat()]
    assert said["errors"] == []
    assert campus["token"] not in result.output


def test_try__is_readable_without_json(campus: dict[str, str]) -> None:
    result = _try("--setting", f"base_url={campus['base_url']}", "--secret", "token=env:THE_TOKEN", "--email",
                  ALICE.email, "--allow-private", token=campus["token"])
    assert "Fire safety" in result.output
    assert "50%" in result.output


BAD: list[tuple[str, list[str], str, str]] = [
    ("unknown setting", ["--setting", "colour=red"], "Misconfigured", "unknown setting 'colour'"),
    ("missing address", [], "Misconfigured", "base_url"),
    ("malformed address", ["--setting", "base_url=campus"], "Misconfigured", "whole address"),
    ("address with a password", ["--setting", "base_url=https://me:hunter2@campus.example"], "Misconfigured",
     "user name and password"),
    ("nobody listens", ["--setting", "base_url=http://127.0.0.1:1", "--allow-private"], "Unreachable", "refused"),
    ("private without permission", ["--setting", "base_url=http://10.0.0.7"], "BlockedAddress", "private"),
    ("metadata even with permission", ["--setting", "base_url=http://169.254.169.254", "--allow-private"],
     "BlockedAddress", "never called"),
]


@pytest.mark.parametrize(("case", "words", "kind", "reason"), BAD, ids=[row[0] for row in BAD])
def test_try__says_what_is_wrong_and_exits_with_1(case: str, words: list[str], kind: str, reason: str) -> None:
    result = _try(*words, "--secret", "token=env:THE_TOKEN", "--email", ALICE.email, "--json", token="SECRET-CANARY")
    assert result.exit_code == 1
    (error,) = _json(result)["errors"]
    assert error["type"] == kind
    assert reason in error["reason"]
    assert "SECRET-CANARY" not in result.output
    assert "hunter2" not in result.output


def test_try__a_wrong_secret_is_refused(campus: dict[str, str]) -> None:
    result = _try("--setting", f"base_url={campus['base_url']}", "--secret", "token=env:THE_TOKEN", "--email",
                  ALICE.email, "--allow-private", "--json", token="f" * 32)
    assert [e["type"] for e in _json(result)["errors"]] == ["CredentialsRefused"]


def test_try__an_unknown_learner_is_not_linked(campus: dict[str, str]) -> None:
    result = _try("--setting", f"base_url={campus['base_url']}", "--secret", "token=env:THE_TOKEN", "--email",
                  "nobody@example.org", "--allow-private", "--json", token=campus["token"])
    assert [e["type"] for e in _json(result)["errors"]] == ["NotLinked"]


@pytest.mark.parametrize(("body", "kind"), [
    (ok(b"<html><title>Maintenance</title></html>", b"text/html"), "BadAnswer"),
    (ok(b"", status=b"500 Oops"), "Unreachable"), (ok(b""), "BadAnswer"), (ok(b"\x00\x01 garbage"), "BadAnswer"),
    (ok(b"null"), "BadAnswer"), (ok(b"[]"), "BadAnswer"),
], ids=["HTML", "500", "empty", "garbage", "null", "wrong shape"])
def test_try__a_platform_that_answers_nonsense_is_named_and_nothing_is_shown(body: bytes, kind: str) -> None:
    with saying(body) as wire:
        result = _try("--setting", f"base_url={wire.base}", "--secret", "token=env:THE_TOKEN", "--email", ALICE.email,
                      "--allow-private", "--json", token="t")
    said = _json(result)
    assert result.exit_code == 1
    assert {e["type"] for e in said["errors"]} == {kind}
    assert all(not s["enrolments"] for s in said["snapshots"].values())


@pytest.mark.parametrize(("words", "hint"), [
    (["--secret", "token=abc"], "must not stand on the command line"),
    (["--secret", "token=env:NOT_SET"], "NOT_SET is not set"),
    (["--setting", "base_url"], "NAME=VALUE"),
])
def test_try__wrong_use_is_exit_code_2_with_a_hint(words: list[str], hint: str) -> None:
    result = _try(*words)
    assert result.exit_code == 2
    assert hint in " ".join(result.output.replace("│", " ").split())


def test_try__an_unknown_adapter_names_the_known_ones() -> None:
    result = CliRunner().invoke(adapters, ["try", "no-such", "--json"])
    (error,) = json.loads(result.stdout)["errors"]
    assert "moodle" in error["remedy"]


def test_check__tells_each_step(campus: dict[str, str]) -> None:
    result = _try("--setting", f"base_url={campus['base_url']}", "--secret", "token=env:THE_TOKEN", "--check",
                  "--allow-private", "--json", token=campus["token"])
    assert result.exit_code == 0, result.output
    assert len(_json(result)["steps"]) >= 3


def test_list__names_every_adapter_and_what_it_reads() -> None:
    rows = json.loads(CliRunner().invoke(adapters, ["list", "--json"]).stdout)["adapters"]
    assert {row["key"] for row in rows} >= {"kolibri", "moodle", "open_badges", "xapi"}
    assert all(row["capabilities"] for row in rows)

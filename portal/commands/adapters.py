"""``homeroom adapters``: which there are, and what one really answers."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from typing import Any

import click

from adapters import registry
from adapters.as_json import as_json
from adapters.contract import IdentifiesLearners, read
from adapters.egress import EgressPolicy
from adapters.errors import PlatformError
from adapters.opening import open_adapter, parse_settings
from adapters.records import Account, Capability, LearnerIdentity


@click.group()
def adapters() -> None:
    """Platforms Homeroom can read."""


@adapters.command("list")
@click.option("--json", "as_json_text", is_flag=True, help="Print JSON.")
def list_adapters(as_json_text: bool) -> None:
    """All adapters, with what they read and how far they are verified."""
    found = registry.default()
    rows: list[dict[str, Any]] = [
        {"key": a.manifest.key, "name": a.manifest.name, "capabilities": sorted(c.value for c in a.capabilities()),
         "verification": a.manifest.verification.value, "verified_against": a.manifest.verified_against}
        for a in found]
    broken = [{"key": b.key, "reason": b.reason} for b in found.broken]
    if as_json_text:
        click.echo(json.dumps({"adapters": rows, "broken": broken}, indent=2))
        return
    for row in rows:
        click.echo(f"{row['key']:<16} {row['name']:<24} {', '.join(row['capabilities'])}  [{row['verification']}: "
                   f"{row['verified_against']}]")
    for row in broken:
        click.echo(f"{row['key']:<16} cannot be loaded: {row['reason']}")


@adapters.command("try")
@click.argument("key")
@click.option("--setting", "settings", multiple=True, metavar="NAME=VALUE", help="A setting; repeat for more.")
@click.option("--secret", "secrets", multiple=True, metavar="NAME=env:VAR",
              help="A secret, read from an environment variable; repeat for more.")
@click.option("--email", help="The learner's e-mail address.")
@click.option("--id-number", help="The learner's personnel number.")
@click.option("--username", help="The learner's user name.")
@click.option("--language", help="The learner's language, e.g. de.")
@click.option("--check", "only_check", is_flag=True, help="Only test the connection; reads no learner.")
@click.option("--allow-private", is_flag=True, help="Allow loopback and private addresses.")
@click.option("--json", "as_json_text", is_flag=True, help="Print JSON.")
def try_adapter(key: str, settings: tuple[str, ...], secrets: tuple[str, ...], email: str | None,
                id_number: str | None, username: str | None, language: str | None, only_check: bool,
                allow_private: bool, as_json_text: bool) -> None:
    """Run one adapter once against a real platform and print what it gives. Needs no database, stores nothing.

    Exit code 0, or 1 with the typed error.
    """
    learner = LearnerIdentity(email=email, email_verified=email is not None, id_number=id_number, username=username,
                              language=language)
    result = _tried(key, [*_pairs(settings), *_secrets(secrets)], learner, only_check, allow_private)
    click.echo(json.dumps(result, indent=2, ensure_ascii=False) if as_json_text else _readable(result))
    sys.exit(1 if result["errors"] else 0)


def _tried(key: str, values: list[tuple[str, str]], learner: LearnerIdentity, only_check: bool,
           allow_private: bool) -> dict[str, Any]:
    result: dict[str, Any] = {"adapter": key, "account": None, "snapshots": {}, "warnings": [], "errors": []}
    try:
        adapter = registry.default().get(key)
        ready = open_adapter(adapter, parse_settings(adapter, dict(values)),
                             policy=EgressPolicy(allow_private=allow_private))
        with ready.session:
            if only_check:
                result["steps"] = as_json(list(ready.check()))
                result["errors"] = [{"type": "CheckFailed", "reason": s["name"], "remedy": s["remedy"]}
                                    for s in result["steps"] if s["outcome"] == "failed"]
                return result
            account = None
            if isinstance(ready, IdentifiesLearners):
                account = ready.find_account(learner)
                result["account"] = as_json(account)
            for capability in sorted(adapter.capabilities()):
                _read_into(result, ready, capability, account)
    except PlatformError as error:
        result["errors"].append(error.as_json())
    return result


def _read_into(result: dict[str, Any], ready: Any, capability: Capability, account: Account | None) -> None:
    """One capability that fails is reported and does not hide the others."""
    try:
        snapshot = read(ready, capability, account)
    except PlatformError as error:
        result["errors"].append({"capability": capability.value, **error.as_json()})
        return
    said = as_json(snapshot)
    result["warnings"] += [{"capability": capability.value, **warning} for warning in said.pop("warnings")]
    said.pop("capability")
    result["snapshots"][capability.value] = said


def _pairs(texts: Iterable[str]) -> list[tuple[str, str]]:
    pairs = []
    for text in texts:
        name, found, value = text.partition("=")
        if not found or not name:
            raise click.UsageError(f"write --setting NAME=VALUE, not {name!r}")
        pairs.append((name, value))
    return pairs


def _secrets(texts: Iterable[str]) -> list[tuple[str, str]]:
    """Secrets come from the environment only: what stands on a command line is seen by every process."""
    found = []
    for text in texts:
        name, _, source = text.partition("=")
        if not source.startswith("env:"):
            raise click.UsageError(f"write --secret {name or 'NAME'}=env:VARIABLE; a secret must not stand on the "
                                   "command line")
        variable = source.removeprefix("env:")
        if variable not in os.environ:
            raise click.UsageError(f"the environment variable {variable} is not set")
        found.append((name, os.environ[variable]))
    return found


def _readable(result: dict[str, Any]) -> str:
    lines = []
    if account := result["account"]:
        lines.append(f"account {account['external_id']}: {account['display_name']} (by {account['matched_by']})")
    for step in result.get("steps", ()):
        lines.append(f"{step['outcome']:<8} {step['name']}  {step['meaning']}  {step['remedy']}".rstrip())
    for name, snapshot in result["snapshots"].items():
        lines.append(f"{name}: {'complete' if snapshot['complete'] else 'partial'}")
        titles = {r["external_id"]: r["title"] for r in snapshot["resources"]}
        if name == "catalogue":
            lines.append(f"  {len(titles)} resources")
        for e in snapshot["enrolments"]:
            share = "" if e["progress"] is None else f" {e['progress']:.0%}"
            lines.append(f"  {e['status']:<12}{share:>5}  {titles.get(e['resource_id'], e['resource_id'])}")
        lines += [f"  due {(a['due'] or {}).get('at', 'open')}: {a['title'] or titles.get(a['resource_id'], '')} "
                  f"({a['status']})" for a in snapshot["assignments"]]
        lines += [f"  {b['name']} – {b['issuer']} ({b['verification']})" for b in snapshot["badges"]]
    lines += [f"warning {w['code']}: {w['message']} {w['sample']}".rstrip() for w in result["warnings"]]
    lines += [f"error {e['type']}: {e['reason']} {e.get('remedy', '')}".rstrip() for e in result["errors"]]
    return "\n".join(lines)



"""``homeroom connections``: the platforms and how they are doing."""

from __future__ import annotations

import json
import os
from typing import Any

import click

from portal import clock
from portal.config import Settings
from portal.store.condition import conditions
from portal.store.database import Database


@click.group()
def connections() -> None:
    """Connected platforms."""


@connections.command(name="list")
@click.option("--json", "as_json_text", is_flag=True, help="Print JSON.")
def list_(as_json_text: bool) -> None:
    """Every connected platform: resting or not and why, its quota, its breakers, and how far its syncs have come."""
    database = Database(Settings.from_environ(os.environ).database)
    database.check_usable()
    with database.read() as tx:
        found = conditions(tx, clock.now())
    if as_json_text:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for one in found:
        click.echo("\n".join(_readable(one)))


def _readable(one: dict[str, Any]) -> list[str]:
    quota = one["quota"]
    why = " ".join(f"{word} {one[key]}" for word, key in (("since", "resting_since"), ("until", "not_before"),
                                                          ("because", "reason")) if one[key])
    lines = [f"{one['name']} ({one['adapter']}): {one['state']} {why}".rstrip(),
             f"  calls this minute: {quota['used']} of {quota['allowance'] or 'no known limit'}"]
    for name, sync in one["syncs"].items():
        items = f"{sync['items']} of {sync['total']}" if sync["total"] else f"{sync['items']}"
        end = f"finished {sync['finished_at']}" if sync["finished_at"] else f"running since {sync['started_at']}"
        lines.append(f"  {name}: {items} items on {sync['pages']} pages, {end} {sync['note']}".rstrip())
    lines += [f"  {name} {breaker['state']} until {breaker['open_until']}: {breaker['reason']}"
              for name, breaker in one["breakers"].items() if breaker["open_until"]]
    return lines

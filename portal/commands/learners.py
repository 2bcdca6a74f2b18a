"""``homeroom learners``: what the store holds for one person."""

from __future__ import annotations

import json
import os

import click

from portal.config import Settings
from portal.store import people
from portal.store.database import Database
from portal.store.holdings import holdings


@click.group()
def learners() -> None:
    """Learners and what is known of them."""


@learners.command()
@click.argument("email")
@click.option("--json", "as_json_text", is_flag=True, help="Print JSON.")
def show(email: str, as_json_text: bool) -> None:
    """What the store holds for one learner: account per connection, states and ages, records."""
    database = Database(Settings.from_environ(os.environ).database)
    with database.read() as tx:
        found = [holdings(tx, learner) for learner in people.by_email(tx, email)]
    if not found:
        raise click.ClickException(f"nobody with the address {email} has signed in yet")
    if as_json_text:
        click.echo(json.dumps(found if len(found) > 1 else found[0], indent=2, ensure_ascii=False))
        return
    for held in found:
        click.echo(f"{held['learner']['name']} ({held['learner']['issuer']} {held['learner']['subject']})")
        for source in held["sources"]:
            account = source["account"]["external_id"] if source["account"] else "no account"
            state = source["failure"] or ("ok" if source["succeeded_at"] else "never loaded")
            click.echo(f"  {source['platform']}: {account}, {state}, last success {source['succeeded_at'] or '–'}")
        for kind in ("enrolments", "assignments", "recommendations", "badges"):
            click.echo(f"  {len(held[kind])} {kind}")

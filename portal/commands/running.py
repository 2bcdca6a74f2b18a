"""``homeroom serve``, ``homeroom db`` and ``homeroom refresh``: what an operator runs."""

from __future__ import annotations

import json
import os
import sys

import click

from portal import clock
from portal.config import Settings
from portal.priority import Priority
from portal.refreshing import refresher
from portal.serving import serve as run_server
from portal.store import ledger, people
from portal.store.database import Database
from portal.store.upgrade import is_current
from portal.store.upgrade import upgrade as upgrade_database


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--workers", default=1, show_default=True, help="Processes; about one per core.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the portal. Settings come from HOMEROOM_… variables."""
    settings = Settings.from_environ(os.environ)
    database = Database(settings.database)
    database.check_usable()
    if not is_current(database):
        raise click.ClickException("The database is not at this version's schema: run: homeroom db upgrade")
    database.close()
    run_server({}, host, port, workers)


@click.group()
def db() -> None:
    """The database."""


@db.command()
def upgrade() -> None:
    """Bring the database to this version's schema. Safe to run twice, and on several machines at once."""
    database = Database(Settings.from_environ(os.environ).database)
    database.check_usable()
    upgrade_database(database)
    click.echo("The database is up to date.")


@click.command()
@click.option("--learner", "email", required=True, help="E-mail address of the learner.")
@click.option("--json", "as_json_text", is_flag=True, help="Print JSON.")
def refresh(email: str, as_json_text: bool) -> None:
    """Refresh one learner from every platform, now, and say how it went. Exit code 1 if a platform failed."""
    settings = Settings.from_environ(os.environ)
    database = Database(settings.database)
    worker = refresher(settings, database)
    with database.write() as tx:
        found = people.by_email(tx, email)
        for learner in found:
            ledger.enqueue_learner(tx, learner.id, Priority.INTERACTIVE, clock.now())
    if not found:
        raise click.ClickException(f"nobody with the address {email} has signed in yet")
    ids = {learner.id for learner in found}
    while worker.run_next(ids) is not None:
        pass
    with database.read() as tx:
        states = [state for learner in found for state in ledger.states(tx, learner.id)]
    if as_json_text:
        click.echo(json.dumps(states, indent=2))
    else:
        for state in states:
            click.echo(f"{state['platform']:<24} {state['failure'] or 'ok'}  {state['failure_reason']}".rstrip())
    sys.exit(1 if any(state["failure"] for state in states) else 0)

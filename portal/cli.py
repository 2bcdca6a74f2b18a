"""The ``homeroom`` command."""

from __future__ import annotations

import sys

import click

from portal.commands.adapters import adapters
from portal.commands.badges import badges
from portal.commands.connections import connections
from portal.commands.demo import demo
from portal.commands.learners import learners
from portal.commands.running import db, refresh, serve
from portal.config import SettingsError
from portal.store.database import DatabaseUnusable


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="homeroom")
def homeroom() -> None:
    """One sign-in, one page: everything your people learn, from every platform they use."""


for command in (serve, demo, db, refresh, connections, learners, adapters, badges):
    homeroom.add_command(command)


def main() -> None:
    """Runs the command; what an operator can mend is one clear text and exit code 1, never a traceback."""
    try:
        homeroom()
    except (SettingsError, DatabaseUnusable) as error:
        click.echo(str(error), err=True)
        sys.exit(1)

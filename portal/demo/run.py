"""Starts the demo: identity provider and platforms in threads of this process, the portal in its own web server."""

from __future__ import annotations

import multiprocessing
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from wsgiref.types import WSGIApplication

import click
from granian.log import LogLevels
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from adapters import registry
from portal import clock
from portal.config import Settings
from portal.demo.addresses import Addresses
from portal.demo.company import NAME, Company, company
from portal.demo.filling import as_signed_in, fill
from portal.demo.folder import DemoFolder
from portal.demo.identity_provider import create_identity_provider
from portal.demo.people import DemoClient
from portal.demo.platforms import create_platforms, served, with_the_others
from portal.demo.readiness import HOST, check_ports
from portal.demo.staff import ADMIN_GROUP, PRODUCT_GROUP, WHAT_ONE_SEES, Story
from portal.serving import serve
from portal.signin.relying_party import CALLBACK_PATH, SIGNED_OUT_PATH
from portal.store import ledger
from portal.store.database import Database
from portal.store.upgrade import upgrade

CLIENT_ID = "homeroom"


def run(port: int, folder: Path | None = None, *, reset: bool = False) -> None:
    """Runs until Ctrl-C or SIGTERM. folder: default var/demo, with the port in its name unless it is 8000.

    Raises NotReady before anything was changed that cannot be used again.
    """
    check_ports(port)
    home = DemoFolder(folder or Path("var") / ("demo" if port == 8000 else f"demo-{port}"))
    home.open(port, reset=reset)
    addresses, found, now = Addresses(port), registry.default(), clock.now()
    environ = _environ(addresses, home)
    settings = Settings.from_environ(environ)
    nordwind = company(now)
    platforms = with_the_others(nordwind.platforms, found, now)
    database = Database(settings.database)
    click.echo(f"Preparing {NAME} in {home.path} …")
    upgrade(database)
    fill(database, settings, nordwind, tuple(served(platforms, found, addresses.platforms)), found, now,
         refresh_all=home.filled_on != now.date())
    home.note_filled(now.date())
    provider = create_identity_provider(
        addresses.identity_provider, [as_signed_in(e) for e in nordwind.people], [_client(addresses, settings)],
        home.path / "identity-provider")
    servers = [_serving(port + 1, provider), _serving(port + 2, create_platforms(platforms, found))]
    _introduce(addresses, nordwind)
    threading.Thread(target=_tell_progress, args=(database,), name="progress", daemon=True).start()
    multiprocessing.set_start_method("spawn", force=True)   # a copy of this process would keep the others' ports open
    try:
        serve(environ, HOST, port, 1, target="portal.demo.wsgi:app", log_level=LogLevels.warning)
    finally:
        for server in servers:
            server.shutdown()
        database.close()
    click.echo("\nThe demo has stopped.")


def _environ(addresses: Addresses, home: DemoFolder) -> dict[str, str]:
    return {f"HOMEROOM_{name}": value for name, value in {
        "BASE_URL": addresses.portal, "DATABASE": home.database, "DATA_FOLDER": str(home.path.absolute()),
        "SECRET_KEY": home.secret("secret-key"), "ISSUER": addresses.identity_provider, "CLIENT_ID": CLIENT_ID,
        "CLIENT_SECRET": home.secret("client-secret"), "ADMIN_GROUPS": ADMIN_GROUP,
        "PRODUCT_MANAGER_GROUPS": PRODUCT_GROUP, "INSECURE_LOOPBACK": "true", "ORGANISATION": NAME,
    }.items()}


def _client(addresses: Addresses, settings: Settings) -> DemoClient:
    return DemoClient(
        client_id=CLIENT_ID, client_secret=settings.client_secret.get_secret_value(), name=f"{NAME} Homeroom",
        redirect_uris=(addresses.portal + CALLBACK_PATH,),
        post_logout_redirect_uris=(addresses.portal + SIGNED_OUT_PATH,),
        back_channel_logout_uri=f"{addresses.portal}/sign-in/back-channel-logout")


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Every refresh is dozens of requests; nobody wants to read them."""


def _serving(port: int, app: WSGIApplication) -> BaseWSGIServer:
    server = make_server(HOST, port, app, threaded=True, request_handler=_Quiet)
    threading.Thread(target=server.serve_forever, name=f"serve-{port}", daemon=True).start()
    return server


def _introduce(addresses: Addresses, nordwind: Company) -> None:
    people = [nordwind.person(story) for story in Story]
    width = max(len(e.name) for e in people)
    click.echo("\n".join(_introduction(addresses, (f"    {e.name:<{width}}  {WHAT_ONE_SEES[e.story]}"
                                                   for e in people if e.story))))


def _introduction(addresses: Addresses, people: Iterable[str]) -> Iterable[str]:
    yield f"\n  {f'{NAME} learns at':<20}{addresses.portal}"
    yield f"  {'Identity provider':<20}{addresses.identity_provider}"
    yield f"  {'Learning platforms':<20}{addresses.platforms}\n"
    yield "  Sign in as"
    yield from people
    yield "\n  Ctrl-C stops everything. A second start goes on with the same data; make demo-reset starts over.\n"


def _tell_progress(database: Database) -> None:
    """One line that grows until everything was read once; outside a terminal only its end. Silent if it was before."""
    pause = threading.Event()
    done, total = _progress(database)
    if done == total:
        return
    while done < total and not pause.wait(1.0):
        done, total = _progress(database)
        if sys.stdout.isatty():
            click.echo(f"\r  Filling {NAME}: {done} of {total} readings …", nl=False)
    click.echo(f"\r  Filling {NAME}: {done} of {total} readings, complete.")


def _progress(database: Database) -> tuple[int, int]:
    with database.read() as tx:
        return ledger.progress(tx)

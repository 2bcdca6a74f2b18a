"""``homeroom demo``: the product with a company to look at."""

from __future__ import annotations

from pathlib import Path

import click

from portal.demo.readiness import NotReady
from portal.demo.run import run


@click.command()
@click.option("--port", default=8000, show_default=True,
              help="Port of the portal; the next two are the identity provider's and the platforms'.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False),
              help="Where data and keys are kept. Default: var/demo, or var/demo-PORT for another port.")
@click.option("--reset", is_flag=True, help="Start over with a fresh company.")
def demo(port: int, folder: Path | None, reset: bool) -> None:
    """Start a demo company, its identity provider and its learning platforms. Needs nothing but Python."""
    try:
        run(port, folder, reset=reset)
    except NotReady as error:
        raise click.ClickException(str(error)) from None
    except KeyboardInterrupt:
        click.echo("\nThe demo has stopped.")

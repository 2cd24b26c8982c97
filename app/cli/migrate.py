"""`ringbook migrate`: bring the database to what this program needs."""

from __future__ import annotations

import click

from app.cli.output import json_option, print_json
from app.cli.session import plain_errors
from config.settings import load_settings


@click.command(name="migrate")
@json_option
def command(as_json: bool) -> None:
    """Bring the database to what this program needs. Changes nothing where it is so already."""
    from app.container.migration import migrate  # slow to load: not needed for --help

    with plain_errors():
        revision = migrate(load_settings())
    if as_json:
        print_json({"revision": revision})
    else:
        click.echo(f"The database is up to date, at migration {revision}.")

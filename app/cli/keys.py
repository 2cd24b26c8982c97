"""`ringbook keys`: the secret keys that encrypt what is stored."""

from __future__ import annotations

import base64
import os

import click

from app.cli.output import json_option, print_json
from app.cli.session import use_cases


@click.group(name="keys")
def command() -> None:
    """Secret keys: make a new one, and encrypt everything anew with it."""


@command.command()
@json_option
def new(as_json: bool) -> None:
    """Print a new key. Put it first in SECRET_KEYS, start anew, then run `ringbook keys rotate`."""
    key = base64.urlsafe_b64encode(os.urandom(32)).decode("ascii")
    if as_json:
        print_json({"key": key})
    else:
        click.echo(key)


@command.command()
@json_option
def rotate(as_json: bool) -> None:
    """Encrypt every Cal.com key anew with the first of SECRET_KEYS; after that the older ones may go."""
    with use_cases() as container:
        rotated = container.rotate_keys()
    if as_json:
        print_json({"rotated": rotated})
    else:
        click.echo(f"{rotated} {'key was' if rotated == 1 else 'keys were'} encrypted anew.")

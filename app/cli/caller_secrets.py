"""`ringbook org secret`: the secrets by which an organization's own voice platform is known."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click

from app.cli.output import json_option, moment, print_facts, print_json, print_table
from app.cli.session import use_cases
from app.domain.caller_secrets import CallerSecret, SecretKind
from app.services.caller_secrets import LONGEST_OVERLAP

COLUMNS = ("id", "kind", "created_at", "ends_at")


@click.group(name="secret")
def command() -> None:
    """Caller secrets: make a new one, list them, take one back."""


@command.command()
@click.argument("org_id", metavar="ORG")
@click.option("--signing", is_flag=True, help="One that signs requests (X-Caller-Signature) instead of coming along.")
@click.option(
    "--overlap",
    type=click.IntRange(0, LONGEST_OVERLAP // timedelta(hours=1)),
    default=24,
    show_default=True,
    metavar="HOURS",
    help="How long the one before still holds.",
)
@json_option
def new(org_id: str, signing: bool, overlap: int, as_json: bool) -> None:
    """Make a new secret; it is printed this once. The one before holds on for a while."""
    kind = SecretKind.SIGNING if signing else SecretKind.SHARED
    with use_cases() as container:
        added = container.add_caller_secret(org_id, kind, overlap=timedelta(hours=overlap))
    document = _document(added.secret) | {"secret": added.text}
    if as_json:
        print_json(document)
    else:
        print_facts(document)


@command.command(name="list")
@click.argument("org_id", metavar="ORG")
@json_option
def list_all(org_id: str, as_json: bool) -> None:
    """List the secrets that hold, without showing them."""
    with use_cases() as container:
        documents = [_document(secret) for secret in container.list_caller_secrets(org_id)]
    if as_json:
        print_json(documents)
        return
    rows = [[document[column] for column in COLUMNS] for document in documents]
    print_table(COLUMNS, rows, empty="It has no caller secret: nobody is verified.")


@command.command()
@click.argument("org_id", metavar="ORG")
@click.argument("secret_id", metavar="SECRET")
def revoke(org_id: str, secret_id: str) -> None:
    """Take the secret with the id SECRET back at once."""
    with use_cases() as container:
        container.remove_caller_secret(org_id, secret_id)
    click.echo("It proves nothing any more.")


def _document(secret: CallerSecret) -> dict[str, Any]:
    return {
        "id": secret.id,
        "kind": secret.kind.value,
        "created_at": moment(secret.created_at),
        "ends_at": moment(secret.ends_at),
    }

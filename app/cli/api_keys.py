"""`ringbook apikey`: the keys that providers send as X-Api-Key. Each is shown once, when it is made."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click

from app.cli.output import json_option, moment, print_facts, print_json, print_table
from app.cli.session import use_cases
from app.domain.api_keys import ApiKey
from app.services.add_api_key import LONGEST


@click.group(name="apikey")
def command() -> None:
    """Keys of the provider API: make, list and revoke them. (`ringbook keys` is about encryption.)"""


@command.command()
@click.option("--org", "org_id", metavar="ID", help="The organization it opens.")
@click.option("--admin", is_flag=True, help="It opens every organization, and makes new ones.")
@click.option("--name", default="", help="What it is for; without one: admin or provider.")
@click.option("--days", type=click.IntRange(1, LONGEST.days), help="How long it opens; else until it is revoked.")
@json_option
def add(org_id: str | None, admin: bool, name: str, days: int | None, as_json: bool) -> None:
    """Make a key and print it. It is not stored and cannot be shown again."""
    if admin == (org_id is not None):
        raise click.UsageError("Say --org ID or --admin.")
    lasting = None if days is None else timedelta(days=days)
    with use_cases() as container:
        made = container.add_api_key(org_id=org_id, name=name or ("admin" if admin else "provider"), lasting=lasting)
    document = {"key": made.secret, **_document(made.api_key)}
    if as_json:
        print_json(document)
    else:
        print_facts(document)
        click.echo("Note: this is the only time the key is shown.", err=True)


@command.command(name="list")
@click.option("--org", "org_id", metavar="ID", help="Only those of this organization.")
@json_option
def list_all(org_id: str | None, as_json: bool) -> None:
    """List keys; of each the last four characters."""
    with use_cases() as container:
        documents = [_document(api_key) for api_key in container.list_api_keys(org_id)]
    if as_json:
        print_json(documents)
        return
    columns = ("id", "scope", "org_id", "name", "ends_with", "last_used_at", "expires_at", "revoked_at")
    rows = [[document[column] for column in columns] for document in documents]
    print_table(columns, rows, empty="There is no API key yet.")


@command.command()
@click.argument("key_id", metavar="ID")
@json_option
def revoke(key_id: str, as_json: bool) -> None:
    """Revoke the key of this id (key_...): from the next request on it opens nothing."""
    with use_cases() as container:
        document = _document(container.revoke_api_key(key_id))
    if as_json:
        print_json(document)
    else:
        print_facts(document)


def _document(api_key: ApiKey) -> dict[str, Any]:
    return {
        "id": api_key.id,
        "scope": "admin" if api_key.scope.is_admin else "org",
        "org_id": api_key.scope.org_id,
        "name": api_key.name,
        "ends_with": api_key.ends_with,
        "created_at": moment(api_key.created_at),
        "expires_at": moment(api_key.expires_at),
        "last_used_at": moment(api_key.last_used_at),
        "revoked_at": moment(api_key.revoked_at),
    }

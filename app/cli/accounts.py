"""`ringbook account`: the Cal.com accounts of organizations. Keys come in unseen, and are never shown again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from app.cli.output import json_option, moment, print_facts, print_json, print_table
from app.cli.session import use_cases
from app.domain.directory import Account
from app.services.change_account import AccountChange

KEY_STDIN = click.option("--key-stdin", is_flag=True, help="Read the Cal.com key from standard input.")
KEY_FILE = click.option(
    "--key-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read the Cal.com key from this file.",
)
LONGEST_INPUT = 10_000


@click.group(name="account")
def command() -> None:
    """Cal.com accounts: connect, list, show and change them."""


@command.command()
@click.option("--org", "org_id", required=True, metavar="ID", help="The organization it belongs to.")
@click.option("--name", default="", help="Its name here; without one, that of its owner at Cal.com.")
@click.option("--base-url", default="", metavar="URL", help="Another address than CALCOM_BASE_URL.")
@KEY_STDIN
@KEY_FILE
@json_option
def add(org_id: str, name: str, base_url: str, key_stdin: bool, key_file: Path | None, as_json: bool) -> None:
    """Connect a Cal.com account, after its key was tried. An organization's first account is its primary one."""
    given = _given_key(key_stdin, key_file)
    key = _asked_key() if given is None else given
    with use_cases() as container:
        account = container.add_account(org_id=org_id, api_key=key, name=name, base_url=base_url)
        primary = container.show_organization(account.org_id).organization.primary_account_id
    _print(_document(account, {primary}), as_json)


@command.command(name="list")
@click.option("--org", "org_id", metavar="ID", help="Only those of this organization.")
@json_option
def list_all(org_id: str | None, as_json: bool) -> None:
    """List accounts."""
    with use_cases() as container:
        found = container.list_accounts(org_id)
        primary = {organization.primary_account_id for organization in container.list_organizations()}
    documents = [_document(account, primary) for account in found]
    if as_json:
        print_json(documents)
        return
    columns = ("id", "org_id", "name", "base_url", "key_last4", "username", "primary")
    rows = [[document[column] for column in columns] for document in documents]
    print_table(columns, rows, empty="No account is connected yet.")


@command.command()
@click.argument("account_id", metavar="ID")
@json_option
def show(account_id: str, as_json: bool) -> None:
    """Show one account; of its key the last four characters."""
    with use_cases() as container:
        account = container.show_account(account_id)
        primary = container.show_organization(account.org_id).organization.primary_account_id
    _print(_document(account, {primary}), as_json)


@command.command(name="set")
@click.argument("account_id", metavar="ID")
@KEY_STDIN
@KEY_FILE
@click.option("--name", help="Another name.")
@click.option("--base-url", metavar="URL", help="Another address of Cal.com's API.")
@click.option("--primary", is_flag=True, help="Make it the one for agents that name no account.")
@click.option("--settle", type=float, metavar="SECONDS", help="How long an unanswered write may still be made there.")
@json_option
def change(
    account_id: str,
    key_stdin: bool,
    key_file: Path | None,
    name: str | None,
    base_url: str | None,
    primary: bool,
    settle: float | None,
    as_json: bool,
) -> None:
    """Change one account. A new key or address is tried before it is saved."""
    key = _given_key(key_stdin, key_file)
    wanted = AccountChange(name=name, base_url=base_url, api_key=key, settle_seconds=settle, primary=primary)
    if wanted == AccountChange():
        raise click.UsageError("Say what to change, for instance --key-stdin.")
    with use_cases() as container:
        before = container.show_account(account_id)
        account = container.change_account(account_id, wanted)
        primary_id = container.show_organization(account.org_id).organization.primary_account_id
    if account.username != before.username:
        click.echo(f"Note: the key was {before.username}'s, it is {account.username}'s now.", err=True)
    _print(_document(account, {primary_id}), as_json)


def _given_key(from_stdin: bool, file: Path | None) -> str | None:
    if from_stdin and file is not None:
        raise click.UsageError("Say --key-stdin or --key-file, not both.")
    try:
        if from_stdin:
            return sys.stdin.read(LONGEST_INPUT)
        if file is not None:
            with file.open(encoding="utf-8") as stream:
                return stream.read(LONGEST_INPUT)
    except (OSError, UnicodeDecodeError):
        raise click.ClickException("The key cannot be read.") from None
    return None


def _asked_key() -> str:
    if not sys.stdin.isatty():
        raise click.UsageError("Nobody is here to type the key: say --key-stdin or --key-file.")
    return str(click.prompt("Cal.com API key", hide_input=True, err=True))


def _print(document: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        print_facts(document)


def _document(account: Account, primary: set[str | None]) -> dict[str, Any]:
    return {
        "id": account.id,
        "org_id": account.org_id,
        "agent_id": account.agent_id,
        "name": account.name,
        "base_url": account.base_url,
        "key_last4": account.key_last4,
        "username": account.username,
        "time_zone": account.time_zone,
        "settle_seconds": account.settle_seconds,
        "primary": account.id in primary,
        "created_at": moment(account.created_at),
        "disconnected_at": moment(account.disconnected_at),
    }

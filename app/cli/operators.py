"""`ringbook operator`: who may use the desk. Passwords are set by links, and never pass a command line."""

from __future__ import annotations

import getpass
from typing import Any

import click

from app.cli.output import json_option, moment, print_facts, print_json, print_table
from app.cli.session import use_cases
from app.domain.operators import Operator, Role
from app.services.operator_accounts import Invitation
from config.settings import load_settings

COLUMNS = ("name", "role", "state", "signed_in_at", "created_at")
role_choice = click.Choice([role.value for role in Role])


@click.group(name="operator")
def command() -> None:
    """Who may use the desk, and as what: viewer (looks), operator (mends), admin (sets up)."""


@command.command()
@click.argument("name")
@click.option("--role", type=role_choice, default=Role.OPERATOR.value, show_default=True, help="What they may do.")
@json_option
def add(name: str, role: str, as_json: bool) -> None:
    """Add an operator and print the link by which they set a password. NAME may be their e-mail address."""
    with use_cases() as container:
        _print_invitation(container.staff.add(name, Role(role), actor=actor()), as_json)


@command.command()
@click.argument("name")
@json_option
def link(name: str, as_json: bool) -> None:
    """Print a new link by which the operator sets a password; earlier ones work no more."""
    with use_cases() as container:
        _print_invitation(container.staff.invite(name, actor=actor()), as_json)


@command.command()
@json_option
def first(as_json: bool) -> None:
    """Print a link for the first admin, as long as nobody has set a password."""
    with use_cases() as container:
        invitation = container.staff.invite_first(actor=actor())
    if invitation is not None:
        _print_invitation(invitation, as_json)
    elif as_json:
        print_json({"link": None})
    else:
        click.echo("Somebody has a password already. See: ringbook operator list.")


@command.command(name="list")
@json_option
def list_all(as_json: bool) -> None:
    """List operators."""
    with use_cases() as container:
        documents = [_document(operator) for operator in container.staff.list_all()]
    if as_json:
        print_json(documents)
        return
    rows = [[document[column] for column in COLUMNS] for document in documents]
    print_table(COLUMNS, rows, empty="There is no operator yet. See: ringbook operator add.")


@command.command(name="set")
@click.argument("name")
@click.option("--role", type=role_choice, help="What they may do.")
@click.option("--disable/--enable", "disabled", default=None, help="Whether they may sign in.")
@json_option
def change(name: str, role: str | None, disabled: bool | None, as_json: bool) -> None:
    """Change an operator's role, or whether they may sign in."""
    if role is None and disabled is None:
        raise click.UsageError("Say --role, --disable or --enable.")
    with use_cases() as container:
        after = container.staff.change(name, role=Role(role) if role else None, disabled=disabled, actor=actor())
    _print(_document(after), as_json)


@command.command(name="sign-out")
@click.argument("name")
@json_option
def sign_out(name: str, as_json: bool) -> None:
    """End every session of an operator."""
    with use_cases() as container:
        ended = container.staff.sign_out_everywhere(name, actor=actor())
    _print({"name": name, "sessions_ended": ended}, as_json)


def actor() -> str:
    """Who does it, for the record."""
    return f"cli:{getpass.getuser()}"


def _print_invitation(invitation: Invitation, as_json: bool) -> None:
    link_to = f"{load_settings().public_url}/desk/welcome/{invitation.token}"
    _print({**_document(invitation.operator), "link": link_to, "link_until": moment(invitation.expires_at)}, as_json)


def _print(document: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        print_facts(document)


def _document(operator: Operator) -> dict[str, Any]:
    state = "active" if operator.password_hash else "no password yet"
    return {
        "name": operator.name,
        "role": operator.role.value,
        "state": "disabled" if operator.disabled_at else state,
        "signed_in_at": moment(operator.signed_in_at),
        "created_at": moment(operator.created_at),
    }

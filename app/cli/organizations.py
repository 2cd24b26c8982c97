"""`ringbook org`: the organizations that agents and Cal.com accounts belong to."""

from __future__ import annotations

from typing import Any

import click

from app.cli.caller_secrets import command as caller_secrets
from app.cli.output import json_option, moment, print_facts, print_json, print_table
from app.cli.session import use_cases
from app.domain.directory import Organization


@click.group(name="org")
def command() -> None:
    """Organizations: add, list, show and change them, and their caller secrets."""


command.add_command(caller_secrets)


@command.command()
@click.argument("name")
@click.option("--id", "org_id", metavar="UUID", help="Its id, if it has one already; else one is made.")
@json_option
def add(name: str, org_id: str | None, as_json: bool) -> None:
    """Add the organization NAME. The same id and name again change nothing."""
    with use_cases() as container:
        _print(container.add_organization(name=name, id=org_id), as_json)


@command.command(name="list")
@json_option
def list_all(as_json: bool) -> None:
    """List all organizations."""
    with use_cases() as container:
        found = container.list_organizations()
    if as_json:
        print_json([_document(organization) for organization in found])
        return
    rows = [(each.id, each.name, each.primary_account_id, moment(each.created_at)) for each in found]
    print_table(("id", "name", "primary account", "created"), rows, empty="There is no organization yet.")


@command.command()
@click.argument("org_id", metavar="ID")
@json_option
def show(org_id: str, as_json: bool) -> None:
    """Show one organization with its accounts and agents."""
    with use_cases() as container:
        shown = container.show_organization(org_id)
    if as_json:
        accounts = [{"id": account.id, "name": account.name} for account in shown.accounts]
        agents = [{"id": agent.id, "name": agent.name} for agent in shown.agents]
        print_json({**_document(shown.organization), "accounts": accounts, "agents": agents})
        return
    print_facts(_document(shown.organization))
    for account in shown.accounts:
        print_facts({"account": f"{account.id}  {account.name}"})
    for agent in shown.agents:
        print_facts({"agent": f"{agent.id}  {agent.name}"})


@command.command(name="set")
@click.argument("org_id", metavar="ID")
@click.option("--name", help="Another name.")
@click.option("--verified-only/--anybody", default=None, help="Refuse requests without the proof of a caller secret.")
@click.option(
    "--contact-match/--no-contact-match",
    default=None,
    help="Move and cancel only for who names the attendee's e-mail address or phone number.",
)
@json_option
def change(
    org_id: str, name: str | None, verified_only: bool | None, contact_match: bool | None, as_json: bool
) -> None:
    """Change one organization."""
    if name is None and verified_only is None and contact_match is None:
        raise click.UsageError("Say what to change, for instance --name.")
    with use_cases() as container:
        changed = container.change_organization(
            org_id, name=name, verified_only=verified_only, contact_match=contact_match
        )
    _print(changed, as_json)


def _print(organization: Organization, as_json: bool) -> None:
    document = _document(organization)
    if as_json:
        print_json(document)
    else:
        print_facts(document)


def _document(organization: Organization) -> dict[str, Any]:
    return {
        "id": organization.id,
        "name": organization.name,
        "primary_account_id": organization.primary_account_id,
        "verified_only": organization.verified_only,
        "contact_match": organization.contact_match,
        "created_at": moment(organization.created_at),
    }

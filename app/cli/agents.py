"""`ringbook agent`: the voice agents and the one Cal.com event type each of them books."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import click

from app.cli.agent_facts import agent_document, print_agent, shown_when_refused
from app.cli.output import json_option, print_json, print_table
from app.cli.session import use_cases
from app.domain.answers import LONGEST_WAIT, SHORTEST_WAIT
from app.services.agent_settings import AgentSettings

WAIT_HELP = f"How long a request waits ({SHORTEST_WAIT:g} to {LONGEST_WAIT:g})."
SETTINGS = (
    click.option("--account", "account_id", metavar="ID", help="Its own Cal.com account; else the primary one."),
    click.option("--time-zone", metavar="IANA", help="The zone its callers are in, like Europe/Berlin."),
    click.option("--wait", "wait_seconds", type=float, metavar="SECONDS", help=WAIT_HELP),
    click.option("--always-200/--real-status", default=None, help="Answer everything with HTTP status 200, or not."),
    click.option("--placeholder-email", metavar="PATTERN", help="For callers without one: {digits}@no-mail.example."),
    click.option("--phone-country", metavar="CC", help="The country of phone numbers without a country code, like US."),
    click.option("--answer", "answers", multiple=True, metavar="SLUG=TEXT", help="Answers a question of the form."),
    click.option("--language", metavar="CODE", help="The language it speaks, like en."),
    click.option("--force", is_flag=True, help="Save it even if the event type cannot be booked by voice."),
    json_option,
)


def _settings_options(function: Callable[..., Any]) -> Callable[..., Any]:
    return reduce(lambda wrapped, option: option(wrapped), reversed(SETTINGS), function)


@click.group(name="agent")
def command() -> None:
    """Voice agents: add, list, show and change them."""


@command.command()
@click.argument("name")
@click.option("--org", "org_id", required=True, metavar="ID", help="The organization it belongs to.")
@click.option("--event-type", "event_type_id", required=True, type=int, metavar="ID", help="What it books in Cal.com.")
@click.option("--id", "agent_id", metavar="UUID", help="Its id, if it has one already; else one is made.")
@_settings_options
def add(
    name: str,
    org_id: str,
    event_type_id: int,
    agent_id: str | None,
    account_id: str | None,
    force: bool,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Add the agent NAME, after its event type was read from Cal.com and found bookable by voice."""
    settings = _settings(**chosen)
    with use_cases() as container, shown_when_refused():
        agent = container.add_agent(
            id=agent_id,
            org_id=org_id,
            name=name,
            event_type_id=event_type_id,
            account_id=account_id,
            settings=settings,
            force=force,
        )
    print_agent(agent, as_json)


@command.command(name="list")
@click.option("--org", "org_id", metavar="ID", help="Only those of this organization.")
@json_option
def list_all(org_id: str | None, as_json: bool) -> None:
    """List agents."""
    with use_cases() as container:
        found = container.list_agents(org_id)
    if as_json:
        print_json([agent_document(agent) for agent in found])
        return
    rows = [
        (each.id, each.org_id, each.name, f"{each.event_type.id} {each.event_type.title}", each.account_id or "primary")
        for each in found
    ]
    print_table(("id", "org", "name", "event type", "account"), rows, empty="There is no agent yet.")


@command.command()
@click.argument("agent_id", metavar="ID")
@json_option
def show(agent_id: str, as_json: bool) -> None:
    """Show one agent, what its event type was like when last read, and what stands in its way."""
    with use_cases() as container:
        agent = container.show_agent(agent_id)
    print_agent(agent, as_json)


@command.command(name="set")
@click.argument("agent_id", metavar="ID")
@click.option("--name", help="Another name.")
@click.option("--event-type", "event_type_id", type=int, metavar="ID", help="Another event type.")
@click.option("--refresh", is_flag=True, help="Read the event type from Cal.com again.")
@_settings_options
def change(
    agent_id: str,
    event_type_id: int | None,
    refresh: bool,
    account_id: str | None,
    force: bool,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Change one agent. An empty value takes a choice back: --time-zone "", --answer slug=."""
    settings = _settings(**chosen)
    if settings == AgentSettings() and event_type_id is None and account_id is None and not refresh:
        raise click.UsageError("Say what to change, for instance --refresh.")
    with use_cases() as container, shown_when_refused():
        agent = container.change_agent(
            agent_id,
            settings=settings,
            event_type_id=event_type_id,
            account_id=account_id,
            refresh=refresh,
            force=force,
        )
    print_agent(agent, as_json)


def _settings(*, answers: tuple[str, ...], **chosen: Any) -> AgentSettings:
    pairs = [answer.partition("=") for answer in answers]
    if not all(slug.strip() and equals for slug, equals, _ in pairs):
        raise click.UsageError("--answer needs SLUG=TEXT.")
    return AgentSettings(field_answers={slug.strip(): text.strip() for slug, _, text in pairs}, **chosen)

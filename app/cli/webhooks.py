"""`ringbook webhook`: the endpoints that are told of events, and what became of each delivery."""

from __future__ import annotations

import click

from app.cli.operators import actor
from app.cli.output import json_option
from app.cli.session import use_cases
from app.cli.webhook_deliveries import deliveries, replay
from app.cli.webhook_facts import (
    ALL,
    ENDPOINT_COLUMNS,
    delivery_document,
    endpoint_document,
    print_document,
    print_documents,
)
from app.domain.events import SUBSCRIBABLE
from app.services.add_endpoint import NewEndpoint
from app.services.change_endpoint import EndpointChange

ENDPOINT = click.argument("endpoint_id", metavar="ID")
EVENT = click.option(
    "--event", "events", multiple=True, type=click.Choice([name.value for name in SUBSCRIBABLE]), help="Only these."
)
AGENT = click.option("--agent", "agents", multiple=True, metavar="ID", help="Only what these agents do.")
SEEN_ONCE = "Keep the secret where the receiver verifies signatures. It is not shown again."


@click.group(name="webhook")
def command() -> None:
    """Endpoints that are told of events: add, list, test, rotate, switch off and on; deliveries: list, send again."""


@command.command()
@click.option("--org", "org_id", required=True, metavar="ID", help="The organization it belongs to.")
@click.option("--description", default="", help="What it is, for whoever looks at it later.")
@EVENT
@AGENT
@click.argument("url")
@json_option
def add(
    org_id: str, description: str, events: tuple[str, ...], agents: tuple[str, ...], url: str, as_json: bool
) -> None:
    """Register an endpoint and send it the challenge it has to answer before it gets anything else."""
    with use_cases() as container:
        new = container.webhooks.add_endpoint(
            org_id=org_id, url=url, scope=ALL, actor=actor(), description=description, events=events, agents=agents
        )
    _print_secret(new, as_json)


@command.command(name="list")
@click.option("--org", "org_id", metavar="ID", help="Only those of this organization.")
@json_option
def list_all(org_id: str | None, as_json: bool) -> None:
    """List endpoints."""
    with use_cases() as container:
        documents = [endpoint_document(each) for each in container.webhooks.list_endpoints(ALL, org_id)]
    print_documents(documents, ENDPOINT_COLUMNS, as_json, empty="There is no endpoint yet.")


@command.command()
@ENDPOINT
@json_option
def show(endpoint_id: str, as_json: bool) -> None:
    """Show one endpoint and how it fares."""
    with use_cases() as container:
        print_document(endpoint_document(container.webhooks.show_endpoint(endpoint_id, ALL)), as_json)


@command.command(name="set")
@ENDPOINT
@click.option("--url", help="Another address; it has to answer a challenge first.")
@click.option("--description", help="Another description.")
@EVENT
@AGENT
@click.option("--every-event", is_flag=True, help="All events again.")
@click.option("--every-agent", is_flag=True, help="Of all agents again.")
@json_option
def change(
    endpoint_id: str,
    url: str | None,
    description: str | None,
    events: tuple[str, ...],
    agents: tuple[str, ...],
    every_event: bool,
    every_agent: bool,
    as_json: bool,
) -> None:
    """Change what an endpoint is told, or where it is."""
    wanted = EndpointChange(
        url=url,
        description=description,
        events=events if events or every_event else None,
        agents=agents if agents or every_agent else None,
    )
    if wanted == EndpointChange():
        raise click.UsageError("Say what to change, for instance --event.")
    with use_cases() as container:
        print_document(
            endpoint_document(container.webhooks.change_endpoint(endpoint_id, wanted, ALL, actor=actor())), as_json
        )


@command.command()
@ENDPOINT
@click.option("--answer", default="", metavar="TEXT", help="The challenge it got, where it cannot send it back itself.")
@json_option
def verify(endpoint_id: str, answer: str, as_json: bool) -> None:
    """Send an endpoint a new challenge, or hand back the one it got."""
    with use_cases() as container:
        print_document(
            endpoint_document(container.webhooks.challenge_endpoint(endpoint_id, ALL, actor=actor(), answer=answer)),
            as_json,
        )


@command.command()
@ENDPOINT
@json_option
def test(endpoint_id: str, as_json: bool) -> None:
    """Send an endpoint an event that means nothing."""
    with use_cases() as container:
        print_document(delivery_document(container.webhooks.send_test_event(endpoint_id, ALL, actor=actor())), as_json)


@command.command()
@ENDPOINT
@json_option
def rotate(endpoint_id: str, as_json: bool) -> None:
    """Give an endpoint a new secret; for a day deliveries are signed with the old one as well."""
    with use_cases() as container:
        new = container.webhooks.rotate_endpoint_secret(endpoint_id, ALL, actor=actor())
    _print_secret(new, as_json)


@command.command()
@ENDPOINT
@json_option
def enable(endpoint_id: str, as_json: bool) -> None:
    """Send a disabled endpoint what waits for it, and all that happens from now on."""
    with use_cases() as container:
        print_document(endpoint_document(container.webhooks.enable_endpoint(endpoint_id, ALL, actor=actor())), as_json)


@command.command()
@ENDPOINT
@json_option
def disable(endpoint_id: str, as_json: bool) -> None:
    """Send an endpoint nothing until it is enabled again."""
    with use_cases() as container:
        print_document(endpoint_document(container.webhooks.disable_endpoint(endpoint_id, ALL, actor=actor())), as_json)


@command.command()
@ENDPOINT
def remove(endpoint_id: str) -> None:
    """Forget an endpoint and its deliveries."""
    with use_cases() as container:
        container.webhooks.remove_endpoint(endpoint_id, ALL, actor=actor())
    click.echo(f"{endpoint_id} is removed.")


command.add_command(deliveries)
command.add_command(replay)


def _print_secret(new: NewEndpoint, as_json: bool) -> None:
    print_document(endpoint_document(new.endpoint) | {"secret": new.secret}, as_json)
    if not as_json:
        click.echo(SEEN_ONCE, err=True)

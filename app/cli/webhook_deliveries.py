"""`ringbook webhook deliveries` and `replay`: what became of each event that was sent, and sending it again."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from app.cli.operators import actor
from app.cli.output import json_option, print_facts, print_json, print_table
from app.cli.session import use_cases
from app.cli.webhook_facts import (
    ALL,
    ATTEMPT_COLUMNS,
    DELIVERY_COLUMNS,
    attempt_document,
    delivery_document,
    print_document,
    print_documents,
)
from app.domain.webhook_stores import DeliveryFilter
from app.domain.webhooks import DeliveryStatus
from app.services.read_webhooks import MOST


@click.command()
@click.option("--org", "org_id", metavar="ID", help="Only those of this organization.")
@click.option("--endpoint", "endpoint_id", metavar="ID", help="Only those to this endpoint.")
@click.option("--status", type=click.Choice([status.value for status in DeliveryStatus]), help="Only these.")
@click.option("--limit", type=click.IntRange(1, MOST), default=50, show_default=True)
@click.option("--before", metavar="ID", help="Only those older than this delivery.")
@click.argument("delivery_id", metavar="[ID]", required=False)
@json_option
def deliveries(
    org_id: str | None,
    endpoint_id: str | None,
    status: str | None,
    limit: int,
    before: str | None,
    delivery_id: str | None,
    as_json: bool,
) -> None:
    """List deliveries, newest first; or show one with every attempt."""
    if delivery_id is not None:
        _show_delivery(delivery_id, as_json)
        return
    wanted = DeliveryFilter(
        org_id=org_id,
        endpoint_id=endpoint_id,
        status=DeliveryStatus(status) if status else None,
        limit=limit,
        before=before,
    )
    with use_cases() as container:
        documents = [delivery_document(each) for each in container.webhooks.list_deliveries(wanted, ALL)]
    print_documents(documents, DELIVERY_COLUMNS, as_json, empty="There is no such delivery.")


@click.command()
@click.option("--endpoint", "endpoint_id", metavar="ID", help="All that this endpoint missed; with --since.")
@click.option("--since", metavar="TIME", help="ISO 8601 with an offset, such as 2026-11-22T08:00:00Z.")
@click.option("--delivered", is_flag=True, help="With --endpoint: also what it took.")
@click.argument("name", metavar="[ID]", required=False)
@json_option
def replay(endpoint_id: str | None, since: str | None, delivered: bool, name: str | None, as_json: bool) -> None:
    """Send again, under the same ids: one delivery, all of one event, or what an endpoint missed since a time."""
    if (name is None) == (endpoint_id is None) or (endpoint_id is None) != (since is None):
        raise click.UsageError("Say the ID of a delivery or an event, or --endpoint and --since.")
    with use_cases() as container:
        if name is not None:
            again = container.webhooks.replay_delivery(name, ALL, actor=actor())
            documents = [delivery_document(each) for each in again]
            print_documents(documents, DELIVERY_COLUMNS, as_json, empty="")
            return
        count = container.webhooks.recover_deliveries(
            str(endpoint_id), _moment(str(since)), ALL, actor=actor(), delivered=delivered
        )
    print_document({"recovered": count}, as_json)


def _show_delivery(delivery_id: str, as_json: bool) -> None:
    with use_cases() as container:
        delivery = container.webhooks.show_delivery(delivery_id, ALL).delivery
    document = delivery_document(delivery)
    attempts = [attempt_document(attempt) for attempt in delivery.history]
    if as_json:
        print_json(document | {"attempts_made": attempts})
        return
    print_facts(document)
    click.echo()
    rows = [[attempt[column] for column in ATTEMPT_COLUMNS] for attempt in attempts]
    print_table(ATTEMPT_COLUMNS, rows, empty="It was not tried yet.")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise click.UsageError(f"{text} is no time like 2026-11-22T08:00:00Z.") from None
    raise click.UsageError(f"{text} says no zone: end it with Z, or an offset.")

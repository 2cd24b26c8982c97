"""How an agent is shown: what it is set to, what Cal.com says of its event type, and what stands in its way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from app.cli.output import moment, print_facts, print_json
from app.domain.directory import Agent
from app.domain.event_types import BookingField, EventType, obstacles
from app.services.agent_settings import NotBookableError


def print_agent(agent: Agent, as_json: bool) -> None:
    document = agent_document(agent)
    if as_json:
        print_json(document)
        return
    del document["event_type"], document["obstacles"]
    answers = document.pop("field_answers")
    print_facts(document | {f"answer {slug}": text for slug, text in answers.items()})
    click.echo()
    print_facts(_event_type_facts(agent.event_type))
    click.echo()
    _print_obstacles(agent.event_type, frozenset(agent.field_answers))


@contextmanager
def shown_when_refused() -> Iterator[None]:
    """What was read from Cal.com is shown on standard error before the refusal is."""
    try:
        yield
    except NotBookableError as error:
        print_facts(_event_type_facts(error.event_type), err=True)
        raise


def agent_document(agent: Agent) -> dict[str, Any]:
    return {
        "id": agent.id,
        "org_id": agent.org_id,
        "name": agent.name,
        "account_id": agent.account_id,
        "time_zone": agent.time_zone,
        "language": agent.language,
        "wait_seconds": agent.wait_seconds,
        "always_200": agent.always_200,
        "placeholder_email": agent.placeholder_email,
        "phone_country": agent.phone_country,
        "field_answers": dict(agent.field_answers),
        "created_at": moment(agent.created_at),
        "event_type": _event_type_document(agent.event_type),
        "obstacles": [
            {"code": obstacle.code, "text": obstacle.text, "blocking": obstacle.blocking}
            for obstacle in obstacles(agent.event_type, frozenset(agent.field_answers))
        ],
    }


def _event_type_document(event_type: EventType) -> dict[str, Any]:
    return {
        "id": event_type.id,
        "slug": event_type.slug,
        "title": event_type.title,
        "length_minutes": event_type.length_minutes,
        "length_options": list(event_type.length_options),
        "time_zone": event_type.time_zone,
        "needs_confirmation": event_type.needs_confirmation,
        "seats": event_type.seats,
        "price": event_type.price,
        "recurring": event_type.recurring,
        "verifies_email": event_type.verifies_email,
        "cancelling_disabled": event_type.cancelling_disabled,
        "rescheduling_disabled": event_type.rescheduling_disabled,
        "notice_minutes": event_type.notice_minutes,
        "scheduling": event_type.scheduling,
        "fields": [_field_document(field) for field in event_type.fields],
    }


def _field_document(field: BookingField) -> dict[str, Any]:
    return {
        "slug": field.slug,
        "type": field.type,
        "required": field.required,
        "hidden": field.hidden,
        "options": list(field.options),
    }


def _event_type_facts(event_type: EventType) -> dict[str, object]:
    asked = [field.slug for field in event_type.fields if field.is_asked]
    return {
        "event type": f"{event_type.id}  {event_type.title} ({event_type.slug})",
        "minutes": event_type.length_minutes,
        "other lengths": ", ".join(map(str, event_type.length_options)),
        "time zone": event_type.time_zone,
        "asks for": ", ".join(asked),
        "confirmation": "by its host" if event_type.needs_confirmation else "at once",
        "notice": f"{event_type.notice_minutes} minutes" if event_type.notice_minutes else "",
        "seats": event_type.seats or "",
        "price": event_type.price or "",
        "hosts": event_type.scheduling,
    }


def _print_obstacles(event_type: EventType, answered: frozenset[str]) -> None:
    found = obstacles(event_type, answered)
    for obstacle in found:
        print_facts({"cannot be booked" if obstacle.blocking else "note": obstacle.text})
    if not any(obstacle.blocking for obstacle in found):
        click.echo("It can be booked by voice.")

"""Events, deliveries and their attempts as rows, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Row

from app.domain.events import Event, EventName
from app.domain.webhooks import Delivery, DeliveryAttempt, DeliveryStatus

_OF_DELIVERY = [field.name for field in fields(Delivery) if field.name != "history"]
_OF_ATTEMPT = [field.name for field in fields(DeliveryAttempt)]
_OF_EVENT = [field.name for field in fields(Event)]


def event_to_row(event: Event) -> dict[str, Any]:
    found = {name: getattr(event, name) for name in _OF_EVENT}
    return found | {"data": dict(event.data), "chosen": list(event.chosen)}


def event_from_row(row: Row[Any]) -> Event:
    found = {name: getattr(row, name) for name in _OF_EVENT}
    return Event(**found | {"name": EventName(row.name), "chosen": tuple(row.chosen)})


def delivery_to_row(delivery: Delivery) -> dict[str, Any]:
    """Values for an insert; the history has its own table."""
    return {name: getattr(delivery, name) for name in _OF_DELIVERY}


def delivery_from_row(row: Row[Any], history: Sequence[DeliveryAttempt] = ()) -> Delivery:
    found = {name: getattr(row, name) for name in _OF_DELIVERY}
    words = {"event_name": EventName(row.event_name), "status": DeliveryStatus(row.status)}
    return Delivery(**found | words, history=tuple(history))


def delivery_attempt_from_row(row: Row[Any]) -> DeliveryAttempt:
    return DeliveryAttempt(**{name: getattr(row, name) for name in _OF_ATTEMPT})

"""Reads Cal.com's list of event types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.calcom.wire import UnreadableError, read_event_type
from app.domain.event_types import EventTypeEntry


def read_event_types(data: object) -> list[EventTypeEntry]:
    """A list of version 2024-06-14, as Cal.com orders it. One unreadable entry spoils it: raises UnreadableError."""
    if not isinstance(data, list):
        raise UnreadableError("a list of event types was expected")
    return [_entry(row) for row in data]


def _entry(row: Mapping[str, Any]) -> EventTypeEntry:
    event_type = read_event_type(row, time_zone="")
    description, currency = row.get("description"), row.get("currency")
    return EventTypeEntry(
        id=event_type.id,
        slug=event_type.slug,
        title=event_type.title,
        description=description if isinstance(description, str) else "",
        length_minutes=event_type.length_minutes,
        price=event_type.price,
        currency=currency if isinstance(currency, str) else "",
        hidden=row.get("hidden") is True,
    )

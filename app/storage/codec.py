"""Commands, final answers, requests and event types as JSON, and back.

Keys that are not known are passed over and missing ones take their default, so that old and new rows both read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

from app.domain.answers import Final, Result
from app.domain.appointments import Action, Attendee, Book, Cancel, Reschedule
from app.domain.event_types import BookingField, EventType
from app.domain.jobs import Command
from app.domain.outcomes import Asked

Json = dict[str, Any]


def command_to_json(command: Command) -> Json:
    document = {"action": command.action.value, **values_of(command)}
    if not isinstance(command, Cancel):
        document["starts_at"] = _text(command.starts_at)
    if isinstance(command, Book):
        document["attendee"] = values_of(command.attendee)
    return document


def command_from_json(document: Mapping[str, Any]) -> Command:
    """Raises ValueError for an action that is not a write."""
    match Action(document["action"]):
        case Action.BOOK:
            times = {"starts_at": _time(document["starts_at"])}
            return Book(**_known(Book, document) | times | {"attendee": _attendee(document["attendee"])})
        case Action.RESCHEDULE:
            return Reschedule(**_known(Reschedule, document) | {"starts_at": _time(document["starts_at"])})
        case Action.CANCEL:
            return Cancel(**_known(Cancel, document))
        case other:
            raise ValueError(f"{other} is not stored")


def final_to_json(final: Final) -> Json:
    return values_of(final) | {
        "result": final.result.value,
        "starts_at": _text(final.starts_at) if final.starts_at else None,
        "openings": [_text(opening) for opening in final.openings],
    }


def final_from_json(document: Mapping[str, Any]) -> Final:
    starts_at = document.get("starts_at")
    return Final(
        **_known(Final, document)
        | {
            "result": Result(document["result"]),
            "starts_at": _time(starts_at) if starts_at else None,
            "openings": tuple(_time(opening) for opening in document.get("openings", ())),
        }
    )


def asked_to_json(asked: Asked) -> Json:
    return values_of(asked)


def asked_from_json(document: Mapping[str, Any]) -> Asked:
    return Asked(**_known(Asked, document))


def event_type_to_json(event_type: EventType) -> Json:
    return asdict(event_type)


def event_type_from_json(document: Mapping[str, Any]) -> EventType:
    asked = (_known(BookingField, found) for found in document.get("fields", ()))
    return EventType(
        **_known(EventType, document)
        | {
            "length_options": tuple(document.get("length_options", ())),
            "fields": tuple(BookingField(**known | {"options": tuple(known.get("options", ()))}) for known in asked),
        }
    )


def _attendee(document: Mapping[str, Any]) -> Attendee:
    return Attendee(**_known(Attendee, document))


def values_of(record: Any) -> dict[str, Any]:
    """Of its fields, by their names; `asdict` would copy them, which takes several times as long."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _known(kind: Any, document: Mapping[str, Any]) -> Json:
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in document.items() if name in names}


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)

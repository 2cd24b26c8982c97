"""The booking form as webhooks tell it: every field by name, those answered with a value."""

from collections.abc import Mapping
from typing import Any

from app.sandbox.event_types import booking_fields
from app.sandbox.records import Attendee, Booking
from app.sandbox.world import EventType

_LABELS = {
    "name": "your_name",
    "email": "email_address",
    "location": "location",
    "title": "what_is_this_meeting_about",
    "notes": "additional_notes",
    "guests": "additional_guests",
    "rescheduleReason": "reason_for_reschedule",
    "attendeePhoneNumber": "phone_number",
}


def answers_to_form(
    event_type: EventType, booking: Booking, seat: Attendee | None, *, complete: bool
) -> dict[str, Any]:
    """Every field of the form by name; only those answered carry a value."""
    given: Mapping[str, Any] = booking.responses
    if seat is not None:
        given = {**(seat.seat_responses or {}), "email": seat.email} if complete else _table(booking, seat)
    if complete:
        given = {**given, "location": {"value": booking.location, "optionValue": ""}}
    fields = {f["slug"]: (f.get("label", ""), bool(f.get("hidden", False))) for f in booking_fields(event_type)}
    if complete and "attendeePhoneNumber" not in fields:
        fields = {"attendeePhoneNumber": ("", True), **fields}
    answers: dict[str, Any] = {}
    for slug, (label, hidden) in fields.items():
        answer = {"label": label or _LABELS.get(slug, "")}
        answers[slug] = {**answer, **({"value": given[slug]} if slug in given else {}), "isHidden": hidden}
    return answers


def _table(booking: Booking, leaving: Attendee) -> dict[str, Any]:
    """A cancelled seat is told as the whole table: the first who stays, with everybody else as a guest."""
    first = booking.attendees[0] if booking.attendees else leaving
    place = {"value": booking.location, "optionValue": booking.location}
    others = [a.email for a in (*booking.attendees, leaving) if a is not first]
    return {"name": first.name, "email": first.email, "location": place, "notes": "", "guests": others}


def custom_answers(event_type: EventType, answers: Mapping[str, Any]) -> dict[str, Any]:
    return {f["slug"]: answers[f["slug"]] for f in event_type.custom_fields if f["slug"] in answers}

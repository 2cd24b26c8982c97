"""What answers when the version header is missing or unknown: the 2024-04-15 endpoints, as far as clients hit them."""

from typing import Any

from app.sandbox import errors
from app.sandbox.calls import Answer, Inquiry, success
from app.sandbox.records import Attendee, Booking
from app.sandbox.sandbox import Sandbox
from app.sandbox.wire import host_out, is_zone, iso_ms, parse_iso


def refuse_booking(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    """A current body fails the old validation; an old body is more than this stand-in can book."""
    body = inquiry.body
    rules = {
        "start": (
            parse_iso(body.get("start")) is not None,
            {"isDateString": "start must be a valid ISO 8601 date string"},
        ),
        "eventTypeId": (
            isinstance(body.get("eventTypeId"), int),
            {"isNumber": "eventTypeId must be a number conforming to the specified constraints"},
        ),
        "timeZone": (is_zone(body.get("timeZone")), {"isTimeZone": "timeZone must be a valid IANA time-zone"}),
        "language": (isinstance(body.get("language"), str), {"isString": "language must be a string"}),
        "metadata": (isinstance(body.get("metadata"), dict), {"isObject": "metadata must be an object"}),
    }
    target = {key: body[key] for key in rules if key in body}
    wrong = [
        {"target": target, "property": key, "children": [], "constraints": text}
        for key, (holds, text) in rules.items()
        if not holds
    ]
    if wrong:
        raise errors.pipe(wrong)
    raise errors.nest(404, f"Cannot POST {inquiry.call.url}")


def read_booking(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    uid = inquiry.params["uid"]
    booking = sandbox.store.bookings.get(uid)
    if booking is None:
        raise errors.nest(404, f"Booking with UID={uid} does not exist.")
    return success(_booking_out(sandbox, booking))


def _booking_out(sandbox: Sandbox, booking: Booking) -> dict[str, Any]:
    host = host_out(sandbox.world, booking.host_ids[0])
    event_type = sandbox.world.event_types.get(booking.event_type_id)
    empty = dict.fromkeys(("eventName", "timeZone", "schedulingType"))
    return {
        "title": booking.title,
        "id": booking.id,
        "uid": booking.uid,
        "description": booking.description,
        "customInputs": {},
        "smsReminderNumber": None,
        "recurringEventId": booking.recurring_uid,
        "startTime": iso_ms(booking.start),
        "endTime": iso_ms(booking.end),
        "location": booking.location,
        "status": booking.status.upper(),
        "metadata": booking.metadata,
        "cancellationReason": booking.cancellation_reason or None,
        "cancelledBy": None,
        "responses": booking.responses,
        "rejectionReason": booking.rejection_reason or None,
        "userPrimaryEmail": host["email"],
        "fromReschedule": booking.rescheduled_from,
        "rescheduled": True if booking.rescheduled_to else None,
        "rescheduledBy": booking.rescheduled_by,
        "user": {**host, "avatarUrl": None},
        "attendees": [_person(a) for a in booking.attendees],
        "eventTypeId": event_type.id if event_type else None,
        "eventType": {**empty, "slug": event_type.slug, "hideOrganizerEmail": False} if event_type else None,
        "seatsReferences": [],
        "tracking": None,
    }


def _person(attendee: Attendee) -> dict[str, Any]:
    return {
        "name": attendee.name,
        "email": attendee.email,
        "timeZone": attendee.time_zone,
        "phoneNumber": attendee.phone,
    }

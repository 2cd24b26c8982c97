"""How Cal.com writes things on the wire: times, zones, and bookings in the 2024-08-13 shape."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from app.sandbox.records import Attendee, Booking
from app.sandbox.world import World

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?")
_ZONES = available_timezones()


def iso_ms(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_in_zone(at: datetime, zone: str | None) -> str:
    if zone is None or zone == "UTC":
        return iso_ms(at)
    return at.astimezone(ZoneInfo(zone)).isoformat(timespec="milliseconds")


def is_zone(value: object) -> bool:
    return isinstance(value, str) and value in _ZONES


def parse_iso(value: object) -> datetime | None:
    """Strict ISO 8601; without a zone it means UTC."""
    if not isinstance(value, str) or not _ISO.fullmatch(value):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def whole_second(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def plus_minutes(at: datetime, minutes: int) -> datetime:
    return at + timedelta(minutes=minutes)


def host_out(world: World, host_id: int) -> dict[str, Any]:
    user = world.users[host_id]
    return {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "username": user.username,
        "timeZone": user.time_zone,
    }


def attendee_out(attendee: Attendee) -> dict[str, Any]:
    out: dict[str, Any] = {
        "name": attendee.name,
        "email": attendee.email,
        "timeZone": attendee.time_zone,
        "language": attendee.language,
        "absent": attendee.absent,
    }
    if attendee.phone is not None:
        out["phoneNumber"] = attendee.phone
    if attendee.seat_uid is not None:
        out["seatUid"] = attendee.seat_uid
        out["bookingFieldsResponses"] = attendee.seat_responses or {}
        out["metadata"] = attendee.seat_metadata or {}
    return out


def booking_out(world: World, booking: Booking, seat_uid: str | None = None) -> dict[str, Any]:
    event_type = world.event_types.get(booking.event_type_id)
    out: dict[str, Any] = {
        "id": booking.id,
        "uid": booking.uid,
        "title": booking.title,
        "description": booking.description,
        "hosts": [host_out(world, booking.host_ids[0])],
        "status": booking.status,
        "cancellationReason": booking.cancellation_reason,
        "start": iso_ms(booking.start),
        "end": iso_ms(booking.end),
        "duration": booking.minutes,
        "eventTypeId": event_type.id if event_type else None,
        "eventType": {"id": event_type.id, "slug": event_type.slug} if event_type else None,
        "meetingUrl": booking.location,
        "location": booking.location,
        "absentHost": False,
        "createdAt": iso_ms(booking.created_at),
        "updatedAt": iso_ms(booking.updated_at),
        "rating": None,
        "icsUid": booking.ics_uid,
        "attendees": [attendee_out(a) for a in booking.attendees],
    }
    return out | (_seated_part(booking, seat_uid) if booking.seated else _plain_part(booking)) | _links(booking)


def _seated_part(booking: Booking, seat_uid: str | None) -> dict[str, Any]:
    part: dict[str, Any] = {"rescheduledByEmail": booking.rescheduled_by}
    return part if seat_uid is None else {**part, "seatUid": seat_uid}


def _plain_part(booking: Booking) -> dict[str, Any]:
    part: dict[str, Any] = {
        "cancelledByEmail": "",
        "metadata": booking.metadata,
        "bookingFieldsResponses": booking.responses,
    }
    if booking.recurring_uid is not None:
        return {**part, "recurringBookingUid": booking.recurring_uid}
    return {**part, "rescheduledByEmail": booking.rescheduled_by}


def _links(booking: Booking) -> dict[str, Any]:
    optional = {
        "guests": None if booking.guests is None else list(booking.guests),
        "reschedulingReason": booking.rescheduling_reason,
        "rescheduledFromUid": booking.rescheduled_from,
        "rescheduledToUid": booking.rescheduled_to,
    }
    return {key: value for key, value in optional.items() if value is not None}

"""The bodies of webhooks: three families of shapes, as different as the code paths they come from."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.sandbox.answers import answers_to_form, custom_answers
from app.sandbox.identifiers import long_uid
from app.sandbox.records import Attendee, Booking
from app.sandbox.wire import iso_ms
from app.sandbox.world import EventType, World


@dataclass(frozen=True)
class News:
    trigger: str
    booking: Booking
    before: Booking | None = None
    seat: Attendee | None = None
    confirmed: bool = False


def payload(world: World, news: News) -> dict[str, Any]:
    event_type = world.event_types.get(news.booking.event_type_id)
    if event_type is None:
        return {"uid": news.booking.uid, "bookingId": news.booking.id, "status": news.booking.status.upper()}
    if news.trigger == "BOOKING_CANCELLED":
        return _cancelled(world, event_type, news)
    if news.confirmed or news.trigger == "BOOKING_REJECTED":
        return _decided(world, event_type, news)
    return _made(world, event_type, news)


def _common(world: World, event_type: EventType, booking: Booking) -> dict[str, Any]:
    return {
        "bookerUrl": "http://localhost",
        "title": booking.title,
        "type": event_type.slug,
        "additionalNotes": booking.description,
        "description": booking.description,
        "customInputs": {},
        "eventTypeId": event_type.id,
        "organizer": _organizer(world, booking),
        "location": booking.location,
        "uid": booking.uid,
        "bookingId": booking.id,
        "hideOrganizerEmail": False,
        "customReplyToEmail": None,
        "eventTitle": event_type.title,
        "eventDescription": None,
        "currency": "usd",
        "status": booking.status.upper(),
    }


def _made(world: World, event_type: EventType, news: News) -> dict[str, Any]:
    booking = news.booking
    people = (news.seat,) if news.seat is not None else booking.attendees
    answers = answers_to_form(event_type, booking, news.seat, complete=True)
    body = _common(world, event_type, booking) | {
        "additionalNotes": booking.description or "",
        "description": booking.description or "",
        "startTime": _compact(booking.start),
        "endTime": _compact(booking.end),
        "hideCalendarNotes": False,
        "hideCalendarEventDetails": False,
        "schedulingType": _scheduling(event_type),
        "seatsPerTimeSlot": event_type.seats or None,
        "seatsShowAttendees": True,
        "seatsShowAvailabilityCount": True,
        "disableRescheduling": False,
        "disableCancelling": event_type.disable_cancelling,
        "attendees": [_new_person(booking, a) for a in people],
        "responses": answers,
        "userFieldsResponses": custom_answers(event_type, answers),
        "destinationCalendar": None,
        "iCalSequence": booking.ics_sequence,
        "requiresConfirmation": event_type.needs_confirmation,
        "oneTimePassword": long_uid() if booking.status == "pending" else None,
        "hashedLink": None,
        "price": 0,
        "length": booking.minutes,
        "metadata": dict((news.seat.seat_metadata if news.seat else booking.metadata) or {}),
    }
    if news.seat is not None:
        body["attendeeSeatId"] = news.seat.seat_uid
    return body | (_moved(booking, news.before) if news.before else {"iCalUID": booking.ics_uid})


def _moved(booking: Booking, before: Booking) -> dict[str, Any]:
    part: dict[str, Any] = {
        "appsStatus": [],
        "rescheduleId": before.id,
        "rescheduleUid": before.uid,
        "rescheduleStartTime": _compact(before.start),
        "rescheduleEndTime": _compact(before.end),
    }
    if booking.rescheduled_by is not None:
        part["rescheduledBy"] = booking.rescheduled_by
    if booking.status == "pending":
        part["metadata"] = {**booking.metadata, "videoCallUrl": ""}
    return part


def _cancelled(world: World, event_type: EventType, news: News) -> dict[str, Any]:
    """Carries no metadata: the receiver has to know the uid."""
    booking = news.booking
    person = None if news.seat is None else {"id": news.seat.id, "locale": news.seat.language, "noShow": False}
    people = [{**_person(booking, a), **(person or {})} for a in ((news.seat,) if news.seat else booking.attendees)]
    if person is not None:
        people = [{**p, "bookingId": booking.id} for p in people]
    answers = answers_to_form(event_type, booking, news.seat, complete=False)
    return _common(world, event_type, booking) | {
        "length": booking.minutes,
        "startTime": _offset(booking.start),
        "endTime": _offset(booking.end),
        "attendees": people,
        "responses": answers,
        "userFieldsResponses": custom_answers(event_type, answers),
        "destinationCalendar": [],
        "cancellationReason": booking.cancellation_reason,
        "seatsPerTimeSlot": event_type.seats or None,
        "seatsShowAttendees": bool(event_type.seats),
        "iCalUID": booking.ics_uid,
        "iCalSequence": booking.ics_sequence,
        "organizationId": None,
        "requiresConfirmation": True if event_type.needs_confirmation else None,
        "price": None,
        "status": "CANCELLED",
    }


def _decided(world: World, event_type: EventType, news: News) -> dict[str, Any]:
    """A confirmation or refusal by the host; neither carries metadata nor iCalUID."""
    booking = news.booking
    answers = answers_to_form(event_type, booking, None, complete=False)
    body = _common(world, event_type, booking) | {
        "startTime": iso_ms(booking.start),
        "endTime": iso_ms(booking.end),
        "attendees": [_person(booking, a) for a in booking.attendees],
        "responses": answers,
        "userFieldsResponses": custom_answers(event_type, answers),
        "destinationCalendar": [],
        "requiresConfirmation": True,
        "hideCalendarNotes": False,
        "hideCalendarEventDetails": False,
        "organizationId": None,
        "price": 0,
        "length": booking.minutes,
    }
    return body if news.confirmed else {**body, "rejectionReason": booking.rejection_reason}


def _organizer(world: World, booking: Booking) -> dict[str, Any]:
    user = world.users[booking.host_ids[0]]
    return {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "username": user.username,
        "timeZone": user.time_zone,
        "language": {"locale": "en"},
        "timeFormat": "h:mma",
        "utcOffset": _utc_offset(user.time_zone, booking.start),
    }


def _new_person(booking: Booking, attendee: Attendee) -> dict[str, Any]:
    person: dict[str, Any] = {"email": attendee.email, "name": attendee.name, "firstName": "", "lastName": ""}
    if attendee.phone is not None:
        person["phoneNumber"] = attendee.phone
    return {
        **person,
        "timeZone": attendee.time_zone,
        "language": {"locale": attendee.language},
        "utcOffset": _utc_offset(attendee.time_zone, booking.start),
    }


def _person(booking: Booking, attendee: Attendee) -> dict[str, Any]:
    return {
        "name": attendee.name,
        "email": attendee.email,
        "timeZone": attendee.time_zone,
        "phoneNumber": attendee.phone,
        "language": {"locale": attendee.language},
        "utcOffset": _utc_offset(attendee.time_zone, booking.start),
    }


def _scheduling(event_type: EventType) -> str | None:
    return {"roundRobin": "ROUND_ROBIN", "collective": "COLLECTIVE"}.get(event_type.scheduling or "")


def _utc_offset(zone: str, at: datetime) -> int:
    offset = at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0)
    return int(offset / timedelta(minutes=1))


def _compact(at: datetime) -> str:
    return iso_ms(at).replace(".000Z", "Z")


def _offset(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")

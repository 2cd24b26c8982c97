"""Reads what Cal.com answers. Unknown keys and nulls are tolerated; what a booking cannot do without is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.appointments import AppointmentStatus, Booking
from app.domain.event_types import BookingField, EventType
from app.domain.ports import Owner

Json = Mapping[str, Any]


class UnreadableError(Exception):
    """A 2xx that does not say what it must: another API version, a proxy's page, a cut body. Holds no values."""


def read_bookings(data: object) -> list[Booking]:
    """One booking or, for a recurring event type, an array of them; earliest first, never empty."""
    rows = data if isinstance(data, list) else [data]
    found = sorted((read_booking(row) for row in rows), key=lambda booking: booking.starts_at)
    if not found:
        raise UnreadableError("no booking in the answer")
    return found


def read_booking(data: object) -> Booking:
    """A booking of version 2024-08-13; legacy controllers answer other keys and upper-case words, and are refused."""
    row = _object(data, "booking")
    starts_at = _instant(row, "start")
    booker = _booker(row)
    return Booking(
        uid=_text(row, "uid", needed=True),
        status=_status(row),
        starts_at=starts_at,
        ends_at=_end(row, starts_at),
        event_type_id=_whole(row.get("eventTypeId")) or _whole(_maybe(row.get("eventType")).get("id")),
        attendee_name=_text(booker, "name"),
        attendee_email=_text(booker, "email"),
        attendee_phone=_text(booker, "phoneNumber") or _text(_responses(row), "attendeePhoneNumber"),
        metadata=_strings(row.get("metadata") or booker.get("metadata")),
        moved_to=_text(row, "rescheduledToUid"),
        moved_from=_text(row, "rescheduledFromUid"),
        created_at=_instant(row, "createdAt") if row.get("createdAt") else None,
        meeting_url=_meeting_url(row),
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A booking in a list, and all addresses it is stored under: Cal.com finds it by each of them."""

    booking: Booking
    emails: frozenset[str]


def read_page(answer: object, *, page_size: int) -> tuple[list[Row], bool]:
    """The rows of one page of a list, and whether there are more. One unreadable row spoils the page."""
    body = _object(answer, "answer")
    items = body.get("data")
    if not isinstance(items, list) or body.get("status") != "success":
        raise UnreadableError("no list in the answer")
    rows = [
        Row(read_booking(item), frozenset(_text(person, "email") for person in _objects(item.get("attendees"))))
        for item in items
    ]
    more = _maybe(body.get("pagination")).get("hasNextPage")
    return rows, more if isinstance(more, bool) else len(items) >= page_size


def read_openings(data: object) -> Iterator[datetime]:
    """Every start in an answer of GET /v2/slots, in UTC; full seated slots are left out. No slots at all is normal."""
    for slots in _object(data, "slots").values():
        if not isinstance(slots, list):
            raise UnreadableError("a list of slots was expected")
        for slot in slots:
            row = _object(slot, "slot")
            if row.get("seatsRemaining") != 0:
                yield _instant(row, "start")


def read_event_type(data: object, *, time_zone: str) -> EventType:
    """An event type of version 2024-06-14. A setting that is off is absent, null or `{"disabled": true}`."""
    row = _object(data, "event type")
    number, length = _whole(row.get("id")), _whole(row.get("lengthInMinutes"))
    if number is None or length is None:
        raise UnreadableError("an event type without id or length")
    return EventType(
        id=number,
        slug=_text(row, "slug"),
        title=_text(row, "title"),
        length_minutes=length,
        length_options=tuple(filter(None, map(_whole, _list(row.get("lengthInMinutesOptions"))))),
        time_zone=time_zone,
        fields=tuple(_field(item) for item in _objects(row.get("bookingFields"))),
        needs_confirmation=_is_on(row.get("confirmationPolicy")),
        seats=_seats(row),
        price=_whole(row.get("price")) or 0,
        recurring=_is_on(row.get("recurrence")),
        verifies_email=row.get("requiresBookerEmailVerification") is True,
        cancelling_disabled=_maybe(row.get("disableCancelling")).get("disabled") is True,
        rescheduling_disabled=_maybe(row.get("disableRescheduling")).get("disabled") is True,
        notice_minutes=_whole(row.get("minimumBookingNotice")) or 0,
        scheduling=_text(row, "schedulingType"),
    )


def schedule_of(data: object) -> int | None:
    """The schedule an event type names; None for its owner's default one."""
    return _whole(_object(data, "event type").get("scheduleId"))


def read_zone(data: object) -> str:
    """The time zone of a schedule or of a user; empty if it has none."""
    return _text(_maybe(data), "timeZone")


def read_owner(data: object, *, time_zone: str) -> Owner:
    row = _object(data, "user")
    if _whole(row.get("id")) is None:
        raise UnreadableError("a user without id")
    return Owner(
        username=_text(row, "username"),
        name=_text(row, "name"),
        time_zone=time_zone or read_zone(row),
        email=_text(row, "email"),
    )


def _booker(row: Json) -> Json:
    """The attendee who booked: `attendees` also holds guests and, on team types, the other hosts."""
    people = list(_objects(row.get("attendees")))
    seat, email = _text(row, "seatUid"), _text(_responses(row), "email")
    others = {_text(person, "email") for person in _objects(row.get("hosts"))} | {
        item for item in _list(row.get("guests")) if isinstance(item, str)
    }
    seated = (person for person in people if seat and person.get("seatUid") == seat)
    answered = (person for person in people if email and _text(person, "email") == email)
    strangers = (person for person in people if _text(person, "email") not in others)
    return next(seated, None) or next(answered, None) or next(strangers, None) or next(iter(people), {})


def _responses(row: Json) -> Json:
    return _maybe(row.get("bookingFieldsResponses"))


def _meeting_url(row: Json) -> str:
    """`meetingUrl` is deprecated in favour of `location`, which also holds addresses and phone numbers."""
    places = (_text(row, "location"), _text(row, "meetingUrl"))
    return next((place for place in places if place.startswith(("https://", "http://"))), "")


def _status(row: Json) -> AppointmentStatus:
    try:
        return AppointmentStatus(_text(row, "status"))
    except ValueError:
        raise UnreadableError("a booking without one of the four states") from None


def _end(row: Json, starts_at: datetime) -> datetime:
    if row.get("end"):
        return _instant(row, "end")
    return starts_at + timedelta(minutes=_whole(row.get("duration")) or 0)


def _field(row: Json) -> BookingField:
    options = (
        _text(option, "value") if isinstance(option, Mapping) else option for option in _list(row.get("options"))
    )
    return BookingField(
        slug=_text(row, "slug"),
        type=_text(row, "type") or "text",
        required=row.get("required") is True,
        hidden=row.get("hidden") is True,
        options=tuple(option for option in options if isinstance(option, str)),
    )


def _seats(row: Json) -> int:
    seats = _maybe(row.get("seats"))
    if seats.get("disabled") is True:
        return 0
    return _whole(seats.get("seatsPerTimeSlot")) or _whole(row.get("seatsPerTimeSlot")) or 0


def _is_on(setting: object) -> bool:
    return isinstance(setting, Mapping) and bool(setting) and setting.get("disabled") is not True


def _instant(row: Json, key: str) -> datetime:
    try:
        at = datetime.fromisoformat(row.get(key) or "")
        if at.tzinfo is None:
            raise UnreadableError(f"{key} without a time zone")
        return at.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise UnreadableError(f"{key} is not a time") from None


def _text(row: Json, key: str, *, needed: bool = False) -> str:
    value = row.get(key)
    if isinstance(value, str) and (value or not needed):
        return value
    if needed:
        raise UnreadableError(f"no {key}")
    return ""


def _whole(value: object) -> int | None:
    """A JSON number as an int; Cal.com writes ids and counts as numbers."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _strings(value: object) -> dict[str, str]:
    return {key: text for key, text in _maybe(value).items() if isinstance(text, str)}


def _object(value: object, what: str) -> Json:
    if not isinstance(value, Mapping):
        raise UnreadableError(f"no {what} in the answer")
    return value


def _maybe(value: object) -> Json:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: object) -> Iterator[Json]:
    return (item for item in _list(value) if isinstance(item, Mapping))

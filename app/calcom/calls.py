"""The requests we make of Cal.com: path, version, query and body of each. Nothing unknown and no null is ever sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.calcom import languages
from app.domain.appointments import Attendee
from app.domain.ports import BookingWish

# An unknown version, or one of another group, falls silently to a controller of 2024-04-15 or to a 404.
BOOKINGS = "2024-08-13"
SLOTS = "2024-09-04"
EVENT_TYPES = "2024-06-14"
SCHEDULES = "2024-06-11"

PAGE = 250
"""The most that one request may list: a busy minute fills a smaller page, and each page is a request of the budget."""

OVERLAP = 25
"""Of two pages: so many bookings may leave a list between two requests, and none is passed over."""

MAX_METADATA_KEYS = 50
MAX_METADATA_KEY = 40
MAX_METADATA_VALUE = 500

FROM_ATTENDEE = frozenset({"name", "email", "attendeePhoneNumber"})
"""Booking fields that Cal.com fills from `attendee`; an answer to them is overwritten."""


class Operation(StrEnum):
    """What is asked of Cal.com; the same refusal means different things in different operations."""

    BOOK = "book"
    MOVE = "move"
    CANCEL = "cancel"
    BOOKING = "booking"
    BOOKINGS = "bookings"
    OPENINGS = "openings"
    EVENT_TYPE = "event_type"
    SCHEDULE = "schedule"
    OWNER = "owner"
    HOOKS = "hooks"
    ADD_HOOK = "add_hook"
    CHANGE_HOOK = "change_hook"
    REMOVE_HOOK = "remove_hook"

    @property
    def is_write(self) -> bool:
        """Changes an appointment. A hook is set up as often as one likes, and its calls count as looks."""
        return self in {Operation.BOOK, Operation.MOVE, Operation.CANCEL}


METHODS = {
    Operation.BOOK: "POST",
    Operation.MOVE: "POST",
    Operation.CANCEL: "POST",
    Operation.ADD_HOOK: "POST",
    Operation.CHANGE_HOOK: "PATCH",
    Operation.REMOVE_HOOK: "DELETE",
}
"""Of all others: GET."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. `path` follows the account's base URL, which ends in /v2; `uid` is the booking it is about."""

    operation: Operation
    path: str
    version: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] | None = None
    uid: str = ""

    @property
    def method(self) -> str:
        return METHODS.get(self.operation, "GET")


def book(wish: BookingWish) -> Call:
    body: dict[str, object] = {
        "start": stamp(wish.starts_at),
        "eventTypeId": wish.event_type_id,
        "attendee": attendee(wish.attendee),
    }
    answers = {slug: text for slug, text in wish.field_answers.items() if text and slug not in FROM_ATTENDEE}
    if answers:
        body["bookingFieldsResponses"] = answers
    if wish.metadata:
        body["metadata"] = metadata(wish.metadata)
    return Call(operation=Operation.BOOK, path="/bookings", version=BOOKINGS, body=body)


def move(uid: str, starts_at: datetime, reason: str) -> Call:
    body = {"start": stamp(starts_at)} | ({"reschedulingReason": reason} if reason else {})
    return _on_booking(Operation.MOVE, uid, "/reschedule", body)


def cancel(uid: str, reason: str) -> Call:
    """With a key Cal.com takes us for the host, and a host must give a reason."""
    return _on_booking(Operation.CANCEL, uid, "/cancel", {"cancellationReason": reason.strip() or "Cancelled by phone"})


def booking(uid: str) -> Call:
    return _on_booking(Operation.BOOKING, uid, "", None)


def bookings(*, starts_from: datetime, ends_by: datetime, event_type_id: int | None, email: str, skip: int) -> Call:
    """One page of the list. `status` is always sent: without it, deployments differ in what they leave out."""
    query = {
        "status": "upcoming,unconfirmed",
        "afterStart": stamp(starts_from),
        "beforeEnd": stamp(ends_by),
        "take": str(PAGE),
        "skip": str(skip),
    }
    if event_type_id is not None:
        query["eventTypeId"] = str(event_type_id)
    if email:
        query["attendeeEmail"] = email
    return Call(operation=Operation.BOOKINGS, path="/bookings", version=BOOKINGS, query=query)


def bookings_made_since(since: datetime, *, skip: int) -> Call:
    """One page of all that was booked since, whatever became of it; a move is a new booking with the old metadata."""
    query = {
        "status": "upcoming,unconfirmed,past,cancelled",
        "afterCreatedAt": stamp(since),
        "take": str(PAGE),
        "skip": str(skip),
    }
    return Call(operation=Operation.BOOKINGS, path="/bookings", version=BOOKINGS, query=query)


def bookings_changed_between(since: datetime, until: datetime | None, *, skip: int) -> Call:
    """One page of all that was booked or changed since, whatever it is now. A booking that is changed while the pages
    are read stays in the list (by start), unless there is an `until`: then it leaves it.
    """
    query = {
        "status": "upcoming,unconfirmed,past,cancelled",
        "afterUpdatedAt": stamp(since),
        "take": str(PAGE),
        "skip": str(skip),
    }
    if until is not None:
        query["beforeUpdatedAt"] = stamp(until)
    return Call(operation=Operation.BOOKINGS, path="/bookings", version=BOOKINGS, query=query)


def openings(event_type_id: int, start: datetime, end: datetime, moving_uid: str) -> Call:
    """Cal.com takes an `end` of exactly 00:00:00Z for the whole day that begins there: ask one second less."""
    last = end.astimezone(UTC).replace(microsecond=0)
    if last.time() == time():
        last -= timedelta(seconds=1)
    query = {"eventTypeId": str(event_type_id), "start": stamp(start), "end": stamp(last)}
    if moving_uid:
        query["bookingUidToReschedule"] = moving_uid
    return Call(operation=Operation.OPENINGS, path="/slots", version=SLOTS, query=query)


def event_type(event_type_id: int) -> Call:
    return Call(operation=Operation.EVENT_TYPE, path=f"/event-types/{event_type_id}", version=EVENT_TYPES)


def event_types() -> Call:
    """Those of the key's owner, hidden ones too; this list has no pages."""
    return Call(operation=Operation.EVENT_TYPE, path="/event-types", version=EVENT_TYPES)


def schedule(schedule_id: int | None) -> Call:
    """A schedule by id, or the default one of the key's owner."""
    which = "default" if schedule_id is None else str(schedule_id)
    return Call(operation=Operation.SCHEDULE, path=f"/schedules/{which}", version=SCHEDULES)


def owner() -> Call:
    return Call(operation=Operation.OWNER, path="/me")


def stamp(at: datetime) -> str:
    """Whole seconds in UTC, written with Z; Cal.com drops fractions."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def attendee(person: Attendee) -> dict[str, str]:
    body = {"name": person.name, "timeZone": _zone(person.time_zone)}
    if person.email:
        body["email"] = person.email
    if person.phone:
        body["phoneNumber"] = person.phone
    if language := languages.fitting(person.language):
        body["language"] = language
    return body


def metadata(entries: Mapping[str, str]) -> dict[str, str]:
    """Cut to what Cal.com takes; the first entries win, so a caller puts its own key first."""
    fitted: dict[str, str] = {}
    for key, value in entries.items():
        if len(fitted) == MAX_METADATA_KEYS:
            break
        fitted.setdefault(_cut(key, MAX_METADATA_KEY), _cut(value, MAX_METADATA_VALUE))
    return fitted


def _cut(text: str, length: int) -> str:
    """Cal.com counts as JavaScript does: in UTF-16 units, of which an emoji takes two."""
    return text.encode("utf-16-le", "replace")[: 2 * length].decode("utf-16-le", "ignore")


def _zone(name: str) -> str:
    """Cal.com takes IANA names only; an offset such as "+05:30" is refused, and the instant does not depend on it."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"
    return name


def _on_booking(operation: Operation, uid: str, rest: str, body: Mapping[str, object] | None) -> Call:
    path = f"/bookings/{quote(uid, safe='')}{rest}"
    return Call(operation=operation, path=path, version=BOOKINGS, body=body, uid=uid)

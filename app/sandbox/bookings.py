"""POST and GET /v2/bookings: look, think, write - and between the looking and the writing others may come."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from app.sandbox import errors, fields, seats
from app.sandbox.calendar import Calendar, limit_reached, out_of_bounds
from app.sandbox.calls import Answer, Inquiry, success
from app.sandbox.deliveries import announce
from app.sandbox.identifiers import long_uid, short_uid
from app.sandbox.records import Attendee, Booking, unique_key
from app.sandbox.sandbox import Sandbox
from app.sandbox.wire import booking_out
from app.sandbox.wishes import Wish, read_wish
from app.sandbox.world import EventType

OUT_OF_BOUNDS = (
    "The event type can't be booked at the \"start\" time provided. This could be because it's too soon (violating the "
    "minimum booking notice) or too far in the future (outside the event's scheduling window). Try fetching available "
    'slots first using the GET /v2/slots endpoint and then make a booking with "start" time equal to one of the '
    "available slots: https://cal.com/docs/api-reference/v2/slots"
)
_PERIODS = {"daily": timedelta(days=1), "weekly": timedelta(days=7), "monthly": timedelta(days=28)}


def create_booking(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    wish = read_wish(sandbox, inquiry)
    if wish.event_type.seats:
        seats.check_seat_left(sandbox, wish)
    fields.check_responses(wish.event_type, inquiry.body["attendee"], inquiry.body)
    if wish.event_type.wire["requiresBookerEmailVerification"]:
        raise errors.raw(400, "email_verification_required")
    check_start(sandbox, wish.event_type, wish.start)
    _check_booker_limit(sandbox, wish)
    repeat = _same_request_before(sandbox, wish)
    if repeat is not None:
        return success(booking_out(sandbox.world, repeat), 201)
    if wish.event_type.seats:
        return seats.take_seat(sandbox, wish)
    if wish.event_type.wire["recurrence"]:
        return _book_series(sandbox, wish, inquiry.body.get("recurrenceCount"))
    hosts = check_available(sandbox, wish.event_type, wish.start, wish.end)
    sandbox.ponder()
    booking = new_booking(sandbox, wish, hosts)
    commit(sandbox, [booking])
    announce(sandbox, "BOOKING_CREATED" if booking.status == "accepted" else "BOOKING_REQUESTED", booking)
    return success(booking_out(sandbox.world, booking), 201)


def read_booking(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    uid = inquiry.params["uid"]
    bookings = sandbox.store.bookings
    if inquiry.stale_seconds:
        bookings = sandbox.store.bookings_as_of(sandbox.clock.now() - timedelta(seconds=inquiry.stale_seconds))
    if uid in bookings:
        return success(booking_out(sandbox.world, bookings[uid]))
    series = sorted((b for b in list(bookings.values()) if b.recurring_uid == uid), key=lambda b: b.start)
    if series:
        return success([booking_out(sandbox.world, b) for b in series])
    raise errors.nest(404, f"Booking with uid={uid} was not found in the database")


def check_start(sandbox: Sandbox, event_type: EventType, start: datetime) -> None:
    now, zone = sandbox.clock.now(), sandbox.world.users[event_type.host_ids[0]].time_zone
    if start < now:
        raise errors.nest(400, "Attempting to book a meeting in the past.")
    if out_of_bounds(event_type, zone, start, now):
        raise errors.nest(400, OUT_OF_BOUNDS)


def check_available(
    sandbox: Sandbox, event_type: EventType, start: datetime, end: datetime, ignore_uid: str | None = None
) -> tuple[int, ...]:
    near = timedelta(days=2)  # what buffers and daily limits can reach
    bookings = [
        b for b in sandbox.known_bookings() if b.uid != ignore_uid and b.end > start - near and b.start < end + near
    ]
    if limit_reached(event_type, bookings, sandbox.world.users[event_type.host_ids[0]].time_zone, start):
        raise errors.raw(401, "booking_limit_reached")
    hosts = Calendar(sandbox.world, bookings).free_hosts(event_type, start, end)
    if not hosts:
        raise errors.host_unavailable(team=event_type.is_team)
    return hosts


def new_booking(sandbox: Sandbox, wish: Wish, hosts: tuple[int, ...]) -> Booking:
    uid, now = short_uid(), sandbox.clock.now()
    status = "pending" if wish.event_type.needs_confirmation else "accepted"
    host = sandbox.world.users[hosts[0]]
    return Booking(
        id=sandbox.store.next_id(),
        uid=uid,
        event_type_id=wish.event_type.id,
        host_ids=hosts,
        start=wish.start,
        end=wish.end,
        status=status,
        title=f"{wish.event_type.title} between {host.name} and {wish.attendee.name}",
        description=str(wish.responses.get("notes") or ""),
        location=wish.location,
        attendees=(wish.attendee, *_companions(sandbox, wish, hosts[1:])),
        created_at=now,
        updated_at=now,
        ics_uid=f"{uid}@Cal.com",
        metadata=wish.metadata,
        responses=wish.responses,
        guests=wish.guests,
        unique_key=unique_key(hosts[0], wish.start, wish.end) if status == "accepted" else None,
    )


def commit(sandbox: Sandbox, bookings: Iterable[Booking]) -> None:
    with sandbox.store.write() as batch:
        for booking in bookings:
            batch.put_booking(booking, unique=sandbox.options.unique)


def _companions(sandbox: Sandbox, wish: Wish, other_hosts: tuple[int, ...]) -> list[Attendee]:
    """Guests and the other hosts of a team booking stand among the attendees."""
    people = [("", email) for email in wish.guests or ()]
    people += [(sandbox.world.users[h].name, sandbox.world.users[h].email) for h in other_hosts]
    return [replace(wish.attendee, id=sandbox.store.next_id(), name=n, email=e, phone=None) for n, e in people]


def _check_booker_limit(sandbox: Sandbox, wish: Wish) -> None:
    limit = wish.event_type.wire["bookerActiveBookingsLimit"]
    if "maximumActiveBookings" not in limit:
        return
    active = [
        b
        for b in sandbox.store.live_bookings()
        if b.event_type_id == wish.event_type.id
        and b.end > sandbox.clock.now()
        and any(a.email == wish.attendee.email for a in b.attendees)
    ]
    if len(active) < limit["maximumActiveBookings"]:
        return
    text = "Attendee with this email can't book because the maximum number of active bookings has been reached."
    if limit.get("offerReschedule"):
        text += f" You can reschedule your existing booking ({active[-1].uid}) to a new timeslot instead."
    raise errors.nest(400, text)


def _same_request_before(sandbox: Sandbox, wish: Wish) -> Booking | None:
    """Types that wait for confirmation, and round robin, answer a repeated request with the first booking."""
    if wish.event_type.needs_confirmation:
        wanted = {"pending"}
    elif wish.event_type.scheduling == "roundRobin":
        wanted = {"accepted", "pending"}
    else:
        return None
    for booking in sandbox.known_bookings():
        if booking.status not in wanted or (booking.event_type_id, booking.start) != (wish.event_type.id, wish.start):
            continue
        first = booking.attendees[0]
        if first.email == wish.attendee.email and wish.attendee.phone in (None, first.phone):
            return booking
    return None


def _book_series(sandbox: Sandbox, wish: Wish, count: int | None) -> Answer:
    rule = wish.event_type.wire["recurrence"]
    apart = _PERIODS.get(rule["frequency"], timedelta(days=7)) * rule["interval"]
    shifts = [apart * n for n in range(count or rule["occurrences"])]
    wishes = [replace(wish, start=wish.start + shift, end=wish.end + shift) for shift in shifts]
    hosts = [check_available(sandbox, w.event_type, w.start, w.end) for w in wishes]
    sandbox.ponder()
    series = long_uid()
    bookings = [replace(new_booking(sandbox, w, h), recurring_uid=series) for w, h in zip(wishes, hosts, strict=True)]
    commit(sandbox, bookings)
    for booking in bookings:
        announce(sandbox, "BOOKING_CREATED", booking)
    return success([booking_out(sandbox.world, b) for b in bookings], 201)

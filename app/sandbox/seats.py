"""Seated event types: several attendees share one booking, each with a seat of their own."""

from dataclasses import replace
from datetime import timedelta

from app.sandbox import errors
from app.sandbox.calendar import Calendar
from app.sandbox.calls import Answer, success
from app.sandbox.deliveries import announce
from app.sandbox.identifiers import long_uid, short_uid
from app.sandbox.records import Attendee, Booking, unique_key
from app.sandbox.sandbox import Sandbox
from app.sandbox.wire import booking_out
from app.sandbox.wishes import Wish
from app.sandbox.world import EventType

FULL = "No more seats left at this seated booking."


def check_seat_left(sandbox: Sandbox, wish: Wish) -> None:
    there = Calendar(sandbox.world, sandbox.known_bookings()).seated_at(wish.event_type, wish.start)
    if there is not None and len(there.attendees) >= wish.event_type.seats:
        raise errors.nest(409, FULL)


def take_seat(sandbox: Sandbox, wish: Wish) -> Answer:
    answers = {slug: value for slug, value in wish.responses.items() if slug not in ("email", "attendeePhoneNumber")}
    seat = replace(
        wish.attendee,
        seat_uid=long_uid(),
        seat_responses={**answers, "guests": list(wish.guests or ())},
        seat_metadata=wish.metadata,
    )
    there = Calendar(sandbox.world, sandbox.known_bookings()).seated_at(wish.event_type, wish.start)
    if there is not None and any(a.email == seat.email for a in there.attendees):
        raise errors.raw(409, "already_signed_up_for_this_booking_error")
    if there is None:
        _check_host(sandbox, wish)
    sandbox.ponder()
    with sandbox.store.write() as batch:
        booking = _new_table(sandbox, wish, seat) if there is None else _joined(sandbox, there, seat, wish.event_type)
        batch.put_booking(booking, unique=sandbox.options.unique)
    announce(sandbox, "BOOKING_CREATED", booking, seat=seat)
    return success(booking_out(sandbox.world, booking, seat.seat_uid), 201)


def move_seat(sandbox: Sandbox, booking: Booking, seat_uid: str | None, wish: Wish) -> Answer:
    """One seat goes to another time; the booking it leaves stays as it is."""
    seat = next((a for a in booking.attendees if a.seat_uid == seat_uid), None)
    if seat is None:
        raise errors.nest(400, f"Booking with uid={booking.uid} has no seat with uid={seat_uid}")
    moved = replace(seat, id=sandbox.store.next_id(), seat_uid=long_uid())
    there = Calendar(sandbox.world, sandbox.known_bookings()).seated_at(wish.event_type, wish.start)
    if there is None:
        _check_host(sandbox, wish)
    sandbox.ponder()
    with sandbox.store.write() as batch:
        target = _new_table(sandbox, wish, moved) if there is None else _joined(sandbox, there, moved, wish.event_type)
        batch.put_booking(_without(sandbox, booking, seat), unique=False)
        batch.put_booking(target, unique=sandbox.options.unique)
    announce(sandbox, "BOOKING_RESCHEDULED", target, before=booking, seat=moved)
    return success(booking_out(sandbox.world, target, moved.seat_uid), 201)


def leave_seat(sandbox: Sandbox, booking: Booking, seat_uid: str, reason: str) -> Answer:
    seat = next((a for a in booking.attendees if a.seat_uid == seat_uid), None)
    if seat is None:
        raise errors.raw(400, "User not a part of this booking")
    sandbox.ponder()
    with sandbox.store.write() as batch:
        left = _without(sandbox, booking, seat)
        batch.put_booking(left, unique=False)
    announce(sandbox, "BOOKING_CANCELLED", replace(left, cancellation_reason=reason), seat=seat)
    return success(booking_out(sandbox.world, left))


def _check_host(sandbox: Sandbox, wish: Wish) -> None:
    calendar = Calendar(sandbox.world, sandbox.known_bookings())
    if not calendar.free_hosts(wish.event_type, wish.start, wish.end):
        raise errors.host_unavailable(team=wish.event_type.is_team)


def _new_table(sandbox: Sandbox, wish: Wish, seat: Attendee) -> Booking:
    now, host = sandbox.clock.now(), sandbox.world.users[wish.event_type.host_ids[0]]
    return Booking(
        id=sandbox.store.next_id(),
        uid=short_uid(),
        event_type_id=wish.event_type.id,
        host_ids=wish.event_type.host_ids,
        start=wish.start,
        end=wish.end,
        status="accepted",
        title=f"{wish.event_type.title} between {host.name} and {seat.name}",
        description=None,
        location=wish.location,
        attendees=(seat,),
        created_at=now,
        updated_at=now + timedelta(milliseconds=1),
        ics_uid=f"{short_uid()}@Cal.com",
        seated=True,
        unique_key=unique_key(host.id, wish.start, wish.end),
    )


def _joined(sandbox: Sandbox, there: Booking, seat: Attendee, event_type: EventType) -> Booking:
    current = sandbox.store.bookings[there.uid]
    if len(current.attendees) >= event_type.seats:
        raise errors.nest(409, FULL)
    return replace(current, attendees=(*current.attendees, seat))


def _without(sandbox: Sandbox, booking: Booking, seat: Attendee) -> Booking:
    current = sandbox.store.bookings[booking.uid]
    rest = tuple(a for a in current.attendees if a.seat_uid != seat.seat_uid)
    left = replace(current, attendees=rest, updated_at=sandbox.clock.now(), ics_sequence=current.ics_sequence + 1)
    return left if rest else replace(left, status="cancelled", unique_key=None)

"""POST /v2/bookings/{uid}/reschedule: a new booking takes the place of the old one, in one commit."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.sandbox import errors, seats, validation
from app.sandbox.bookings import check_available, check_start
from app.sandbox.calls import Answer, Inquiry, success
from app.sandbox.deliveries import announce
from app.sandbox.identifiers import short_uid
from app.sandbox.records import Booking, unique_key
from app.sandbox.sandbox import Sandbox
from app.sandbox.wire import booking_out, parse_iso, whole_second
from app.sandbox.wishes import Wish
from app.sandbox.world import EventType, User


@dataclass(frozen=True)
class Move:
    event_type: EventType
    start: datetime
    end: datetime
    status: str
    reason: str | None
    by: str | None


def reschedule_booking(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    validation.check_reschedule(inquiry.body)
    booking, event_type = _movable(sandbox, inquiry.params["uid"])
    move = _move(sandbox, inquiry, booking, event_type)
    check_start(sandbox, event_type, move.start)
    if booking.seated:
        return seats.move_seat(sandbox, booking, inquiry.body.get("seatUid"), _wish(booking, move))
    hosts = check_available(sandbox, event_type, move.start, move.end, ignore_uid=booking.uid)
    sandbox.ponder()
    new = _moved(sandbox, booking, move, hosts)
    with sandbox.store.write() as batch:
        current = sandbox.store.bookings[booking.uid]
        if current.status == "cancelled" and current.rescheduled_to is None:
            raise errors.raw(400, "cancelled_bookings_cannot_be_rescheduled")
        # Nobody looks whether it has been moved meanwhile: two simultaneous moves leave two live bookings.
        batch.put_booking(_left_behind(sandbox, current, new), unique=False)
        batch.put_booking(new, unique=sandbox.options.unique)
    announce(sandbox, "BOOKING_RESCHEDULED" if new.status == "accepted" else "BOOKING_REQUESTED", new, before=booking)
    return success(booking_out(sandbox.world, new), 201)


def _movable(sandbox: Sandbox, uid: str) -> tuple[Booking, EventType]:
    booking = sandbox.store.bookings.get(uid)
    if booking is None:
        raise errors.nest(404, f"Booking with uid={uid} was not found in the database")
    if booking.status == "cancelled":
        raise errors.nest(400, _why_not(uid, booking.rescheduled_to))
    event_type = sandbox.world.event_types.get(booking.event_type_id)
    if event_type is None:
        raise errors.nest(404, f"Booking with uid={uid} is missing event type")
    if booking.status == "rejected":
        raise errors.raw(404, "Could not find original booking")
    return booking, event_type


def _why_not(uid: str, moved_to: str | None) -> str:
    if moved_to is None:
        return (
            f"Can't reschedule booking with uid={uid} because it has been cancelled. "
            "Please provide uid of a booking that is not cancelled."
        )
    return (
        f"Can't reschedule booking with uid={uid} because it has been cancelled and rescheduled already to booking "
        f"with uid={moved_to}. You probably want to reschedule {moved_to} instead by passing it within the request URL."
    )


def _move(sandbox: Sandbox, inquiry: Inquiry, booking: Booking, event_type: EventType) -> Move:
    start = parse_iso(inquiry.body["start"])
    if start is None:
        raise errors.nest(400, validation.ISO_RULE)
    start, by = whole_second(start), inquiry.body.get("rescheduledBy")
    by_host = _is_host(sandbox, booking, inquiry.user, by)
    return Move(
        event_type=event_type,
        start=start,
        end=start + timedelta(minutes=booking.minutes),
        status="pending" if event_type.needs_confirmation and not by_host else "accepted",
        reason=inquiry.body.get("reschedulingReason"),
        by=by,
    )


def _is_host(sandbox: Sandbox, booking: Booking, user: User | None, by: str | None) -> bool:
    """The mover named in the body counts before the key."""
    if by is not None:
        return any(sandbox.world.users[host].email == by for host in booking.host_ids)
    return user is not None and user.id in booking.host_ids


def _moved(sandbox: Sandbox, old: Booking, move: Move, hosts: tuple[int, ...]) -> Booking:
    now = sandbox.clock.now()
    responses: dict[str, Any] = {slug: answer for slug, answer in old.responses.items() if slug != "rescheduledReason"}
    if move.reason is not None:
        responses["rescheduledReason"] = move.reason
    return replace(
        old,
        id=sandbox.store.next_id(),
        uid=short_uid(),
        host_ids=hosts,
        start=move.start,
        end=move.end,
        status=move.status,
        attendees=tuple(replace(a, id=sandbox.store.next_id()) for a in old.attendees),
        created_at=now,
        updated_at=now,
        responses=responses,
        unique_key=unique_key(hosts[0], move.start, move.end) if move.status == "accepted" else None,
        rescheduled_by=move.by,
        rescheduling_reason=move.reason,
        rescheduled_from=old.uid,
        rescheduled_to=None,
        ics_sequence=old.ics_sequence + 1,
    )


def _left_behind(sandbox: Sandbox, old: Booking, new: Booking) -> Booking:
    return replace(old, status="cancelled", unique_key=None, rescheduled_to=new.uid, updated_at=sandbox.clock.now())


def _wish(booking: Booking, move: Move) -> Wish:
    return Wish(
        event_type=move.event_type,
        start=move.start,
        end=move.end,
        attendee=booking.attendees[0],
        location=booking.location,
        responses=booking.responses,
        metadata=booking.metadata,
        guests=booking.guests,
    )

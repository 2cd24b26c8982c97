"""Cancelling, confirming, declining, and marking somebody as absent."""

from dataclasses import replace

from app.sandbox import errors, seats, validation
from app.sandbox.calls import Answer, Inquiry, success
from app.sandbox.deliveries import announce
from app.sandbox.records import Booking
from app.sandbox.sandbox import Sandbox
from app.sandbox.wire import booking_out, iso_ms


def cancel_booking(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    validation.check_cancel(inquiry.body)
    uid, reason = inquiry.params["uid"], inquiry.body.get("cancellationReason") or ""
    booking = sandbox.store.bookings.get(uid)
    if booking is None:
        raise errors.nest(404, f"Booking with uid={uid} not found")
    if booking.status == "cancelled":
        raise errors.nest(
            400,
            f"Can't cancel booking with uid={uid} because it has been cancelled already. "
            "Please provide uid of a booking that is not cancelled.",
        )
    seat_uid = inquiry.body.get("seatUid")
    if booking.seated:
        if seat_uid is None:
            raise errors.raw(401, "User not a host of this event or an admin of the booking user")
        return seats.leave_seat(sandbox, booking, seat_uid, reason)
    _check_cancellable(sandbox, inquiry, booking, reason)
    later = _later_in_series(sandbox, booking) if inquiry.body.get("cancelSubsequentBookings") else []
    sandbox.ponder()
    ended = [_cancelled(sandbox, b.uid, reason) for b in (booking, *later)]
    for one in ended:
        announce(sandbox, "BOOKING_CANCELLED", one)
    shown = [booking_out(sandbox.world, one) for one in ended]
    return success(shown if later else shown[0])


def _check_cancellable(sandbox: Sandbox, inquiry: Inquiry, booking: Booking, reason: str) -> None:
    event_type = sandbox.world.event_types.get(booking.event_type_id)
    if event_type is not None and event_type.disable_cancelling:
        raise errors.raw(400, "This event type does not allow cancellations")
    if booking.end < sandbox.clock.now():
        raise errors.raw(400, "Cannot cancel a booking that has already ended")
    if not reason and inquiry.user is not None and inquiry.user.id in booking.host_ids:
        raise errors.raw(400, "Cancellation reason is required when you are the host")


def _cancelled(sandbox: Sandbox, uid: str, reason: str) -> Booking:
    """Looks no second time: two simultaneous cancels both succeed, and a booking just moved stays moved."""
    with sandbox.store.write() as batch:
        current = sandbox.store.bookings[uid]
        ended = replace(
            current,
            status="cancelled",
            unique_key=None,
            cancellation_reason=reason,
            updated_at=sandbox.clock.now(),
            ics_sequence=current.ics_sequence + 1,
        )
        batch.put_booking(ended, unique=False)
    return ended


def _later_in_series(sandbox: Sandbox, booking: Booking) -> list[Booking]:
    return [
        b
        for b in sandbox.store.live_bookings()
        if booking.recurring_uid is not None and b.recurring_uid == booking.recurring_uid and b.start > booking.start
    ]


def confirm_booking(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    booking = _own_booking(sandbox, inquiry)
    if booking.status in ("accepted", "cancelled"):
        raise errors.trpc_bad_request()
    sandbox.ponder()
    # No look at the calendar and no unique key: confirming is how Cal.com double-books.
    accepted = _with_status(sandbox, booking.uid, "accepted")
    announce(sandbox, "BOOKING_CREATED", accepted, confirmed=True)
    return success(booking_out(sandbox.world, accepted))


def decline_booking(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    validation.check_decline(inquiry.body)
    booking = _own_booking(sandbox, inquiry)
    if booking.status in ("accepted", "cancelled"):
        raise errors.trpc_bad_request()
    sandbox.ponder()
    rejected = _with_status(sandbox, booking.uid, "rejected", rejection_reason=inquiry.body.get("reason") or "")
    announce(sandbox, "BOOKING_REJECTED", rejected)
    return success(booking_out(sandbox.world, rejected))


def mark_absent(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    booking, now = _own_booking(sandbox, inquiry), sandbox.clock.now()
    if booking.start > now:
        raise errors.nest(
            400,
            "Bookings can only be marked as absent after their scheduled start time. "
            f"Current time in UTC+0: {iso_ms(now)}, Booking start time in UTC+0: {iso_ms(booking.start)}",
        )
    absent = {person["email"]: bool(person["absent"]) for person in inquiry.body.get("attendees", [])}
    with sandbox.store.write() as batch:
        people = tuple(replace(a, absent=absent.get(a.email, a.absent)) for a in booking.attendees)
        marked = replace(booking, attendees=people)
        batch.put_booking(marked, unique=False)
    return success(booking_out(sandbox.world, marked))


def _own_booking(sandbox: Sandbox, inquiry: Inquiry) -> Booking:
    uid = inquiry.params["uid"]
    booking = sandbox.store.bookings.get(uid)
    if booking is None:
        raise errors.nest(404, f"Booking with uid={uid} was not found in the database")
    if inquiry.me().id not in booking.host_ids:
        raise errors.trpc_unauthorized()
    return booking


def _with_status(sandbox: Sandbox, uid: str, status: str, rejection_reason: str = "") -> Booking:
    with sandbox.store.write() as batch:
        current = sandbox.store.bookings[uid]
        changed = replace(current, status=status, rejection_reason=rejection_reason, updated_at=sandbox.clock.now())
        batch.put_booking(changed, unique=False)
    return changed

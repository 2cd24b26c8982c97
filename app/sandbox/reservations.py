"""Slot holds: they hide a slot from the lists, check next to nothing, and no booking cares."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from app.sandbox import errors, validation
from app.sandbox.calls import Answer, Inquiry, success
from app.sandbox.identifiers import long_uid
from app.sandbox.records import Reservation
from app.sandbox.sandbox import Sandbox
from app.sandbox.wire import iso_ms, parse_iso

NO_AUTH_DURATION = (
    "reservationDuration can only be used for authenticated requests - use access token, api key or OAuth credentials"
)


def create_reservation(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    hold = _hold(sandbox, inquiry, long_uid())
    for booking in sandbox.store.live_bookings():
        full = not booking.seated or len(booking.attendees) >= sandbox.world.event_types[hold.event_type_id].seats
        if booking.event_type_id == hold.event_type_id and booking.start == hold.start and full:
            raise errors.nest(422, "Can't reserve a slot if the event is already booked.")
    if any(_same_slot(other, hold, sandbox.clock.now()) for other in list(sandbox.store.reservations.values())):
        raise errors.nest(422, "This time slot is already reserved by another user. Please choose a different time.")
    with sandbox.store.write() as batch:
        batch.put("reservation", hold.uid, hold)
    return success(_out(hold) | {"reservationDuration": hold.minutes}, 201)


def read_reservation(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    hold = sandbox.store.reservations.get(inquiry.params["uid"])
    return success(_out(hold) if hold is not None else None)


def update_reservation(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    uid = inquiry.params["uid"]
    if uid not in sandbox.store.reservations:
        raise errors.nest(404, f"Slot with uid={uid} not found")
    hold = replace(_hold(sandbox, inquiry, uid), uid=uid)
    with sandbox.store.write() as batch:
        batch.put("reservation", uid, hold)
    return success(_out(hold) | {"reservationDuration": hold.minutes})


def delete_reservation(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    with sandbox.store.write() as batch:
        batch.drop("reservation", inquiry.params["uid"])
    return Answer(200, {"status": "success"})


def _hold(sandbox: Sandbox, inquiry: Inquiry, uid: str) -> Reservation:
    body = inquiry.body
    start = parse_iso(body.get("slotStart"))
    if start is None:
        constraint = {"isDateString": f"slotStart {validation.ISO_RULE}"}
        raise errors.pipe([{"target": body, "property": "slotStart", "children": [], "constraints": constraint}])
    if body.get("reservationDuration") is not None and inquiry.user is None:
        raise errors.nest(401, NO_AUTH_DURATION)
    event_type = sandbox.world.event_types.get(body.get("eventTypeId", 0))
    if event_type is None:
        raise errors.nest(404, f"Event Type with ID={body.get('eventTypeId')} not found")
    minutes = body.get("reservationDuration") or 5
    return Reservation(
        uid=uid,
        event_type_id=event_type.id,
        start=start,
        end=start + timedelta(minutes=body.get("slotDuration") or event_type.minutes),
        until=sandbox.clock.now() + timedelta(minutes=minutes),
        minutes=minutes,
    )


def _same_slot(other: Reservation, hold: Reservation, now: datetime) -> bool:
    return other.until > now and (other.event_type_id, other.start) == (hold.event_type_id, hold.start)


def _out(hold: Reservation) -> dict[str, Any]:
    return {
        "reservationUid": hold.uid,
        "eventTypeId": hold.event_type_id,
        "slotStart": iso_ms(hold.start),
        "slotEnd": iso_ms(hold.end),
        "slotDuration": int((hold.end - hold.start) / timedelta(minutes=1)),
        "reservationUntil": iso_ms(hold.until),
    }

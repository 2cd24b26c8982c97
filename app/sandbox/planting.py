"""What happens behind the API's back: bookings made elsewhere, changed users and event types."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.sandbox.identifiers import short_uid
from app.sandbox.records import Attendee, Booking
from app.sandbox.sandbox import Sandbox
from app.sandbox.wire import plus_minutes


def add_planting(desk: Blueprint, sandbox: Sandbox) -> None:
    @desk.post("/bookings")
    def plant_booking() -> tuple[Response, int]:
        booking = planted(sandbox, request.get_json())
        with sandbox.store.write() as batch:
            batch.put_booking(booking, unique=False)
        return jsonify(booking.to_json()), 201

    @desk.delete("/bookings/<uid>")
    def erase_booking(uid: str) -> Response:
        with sandbox.store.write() as batch:
            batch.drop("booking", uid)
        return jsonify(status="ok")

    @desk.patch("/users/<int:user_id>")
    def change_user(user_id: int) -> Response:
        old = sandbox.world.users[user_id]
        sandbox.world.users[user_id] = replace(old, out_of_office=frozenset(request.get_json()["outOfOffice"]))
        return jsonify(status="ok")


def add_event_types(desk: Blueprint, sandbox: Sandbox) -> None:
    @desk.patch("/event-types/<int:type_id>")
    def change_event_type(type_id: int) -> Response:
        old, body = sandbox.world.event_types[type_id], request.get_json()
        sandbox.world.event_types[type_id] = replace(
            old,
            title=body.get("title", old.title),
            disable_cancelling=body.get("disableCancelling", old.disable_cancelling),
            wire={**old.wire, **body.get("wire", {})},
        )
        return jsonify(status="ok")

    @desk.post("/event-types")
    def copy_event_type() -> tuple[Response, int]:
        body = request.get_json()
        old = sandbox.world.event_types[body["copyOf"]]
        new = replace(old, id=body["id"], slug=body["slug"], title=body.get("title", old.title))
        sandbox.world.event_types[new.id] = new
        return jsonify(status="ok"), 201

    @desk.delete("/event-types/<int:type_id>")
    def delete_event_type(type_id: int) -> Response:
        del sandbox.world.event_types[type_id]
        return jsonify(status="ok")


def planted(sandbox: Sandbox, row: Mapping[str, Any]) -> Booking:
    """A booking made behind the API's back: by the host's own calendar page, or long ago."""
    event_type = sandbox.world.event_types[row["eventTypeId"]]
    host_ids = event_type.host_ids if event_type.collective else event_type.host_ids[:1]
    uid, now = row.get("uid") or short_uid(), sandbox.clock.now()
    start = datetime.fromisoformat(row["start"])
    seated = bool(event_type.seats)
    people = [_planted_person(sandbox, person) for person in row["attendees"]]
    first = people[0].name if people else "nobody"
    return Booking(
        id=row.get("id") or sandbox.store.next_id(),
        uid=uid,
        event_type_id=event_type.id,
        host_ids=host_ids,
        start=start,
        end=plus_minutes(start, row.get("duration", event_type.minutes)),
        status=row.get("status", "accepted"),
        title=f"{event_type.title} between {sandbox.world.users[host_ids[0]].name} and {first}",
        description=None if seated else "",
        location=row.get("location", "1 Main St, New York"),
        attendees=tuple(people),
        created_at=now,
        updated_at=now,
        ics_uid=row.get("icsUid", f"{uid}@Cal.com"),
        metadata=row.get("metadata", {}),
        responses={} if seated else {"email": people[0].email, "name": people[0].name, **row.get("responses", {})},
        guests=tuple(row["guests"]) if row.get("guests") else None,
        seated=seated,
        rescheduled_to=row.get("rescheduledTo"),
        rescheduled_from=row.get("rescheduledFrom"),
    )


def _planted_person(sandbox: Sandbox, person: Mapping[str, Any]) -> Attendee:
    seat = person.get("seatUid")
    name = person.get("name", "Jane Doe")
    return Attendee(
        id=sandbox.store.next_id(),
        name=name,
        email=person["email"],
        time_zone=person.get("timeZone", "America/New_York"),
        language=person.get("language", "en"),
        phone=person.get("phoneNumber"),
        seat_uid=seat,
        seat_responses={"name": name, "guests": []} if seat else None,
        seat_metadata={} if seat else None,
    )

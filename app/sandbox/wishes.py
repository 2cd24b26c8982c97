"""What a booking request asks for, after Cal.com's checks that need no calendar."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.sandbox import errors, fields, validation
from app.sandbox.calls import Inquiry
from app.sandbox.records import Attendee
from app.sandbox.sandbox import Sandbox
from app.sandbox.wire import parse_iso, plus_minutes, whole_second
from app.sandbox.world import EventType, World

NEEDS_AUTHENTICATION = (
    "checkBookingRequiresAuthentication - request must be authenticated by passing credentials belonging to event "
    "type owner, host or team or org admin or owner."
)
NOT_AUTHORIZED = (
    "checkBookingRequiresAuthentication - user is not authorized to access this event type. User has to be either "
    "event type owner, host, team admin or owner or org admin or owner."
)


@dataclass(frozen=True)
class Wish:
    event_type: EventType
    start: datetime
    end: datetime
    attendee: Attendee
    location: str
    responses: dict[str, Any]
    metadata: dict[str, Any]
    guests: tuple[str, ...] | None


def read_wish(sandbox: Sandbox, inquiry: Inquiry) -> Wish:
    body = inquiry.body
    validation.check_booking(body)
    event_type = asked_type(sandbox.world, body)
    _check_authentication(event_type, inquiry)
    minutes = _length(event_type, body.get("lengthInMinutes"))
    given = body.get("bookingFieldsResponses") or {}
    fields.check_custom_fields(event_type, given)
    location, location_answer = _location(event_type, body)
    start = parse_iso(body["start"])
    if start is None:
        raise errors.nest(400, validation.ISO_RULE)
    start = whole_second(start)
    attendee = _attendee(sandbox, event_type, body["attendee"])
    guests = tuple(body["guests"]) if body.get("guests") else None
    answers = {slug: "" if value is None else value for slug, value in given.items()}
    answers |= {"email": attendee.email, "name": attendee.name, **location_answer}
    if attendee.phone is not None:
        answers["attendeePhoneNumber"] = attendee.phone
    if guests:
        answers["guests"] = list(guests)
    return Wish(
        event_type=event_type,
        start=start,
        end=plus_minutes(start, minutes),
        attendee=attendee,
        location=location,
        responses=answers,
        metadata=dict(body.get("metadata") or {}),
        guests=guests,
    )


def asked_type(world: World, body: Mapping[str, Any]) -> EventType:
    if body.get("eventTypeId"):
        found = world.event_types.get(body["eventTypeId"])
        missing = f"Event type with id {body['eventTypeId']} not found."
    elif body.get("username"):
        if world.user_named(body["username"]) is None:
            raise errors.nest(404, f"User with username {body['username']} not found")
        found = world.type_of_user(body["eventTypeSlug"], body["username"])
        missing = f"Event type with slug {body['eventTypeSlug']} belonging to user {body['username']} not found."
    else:
        found = world.type_of_team(body["eventTypeSlug"], body["teamSlug"])
        missing = f"Event type with slug {body['eventTypeSlug']} belonging to team {body['teamSlug']} not found."
    if found is None:
        raise errors.nest(404, missing)
    return found


def _check_authentication(event_type: EventType, inquiry: Inquiry) -> None:
    if not event_type.wire["bookingRequiresAuthentication"]:
        return
    if inquiry.user is None:
        raise errors.nest(401, NEEDS_AUTHENTICATION)
    if inquiry.user.id not in (event_type.owner_id, *event_type.host_ids):
        raise errors.nest(403, NOT_AUTHORIZED)


def _length(event_type: EventType, wanted: Any) -> int:
    if wanted is None:
        return event_type.minutes
    if not event_type.lengths:
        raise errors.nest(
            400,
            "Can't specify 'lengthInMinutes' because event type does not have multiple possible lengths. Please, "
            "remove the 'lengthInMinutes' field from the request.",
        )
    if wanted not in event_type.lengths:
        raise errors.nest(
            400,
            "Provided 'lengthInMinutes' is not one of the possible lengths for the event type. The possible lengths "
            f"are: {', '.join(map(str, event_type.lengths))}",
        )
    return int(wanted)


def _attendee(sandbox: Sandbox, event_type: EventType, given: Mapping[str, Any]) -> Attendee:
    return Attendee(
        id=sandbox.store.next_id(),
        name=given["name"],
        email=fields.stored_email(event_type, given),
        time_zone=given["timeZone"],
        language=given.get("language") or "en",
        phone=given.get("phoneNumber"),
    )


def _location(event_type: EventType, body: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The stored place, and the answer to the form's location question if the caller gave one."""
    if body.get("meetingUrl"):
        return body["meetingUrl"], {"location": {"value": "link", "optionValue": body["meetingUrl"]}}
    asked = body.get("location")
    if isinstance(asked, str):
        return asked, {"location": {"value": asked, "optionValue": ""}}
    offered = event_type.wire["locations"]
    if isinstance(asked, dict):
        return _chosen_location(event_type, asked)
    if not offered:
        return "integrations:daily", {}
    return _place(offered[0], {}), {}


def _chosen_location(event_type: EventType, asked: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    offered = event_type.wire["locations"]
    match = next((place for place in offered if place["type"] == asked.get("type")), None)
    if match is None:
        kinds = ", ".join(place["type"] for place in offered)
        raise errors.nest(
            400,
            f"Booking location with type {asked.get('type')} not valid for event type with id={event_type.id}. The "
            f"event type has following location types: {kinds}, and only these types are allowed for booking location.",
        )
    if match["type"] == "attendeePhone":
        return _place(match, asked), {"location": {"value": "phone", "optionValue": asked.get("phone", "")}}
    return _place(match, asked), {}


def _place(offered: Mapping[str, Any], asked: Mapping[str, Any]) -> str:
    plain = {
        "attendeePhone": "phone",
        "attendeeAddress": "attendeeInPerson",
        "attendeeDefined": "somewhereElse",
        "phone": offered.get("phone", ""),
        "link": offered.get("link", ""),
        "address": offered.get("address", ""),
    }
    given = (
        asked.get("phone") or asked.get("location") or (asked.get("address") if "attendee" in offered["type"] else None)
    )
    return str(given or plain.get(offered["type"], offered["type"]))

"""Event types as the 2024-06-14 endpoints show them, composed from the world's facts."""

from typing import Any

from app.sandbox import errors
from app.sandbox.calls import Answer, Inquiry, success
from app.sandbox.sandbox import Sandbox
from app.sandbox.world import EventType, User, World


def list_event_types(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    username, slug = inquiry.call.query.get("username"), inquiry.call.query.get("eventSlug")
    owner = sandbox.world.user_named(username) if username else inquiry.me()
    if owner is None:
        return success([])
    own = [t for t in sandbox.world.event_types.values() if t.owner_id == owner.id and slug in (None, t.slug)]
    return success([type_out(sandbox.world, t, listed=True) for t in own])


def read_event_type(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    text = inquiry.params["id"]
    if not text.isdigit():
        raise errors.server_trouble()
    event_type = sandbox.world.event_types.get(int(text))
    if event_type is None or not _may_read(event_type, inquiry.me()):
        raise errors.nest(404, f"Event type with id {text} not found")
    return success(type_out(sandbox.world, event_type, listed=False))


def _may_read(event_type: EventType, user: User) -> bool:
    return user.id == event_type.owner_id or (event_type.is_team and user.id in event_type.host_ids)


def type_out(world: World, event_type: EventType, *, listed: bool) -> dict[str, Any]:
    """The list leaves out hidden fields and the Cal Video settings; the single answer has them."""
    fields = booking_fields(event_type)
    out: dict[str, Any] = {"id": event_type.id, "ownerId": event_type.owner_id}
    out |= {"lengthInMinutes": event_type.minutes, "title": event_type.title, "slug": event_type.slug}
    out |= {"description": "", **event_type.wire}
    out["bookingFields"] = [f for f in fields if not f.get("hidden")] if listed else fields
    if not listed:
        out["calVideoSettings"] = None
    return out | (_team_part(world, event_type) if event_type.is_team else {"users": _users(world, event_type)})


def booking_fields(event_type: EventType) -> list[dict[str, Any]]:
    fields = [
        {
            "isDefault": True,
            "type": "name",
            "slug": "name",
            "required": True,
            "label": "your_name",
            "disableOnPrefill": False,
        },
        _field("email", "email", **event_type.email),
        {"isDefault": True, "type": "radioInput", "slug": "location", "required": False, "hidden": False},
    ]
    if event_type.phone is not None:
        phone = _field("phone", "attendeePhoneNumber", required=event_type.phone["required"])
        fields.append({**phone, "label": event_type.phone["label"]})
    return [
        *fields,
        *event_type.custom_fields,
        _field("text", "title", required=True, hidden=True),
        _field("textarea", "notes"),
        _field("multiemail", "guests"),
        _field("textarea", "rescheduleReason"),
    ]


def _field(kind: str, slug: str, *, required: bool = False, hidden: bool = False) -> dict[str, Any]:
    return {
        "isDefault": True,
        "type": kind,
        "slug": slug,
        "required": required,
        "disableOnPrefill": False,
        "hidden": hidden,
    }


def _users(world: World, event_type: EventType) -> list[dict[str, Any]]:
    extra: dict[str, Any] = {"brandColor": None, "darkBrandColor": None, "weekStart": "Monday", "metadata": {}}
    return [{"id": host, **_face(world, host), **extra} for host in event_type.host_ids]


def _team_part(world: World, event_type: EventType) -> dict[str, Any]:
    team_id = next(key for key, team in world.teams.items() if team["slug"] == event_type.team_slug)
    weight = {} if event_type.collective else {"mandatory": False, "priority": "medium"}
    return {
        "hosts": [{**weight, "userId": host, **_face(world, host)} for host in event_type.host_ids],
        "teamId": team_id,
        "parentEventTypeId": None,
        "schedulingType": event_type.scheduling,
        "assignAllTeamMembers": False,
        "team": {"id": team_id},
        "rescheduleWithSameRoundRobinHost": False,
        "rrHostSubsetEnabled": False,
    }


def _face(world: World, user_id: int) -> dict[str, Any]:
    user = world.users[user_id]
    return {"name": user.name, "username": user.username, "avatarUrl": None}

"""The body of the manage request: which fields there are, and which of them each action needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, pre_load, validates, validates_schema

from app.api.fields import REASONS, EndpointIds, Identifier, Text, TimeZone, ToolCallId, WholeNumber
from app.domain.answers import OR_EMAIL_REQUIRED, OR_PHONE_REQUIRED, REQUIRED
from app.domain.appointments import Action
from app.domain.contacts import normalise_email
from app.domain.times import parse_wall_time
from app.services.manage_appointment import ManageRequest

ALIASES = {"create": Action.BOOK}
"""Words of the page's prose that its enum does not have."""

ACTIONS = [*Action, *ALIASES]

CONTACT = "contact"
"""Stands for an e-mail address or a phone number."""

NEEDS = {
    Action.BOOK: ("name", CONTACT, "appointment_datetime"),
    Action.RESCHEDULE: ("appointment_id", "appointment_datetime"),
    Action.CANCEL: ("appointment_id",),
    Action.SUGGEST: (),
    Action.AVAILABILITY: (),
    Action.LIST: (CONTACT,),
}
"""Fields an action cannot do without."""


EXAMPLE = {
    "action": "suggest",
    "agent_id": "019d1fdb-98e9-7c87-86c7-321e2fa98733",
    "org_id": "1268c1f0-19f3-47db-aefb-c16a7c3ace6e",
}
"""To try: it changes nothing, and the ids are those a fresh start comes with."""


class ActionField(fields.String):
    """One of the actions, in any case; an alias becomes the action it stands for."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> Action:
        word = super()._deserialize(value, attr, data, **options).strip().lower()
        if not word:
            raise self.make_error("required")
        if word not in ACTIONS:
            raise self.make_error("unknown")
        return ALIASES.get(word) or Action(word)


class ManageAppointmentRequestSchema(Schema):
    """What a voice agent asks for. Unknown fields are ignored; null stands for "not given"."""

    class Meta:
        unknown = EXCLUDE

    action = ActionField(
        required=True,
        error_messages={**REASONS, "unknown": f"must be one of {', '.join(ACTIONS)}"},
        metadata={"enum": ACTIONS, "description": "What to do; create is another word for book."},
    )
    agent_id = Identifier(required=True, metadata={"format": "uuid", "description": "The voice agent that asks."})
    org_id = Identifier(required=True, metadata={"format": "uuid", "description": "The organization it belongs to."})
    name = Text(longest=200, metadata={"description": "The customer's full name; book needs it."})
    email = Text(longest=254, metadata={"description": "The customer's e-mail address; book needs it or phone."})
    phone = Text(longest=40, metadata={"description": "The customer's phone number, best in E.164; or email."})
    appointment_datetime = Text(
        longest=64,
        metadata={"description": "ISO 8601; without an offset it is read in timezone. book and reschedule need it."},
    )
    appointment_id = Text(longest=200, metadata={"description": "The id an earlier answer gave."})
    call_session_id = Text(
        longest=200, cut=True, metadata={"description": "The call this belongs to; 200 characters are kept."}
    )
    notes = Text(
        longest=2000,
        cut=True,
        multiline=True,
        metadata={"description": "For the host; the reason of a change. 2000 characters are kept."},
    )
    days_ahead = WholeNumber(
        metadata={"format": "int32", "description": "Days to look ahead, 7 if not given, at most 30."}
    )
    timezone = TimeZone(longest=64, metadata={"description": "IANA name of the zone the customer thinks in."})
    webhook_endpoints = EndpointIds(
        metadata={"description": "Which of the organization's webhook endpoints are told; all, if not given."}
    )
    tool_call_id = ToolCallId(
        metadata={"description": "The platform's id of this tool call; the same id, the same job."}
    )
    toolCallId = ToolCallId(metadata={"description": "Another spelling of tool_call_id."})  # noqa: N815 (theirs)

    @pre_load
    def drop_nulls(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {name: value for name, value in data.items() if value is not None}

    @validates("email")
    def check_email(self, value: str, data_key: str) -> None:
        if value:
            _check(normalise_email, value)

    @validates("appointment_datetime")
    def check_datetime(self, value: str, data_key: str) -> None:
        if value:
            _check(parse_wall_time, value)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def check_needs(self, data: dict[str, Any], original: dict[str, Any], **_: Any) -> None:
        """Null and blanks are "not given"; what is there but faulty has been named already and is not missing."""
        given = {name for name, value in original.items() if value is not None and data.get(name) != ""}
        action = data.get("action")
        missing = [need for need in NEEDS.get(action, ()) if need != CONTACT and need not in given] if action else []
        reasons = {need: [REQUIRED] for need in missing}
        if action and CONTACT in NEEDS[action] and not given & {"email", "phone"}:
            reasons |= {"email": [OR_PHONE_REQUIRED], "phone": [OR_EMAIL_REQUIRED]}
        if reasons:
            raise ValidationError(reasons)

    @post_load
    def to_request(self, data: dict[str, Any], **_: Any) -> ManageRequest:
        tool_calls = [data.pop("tool_call_id", ""), data.pop("toolCallId", "")]
        return ManageRequest(**data, idempotency_key=next(filter(None, tool_calls), ""))


def _check(read: Callable[[str], object], value: str) -> None:
    try:
        read(value)
    except ValueError as fault:
        raise ValidationError(str(fault)) from None

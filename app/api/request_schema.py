"""The body of the manage request: which fields there are, and which of them each action needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, pre_load, validates, validates_schema

from app.api.fields import REASONS, Identifier, Text, ToolCallId, WholeNumber
from app.domain.appointments import Action
from app.domain.contacts import normalise_email
from app.domain.times import is_zone, parse_wall_time
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
    call_session_id = Text(longest=200, metadata={"description": "The call this belongs to."})
    notes = Text(longest=2000, multiline=True, metadata={"description": "For the host; the reason of a change."})
    days_ahead = WholeNumber(
        metadata={"format": "int32", "description": "Days to look ahead, 7 if not given, at most 30."}
    )
    timezone = Text(longest=64, metadata={"description": "IANA name of the zone the customer thinks in."})
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

    @validates("timezone")
    def check_timezone(self, value: str, data_key: str) -> None:
        if value and not is_zone(value):
            raise ValidationError("must be the IANA name of a time zone")

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def check_needs(self, data: dict[str, Any], original: dict[str, Any], **_: Any) -> None:
        """A field that is there but faulty has been named already, so it does not count as missing."""
        given = {name for name in original if data.get(name) != ""}
        action = data.get("action")
        missing = [need for need in NEEDS.get(action, ()) if need != CONTACT and need not in given] if action else []
        reasons = {need: ["is required"] for need in missing}
        if action and CONTACT in NEEDS[action] and not given & {"email", "phone"}:
            reasons |= {"email": ["or phone is required"], "phone": ["or email is required"]}
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

"""The same documents as schemas, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from app.api.response_schemas import STATUSES, Open, flag, part, text
from app.domain.appointments import Action, AppointmentStatus

WRITES = [action.value for action in Action if action.is_write]


def maybe(description: str, **options: Any) -> fields.String:
    """A text that may be null."""
    return text(description, allow_none=True, **options)


def number(description: str) -> fields.Integer:
    return fields.Integer(required=True, metadata={"description": description})


def time(description: str) -> fields.String:
    return text(f"{description}, ISO 8601 in UTC.")


def maybe_time(description: str) -> fields.String:
    return maybe(f"{description}, ISO 8601 in UTC; null if it did not.")


def seconds(description: str) -> fields.Float:
    return fields.Float(required=True, metadata={"description": description})


VERIFIED_ONLY = "Whether requests that do not prove to be its own platform's are refused."
CONTACT_MATCH = "Whether only who names the attendee's e-mail address or phone number may move or cancel."


class OrganizationRecord(Open):
    id = text("The organization; org_id of the manage request.")
    name = text("What it is called here.")
    primary_account_id = maybe("The Cal.com account of agents that have none of their own.")
    verified_only = flag(VERIFIED_ONLY)
    contact_match = flag(CONTACT_MATCH)
    created_at = time("When it was added")


class AccountRecord(Open):
    id = text("The account; also called provider_id and calcom_account_id.")
    org_id = text("The organization it belongs to.")
    agent_id = maybe("The one agent whose private key this is; null where it is shared.")
    account_name = text("What it is called here.")
    status = text("Whether its key is there.", validate=validate.OneOf(["active", "inactive"]))
    api_base_url = text("Where its Cal.com is.")
    api_key_last4 = text("The last four characters of its key; empty once it is disconnected.")
    username = text("Its owner's name in Cal.com's addresses.")
    email = text("Its owner's e-mail address at Cal.com.")
    time_zone = text("The zone of its owner's schedule.")
    settle_seconds = seconds("How long a write without an answer may still be carried out there.")
    connected_at = time("When it was first connected")
    disconnected_at = maybe_time("When its key was thrown away")


class AgentEventTypeRecord(Open):
    id = number("Its number at Cal.com.")
    slug = text("Its name in Cal.com's addresses.")
    title = text("What it is called.")
    duration_minutes = number("How long it takes.")
    time_zone = text("The zone of its schedule.")
    needs_confirmation = flag("Whether its host must confirm a booking.")
    asks_for = fields.List(fields.String(), required=True, metadata={"description": "What its form insists on."})


class ObstacleRecord(Open):
    code = text("Stays the same when texts change.")
    text = text("What stands in the way of a booking by voice.")
    blocking = flag("Whether every booking would fail.")


class AgentRecord(Open):
    id = text("The agent; agent_id of the manage request.")
    org_id = text("The organization it belongs to.")
    name = text("Its name, as it is spoken.")
    account_id = maybe("The account it is linked to, or that of its private key; null: the primary one.")
    event_type = part(AgentEventTypeRecord)
    time_zone = text("The zone its callers are in; empty: that of the event type.")
    language = text("The language it speaks.")
    wait_seconds = seconds("How long a request waits.")
    always_200 = flag("Whether everything is answered with status 200.")
    placeholder_email = text("For callers who give a phone number only; empty: none is made up.")
    phone_country = text("Where phone numbers without a country code are from.")
    field_answers = fields.Dict(required=True, metadata={"description": "Answers to the form's own questions."})
    obstacles = fields.List(fields.Nested(ObstacleRecord), required=True)
    created_at = time("When it was added")


class JobRecord(Open):
    id = text("The job.")
    org_id = text("The organization it is for.")
    agent_id = text("The agent that asked.")
    account_id = text("The Cal.com account it is carried out with.")
    appointment_id = text("The appointment it is about.")
    action = text("What was asked for.", validate=validate.OneOf(WRITES))
    status = text("Where the job stands.", validate=validate.OneOf(STATUSES))
    result = maybe("What it came to; null while it goes on.")
    detail = text("More on that, where there is more.")
    starts_at = maybe_time("The time it asks for")
    attempts = number("How often it was tried.")
    outcome_is_open = flag("Whether Cal.com may or may not have what was asked for.")
    created_at = time("When it was accepted")
    deadline_at = time("Until when it may be tried")
    next_attempt_at = maybe_time("When it is tried next")
    finished_at = maybe_time("When it ended")


class AttemptRecord(Open):
    number = number("1 for the first.")
    started_at = time("When a worker took it")
    submitted_at = maybe_time("When the request left for Cal.com")
    finished_at = maybe_time("When it ended")
    outcome = text("What it came to; empty while it runs, or where its worker died.")
    code = text("What Cal.com called it, if anything.")
    http_status = fields.Integer(required=True, allow_none=True, metadata={"description": "What Cal.com answered."})
    detail = text("More on that.")


class AppointmentRecord(Open):
    id = text("Its id, for good: it stays the same when it is moved.")
    organization_id = text("The organization it belongs to.")
    agent_id = text("The agent that made it.")
    calcom_account_id = text("The Cal.com account that has it.")
    calcom_booking_uid = text("Cal.com's uid for it now; a move changes it.")
    event_type_id = number("The event type that was booked.")
    attendee_name = text("Whom it is for.")
    attendee_email = text("Their e-mail address; empty if they gave none.")
    attendee_phone = text("Their phone number, E.164; empty if they gave none.")
    attendee_timezone = text("The zone they think in.")
    start_time = time("Its start")
    end_time = time("Its end")
    duration_minutes = number("How long it takes.")
    meeting_url = text("Where to join by video; empty where it takes place elsewhere.")
    status = text("As Cal.com has it.", validate=validate.OneOf([status.value for status in AppointmentStatus]))


class CallerSecretRecord(Open):
    id = text("By which it is taken back; it is not the secret.")
    kind = text("What is done with it.", validate=validate.OneOf(["shared", "signing"]))
    created_at = time("When it was made")
    ends_at = maybe_time("When it ceases to prove anything; null where nothing followed it")


class ApiKeyRecord(Open):
    id = text("By which it is revoked; it opens nothing.")
    scope = text("What it opens.", validate=validate.OneOf(["org", "admin"]))
    org_id = maybe("The organization it opens; null for an admin's.")
    name = text("What it is for.")
    ends_with = text("Its last four characters.")
    created_at = time("When it was made")
    expires_at = maybe_time("When it ceases to open anything")
    last_used_at = maybe_time("When it was last used, to the minute")
    revoked_at = maybe_time("When it was revoked")

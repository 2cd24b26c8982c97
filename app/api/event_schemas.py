"""The `webhooks` section of the OpenAPI document: what each event says, as JSON Schema."""

from __future__ import annotations

from typing import Any

from app.domain.answers import Result
from app.domain.appointments import Action, AppointmentStatus
from app.domain.events import SCHEMA_VERSION, EventName, Source
from app.domain.jobs import Status
from app.domain.webhooks import DisabledReason

Schema = dict[str, Any]

WRITES = [action.value for action in Action if action.is_write]
RESULTS = [result.value for result in Result]
STATUSES = [status.value for status in AppointmentStatus]

SUMMARIES = {
    EventName.APPOINTMENT_BOOKED: "Cal.com has a new appointment",
    EventName.APPOINTMENT_RESCHEDULED: "An appointment was moved",
    EventName.APPOINTMENT_CANCELLED: "An appointment was called off",
    EventName.APPOINTMENT_PENDING: "Cal.com has it, the host has yet to confirm it",
    EventName.APPOINTMENT_FAILED: "What was asked for did not come about",
    EventName.APPOINTMENT_NEEDS_ATTENTION: "Nobody knows whether it did: a person decides",
    EventName.JOB_SUCCEEDED: "A job ended with what it asked for",
    EventName.JOB_FAILED: "A job ended without it, or an operator closed it",
    EventName.ENDPOINT_DISABLED: "Another endpoint of yours gets nothing any more",
    EventName.ENDPOINT_VERIFICATION: "A new endpoint is asked whether it wants our events",
    EventName.ENDPOINT_TEST: "Means nothing: somebody tries the endpoint",
}

ABOUT = (
    "Standard Webhooks 1.0 (https://www.standardwebhooks.com): verify `webhook-signature` over the raw body, and drop "
    "what you had under the same `webhook-id` before: an event may come more than once, and events in any order. "
    "Answer 2xx within 10 seconds. Anything else is tried again 1, 3, 8 and 20 seconds after the event, then after "
    "1, 3, 10 and 30 minutes and 1, 2, 4, 8, 16, 24, 36, 48, 60 and 72 hours; 410 disables the endpoint at once, "
    "Retry-After is honoured, redirects are not followed."
)


def webhooks_section() -> Schema:
    """One entry an event, with the three headers of the standard."""
    return {name.value: {"post": _operation(name)} for name in EventName}


def body_schema(name: EventName) -> Schema:
    """The whole body of an event."""
    moment = {"type": "string", "format": "date-time", "description": "When it happened."}
    return _object({"type": {"const": name.value}, "timestamp": moment, "data": _data(name)})


def _operation(name: EventName) -> Schema:
    ok = "2xx: taken."
    if name is EventName.ENDPOINT_VERIFICATION:
        ok = "2xx with data.challenge in the first 4 KB of the body, as plain text or JSON: verified."
    return {
        "operationId": name.value,
        "tags": ["Webhooks"],
        "summary": SUMMARIES[name],
        "description": ABOUT,
        "security": [],
        "parameters": [_header(*said) for said in HEADERS],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body_schema(name)}}},
        "responses": {"2XX": {"description": ok}, "410": {"description": "Sends nothing there any more."}},
    }


HEADERS = (
    ("webhook-id", "The event: the same on every try and every replay."),
    ("webhook-timestamp", "When this try was sent, in seconds since 1970; refuse what is older than 5 minutes."),
    ("webhook-signature", "v1, and a base64 HMAC-SHA256 with the secret; two of them while a secret is rotated."),
)


def _header(name: str, description: str) -> Schema:
    return {"in": "header", "name": name, "required": True, "description": description, "schema": {"type": "string"}}


def _data(name: EventName) -> Schema:
    kind, _, event = name.value.partition(".")
    if kind == "endpoint":
        return _object(_common() | _of_endpoint(name))
    if kind == "job":
        return _object(_common() | _of_any_job(is_certain=True) | _of_job())
    if event in {"failed", "needs_attention"}:
        return _object(_common() | _of_any_job(is_certain=True) | _of_failure())
    return _object(_common() | _of_any_job(is_certain=False) | _of_appointment())


def _common() -> Schema:
    return {
        "version": {"const": SCHEMA_VERSION, "description": "Of this schema; new keys may come without a new one."},
        "org_id": _text("The organization."),
    }


def _of_any_job(*, is_certain: bool) -> Schema:
    """`is_certain`: a job stands behind it, which need not be where something was changed in Cal.com itself."""
    wide = _text if is_certain else _maybe
    return {
        "agent_id": _text("The voice agent."),
        "appointment_id": _text("The appointment, for good: it stays the same when it is moved."),
        "job_id": wide("The job; null where it was changed in Cal.com itself."),
        "action": wide("What was asked for.", enum=WRITES if is_certain else [*WRITES, None]),
        "call_session_id": _maybe("The call, as the request named it."),
    }


def _of_appointment() -> Schema:
    return {
        "status": _text("As Cal.com has it.", enum=STATUSES),
        "date_time": _text("Its start, UTC.", format="date-time"),
        "end_date_time": _text("Its end, UTC.", format="date-time"),
        "previous_date_time": _maybe("Its start before it was moved, UTC.", format="date-time"),
        "calcom_uid": _text("Cal.com's uid for it now."),
        "source": _text("Who changed it.", enum=[source.value for source in Source]),
        "attendee": _attendee(),
    }


def _of_failure() -> Schema:
    return {
        "status": _maybe("As Cal.com has the appointment; null where there is none.", enum=[*STATUSES, None]),
        "date_time": _maybe("The start that was asked for, UTC.", format="date-time"),
        "reason": _text("Why.", enum=RESULTS),
        "source": _text("Who asked.", enum=[Source.RINGBOOK.value]),
        "attendee": _attendee(),
    }


def _of_job() -> Schema:
    return {
        "status": _text("How it ended.", enum=[status.value for status in Status if status.is_final]),
        "date_time": _maybe("The start that was asked for, UTC.", format="date-time"),
        "reason": _maybe("Why, where it did not succeed.", enum=[*RESULTS, None]),
        "attempts": {"type": "integer", "description": "How often it was tried."},
        "created_at": _text("When it was accepted, UTC.", format="date-time"),
        "finished_at": _text("When it ended, UTC.", format="date-time"),
    }


def _of_endpoint(name: EventName) -> Schema:
    known = {"endpoint_id": _text("The endpoint.")}
    if name is EventName.ENDPOINT_VERIFICATION:
        return known | {"challenge": _text("To be sent back.")}
    if name is EventName.ENDPOINT_TEST:
        return known
    return known | {
        "url": _text("Where it is."),
        "reason": _text("Why: it answered 410, or took nothing for three days.", enum=[*map(str, DisabledReason)]),
        "failures": {"type": "integer", "description": "Tries that failed in a row."},
        "failing_since": _text("When the first of them was, UTC.", format="date-time"),
        "disabled_at": _text("When it was disabled, UTC.", format="date-time"),
    }


def _attendee() -> Schema:
    person = _object(
        {
            "name": _text("Whom it is for."),
            "email": _maybe("Their e-mail address."),
            "phone": _maybe("Their phone number, E.164."),
            "time_zone": _text("The zone they think in."),
        }
    )
    return person | {"type": ["object", "null"], "description": "null where unknown, or erased since."}


def _object(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _text(description: str, **more: Any) -> Schema:
    return {"type": "string", "description": description, **more}


def _maybe(description: str, **more: Any) -> Schema:
    return {"type": ["string", "null"], "description": description, **more}

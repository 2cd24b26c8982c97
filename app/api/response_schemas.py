"""The bodies of answers, for the OpenAPI document; `answers.render` and `jobs` write them."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from app.api.answers import RESULTS
from app.domain.jobs import Status

STATUSES = [status.value for status in Status]
CODES = sorted({row.code for row in RESULTS.values() if row.code} | {"UNAUTHORIZED"})


def text(description: str, **options: Any) -> fields.String:
    return fields.String(required=True, metadata={"description": description}, **options)


def flag(description: str) -> fields.Boolean:
    return fields.Boolean(required=True, metadata={"description": description})


def part(schema: type[Schema]) -> fields.Nested:
    return fields.Nested(schema, required=True)


class Open(Schema):
    """An answer may get more keys one day: a client ignores those it does not know."""

    class Meta:
        unknown = EXCLUDE


class DaySchema(Open):
    date = fields.Date(required=True, metadata={"description": "YYYY-MM-DD in the zone of the answer."})
    date_label = text("The day as it is spoken, such as Today, Tomorrow or Friday.")
    slots = fields.List(fields.String(), required=True, metadata={"description": "Free times, such as 9:00 AM."})


def days() -> fields.List[Any]:
    return fields.List(fields.Nested(DaySchema), required=True, metadata={"description": "Free times by date."})


class ListedAppointmentSchema(Open):
    appointment_id = text("Its id, for reschedule and cancel.")
    date_time = text("Its start in UTC.")
    date_label = text("Its day as it is spoken.")
    time = text("Its time, such as 9:00 AM.")
    status = text("accepted, or pending until the host confirms.")


class AppointmentSchema(Open):
    success = flag("True once Cal.com has it, or the times were found.")
    message = text("What happened, in a few words.")
    summary = text("Short label, such as Appointment confirmed.")
    action = text("The action that was performed.")
    appointment_id = text("The appointment, for good: it stays the same when it is moved.")
    date_time = text("Start of the booked appointment, ISO 8601 in UTC; empty if none was booked.")
    agent_name = text("Name of the agent that handles the appointment.")
    action_required = text("What to do next, empty if nothing.")
    available_slots = days()
    appointments = fields.List(
        fields.Nested(ListedAppointmentSchema), metadata={"description": "Answer to list: what lies ahead."}
    )


class ManageAppointmentResponseSchema(Open):
    success = flag("Whether the request succeeded.")
    message = text("One or two sentences to say to the caller as they are.")
    data = part(AppointmentSchema)


class UnconfirmedSchema(AppointmentSchema):
    job_id = text("The job that goes on.")
    status = text("Where the job stands.", validate=validate.OneOf(STATUSES))
    status_url = text("Where to ask for the outcome.")


class StillConfirmingResponseSchema(Open):
    success = flag("False: nothing is confirmed yet.")
    message = text("One or two sentences to say to the caller as they are.")
    data = part(UnconfirmedSchema)


class AlternativesSchema(Open):
    summary = text("Short label.")
    action = text("The action that was refused.")
    action_required = text("reschedule: pick another time.")
    agent_name = text("Name of the agent that handles the appointment.")
    available_slots = days()


class UnavailableSchema(Open):
    code = text("Machine code.", validate=validate.Equal("SLOT_UNAVAILABLE"))
    message = text("What happened, in a few words.")
    details = part(AlternativesSchema)


class SlotUnavailableResponseSchema(Open):
    success = flag("False.")
    message = text("One or two sentences to say to the caller as they are.")
    error = part(UnavailableSchema)


class ErrorSchema(Open):
    code = text("Machine code; stays the same when texts change.", validate=validate.OneOf(CODES))
    message = text("What happened, in a few words.")
    details = fields.Raw(
        required=True,
        metadata={"type": ["object", "string"], "description": "With INVALID_REQUEST: field to reason."},
    )


class ErrorResponseSchema(Open):
    success = flag("False.")
    message = text("One or two sentences to say to the caller as they are.")
    error = part(ErrorSchema)


class AttemptSchema(Open):
    number = fields.Integer(required=True)
    started_at = text("ISO 8601 in UTC.")
    finished_at = text("ISO 8601 in UTC, null while it runs.", allow_none=True)
    outcome = text("What it came to, empty while it runs.")
    code = text("What Cal.com called it, if anything.")


class JobSchema(Open):
    job_id = text("The job.")
    status = text("Where the job stands.", validate=validate.OneOf(STATUSES))
    action = text("What was asked for.")
    attempts = fields.List(fields.Nested(AttemptSchema), required=True)
    next_attempt_at = text("ISO 8601 in UTC, null unless one is due.", allow_none=True)
    created_at = text("ISO 8601 in UTC.")
    finished_at = text("ISO 8601 in UTC, null until then.", allow_none=True)
    status_url = text("This address.")
    final = flag("True once the outcome is known for good.")
    answer = fields.Dict(
        required=True, allow_none=True, metadata={"description": "The body the manage call would have had."}
    )
    answer_status = fields.Integer(
        required=True, allow_none=True, metadata={"description": "The status it would have had."}
    )


class JobResponseSchema(Open):
    success = flag("True only once the job has succeeded.")
    message = text("One or two sentences to say to the caller as they are.")
    data = part(JobSchema)


class AliveSchema(Open):
    status = text("alive")


class ReadinessSchema(Open):
    status = text("ready, degraded (answers come later) or unavailable.")
    database = flag("Whether the database answers.")
    redis = flag("Whether Redis answers.")
    oldest_due_seconds = fields.Float(
        required=True, allow_none=True, metadata={"description": "How long the longest waiting job has waited."}
    )

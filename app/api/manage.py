"""POST /api/v1/calcom/appointments/manage: the one endpoint a voice agent needs."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from time import perf_counter

from flask import Response, g, request

from app.api.endpoints import Endpoints, header
from app.api.gate import Gate
from app.api.guards import Guard
from app.api.json_body import document_of
from app.api.preferences import MAX_KEY, read_idempotency_key, read_preference
from app.api.replies import Replies
from app.api.request_schema import EXAMPLE, ManageAppointmentRequestSchema
from app.api.response_schemas import (
    ErrorResponseSchema,
    ManageAppointmentResponseSchema,
    SlotUnavailableResponseSchema,
    StillConfirmingResponseSchema,
)
from app.api.use_cases import UseCases
from app.domain.answers import LONGEST_WAIT, SHORTEST_WAIT
from app.domain.appointments import Action
from app.domain.caller_secrets import Proof
from app.domain.errors import RefusedError
from app.services.manage_appointment import ManageRequest
from app.web.turns import stand_aside

BLUEPRINT = "AppointmentService"

READS = [action.value for action in Action if not action.is_write]

GIVES = {
    200: ManageAppointmentResponseSchema,
    202: StillConfirmingResponseSchema,
    422: SlotUnavailableResponseSchema,
    **dict.fromkeys((400, 403, 404, 409, 413, 415, 429, 500, 502, 503), ErrorResponseSchema),
}

HEADERS = [
    header("Idempotency-Key", "The same key, the same job, for 24 hours.", maxLength=MAX_KEY),
    header("Prefer", f"wait=N waits N seconds ({SHORTEST_WAIT:g} to {LONGEST_WAIT:g}); respond-async does not wait."),
    header("X-Always-200", "true: every answer has status 200; the body stays what it is.", enum=["true", "false"]),
    header("X-Caller-Secret", "A shared caller secret: it, or a signature, makes a verified caller."),
    header("X-Caller-Timestamp", "When the request was signed, in seconds since 1970; at most 5 minutes off."),
    header("X-Caller-Signature", "v1= and HMAC-SHA256 in hex of timestamp.body (timestamp.Idempotency-Key.body)."),
    header("X-Request-Id", "Comes back in the answer and stands in our logs."),
]


def manage_endpoints(use_cases: UseCases, replies: Replies, gate: Gate) -> Endpoints:
    """The blueprint of the manage endpoint."""
    endpoints = Endpoints(BLUEPRINT, url_prefix="/api/v1/calcom/appointments")

    @endpoints.operation(
        "/manage",
        method="POST",
        operation_id="ManageCalcomAppointment",
        guard=Guard.OPEN,
        summary="Manage Cal.com Appointment",
        description="Book, reschedule, cancel, suggest, availability and list, answered with a sentence to speak.",
        takes=ManageAppointmentRequestSchema,
        example=EXAMPLE,
        gives=GIVES,
        parameters=HEADERS,
    )
    def manage(wanted: ManageRequest) -> Response:
        g.action = wanted.action
        gate.admit_to(wanted.org_id)
        preference = read_preference(request.headers.get("Prefer"), may_defer=wanted.action.is_write)
        key = read_idempotency_key(request.headers.get("Idempotency-Key"))
        given = replace(
            wanted,
            wait=preference.wait,
            spent=perf_counter() - g.began,
            idempotency_key=key or wanted.idempotency_key,
            proof=_proof(key),
        )
        with stand_aside():
            answer = use_cases.manage_appointment(given)
        replies.manners.remember(wanted, answer)
        response = replies.send(answer)
        if preference.applied:
            response.headers["Preference-Applied"] = preference.applied
        return response

    return endpoints


def only_reads() -> bool:
    """Whether the request changes nothing, as far as its body tells before it is checked."""
    with suppress(RefusedError):
        return document_of(request).get("action") in READS
    return False


def _proof(idempotency_key: str) -> Proof:
    headers = request.headers
    return Proof(
        secret=headers.get("X-Caller-Secret", ""),
        timestamp=headers.get("X-Caller-Timestamp", ""),
        signature=headers.get("X-Caller-Signature", ""),
        idempotency_key=idempotency_key,
        body=g.body,
    )

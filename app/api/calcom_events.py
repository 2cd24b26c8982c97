"""POST /api/v1/calcom/webhooks/{account_id}: where Cal.com tells what became of bookings."""

from __future__ import annotations

from flask import Response, g, request

from app.api.endpoints import Endpoints
from app.api.guards import Guard
from app.api.json_body import read_body
from app.api.response_schemas import ErrorResponseSchema
from app.api.use_cases import UseCases
from app.services.connect_hook import HOOKS_PATH

MAX_EVENT = 256 * 1024
"""Bytes; Cal.com sends some 2 to 5 KiB, more where many people attend."""

SIGNATURE = "X-Cal-Signature-256"

GIVES = {204: None, **dict.fromkeys((400, 403, 413, 500, 503), ErrorResponseSchema)}

EXAMPLE = {"triggerEvent": "BOOKING_CANCELLED", "createdAt": "2026-11-22T08:00:00.000Z", "payload": {"uid": "abc"}}
BODY = {
    "required": True,
    "description": "Cal.com's own form; what is not one of its events about bookings is taken and ignored.",
    "content": {"application/json": {"schema": {"type": "object"}, "example": EXAMPLE}},
}


def calcom_event_endpoints(use_cases: UseCases) -> Endpoints:
    """The blueprint of the hook."""
    endpoints = Endpoints("CalcomEventService", url_prefix=HOOKS_PATH.rstrip("/"))

    @endpoints.operation(
        "/<string:account_id>",
        method="POST",
        operation_id="ReceiveCalcomEvent",
        guard=Guard.SIGNATURE,
        summary="Take an event from Cal.com",
        description="For Cal.com alone, which `ringbook account connect` tells of this address and of its secret.",
        gives=GIVES,
        requestBody=BODY,
    )
    def receive(account_id: str) -> Response:
        raw = read_body(request, at_most=MAX_EVENT)
        use_cases.receive_notice(account_id, raw, request.headers.get(SIGNATURE, ""))
        g.result = "received"
        return Response(status=204)

    return endpoints

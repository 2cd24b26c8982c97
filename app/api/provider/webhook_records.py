"""How webhook endpoints and deliveries are shown to a provider: the documents, and their schemas."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from app.api.provider.replies import moment
from app.api.response_schemas import Open, text
from app.domain.events import EventName
from app.domain.webhooks import Delivery, DeliveryAttempt, DeliveryStatus, DisabledReason, Endpoint, EndpointStatus

NAMES = [name.value for name in EventName]


def whole(description: str, *, maybe: bool = False) -> fields.Integer:
    return fields.Integer(required=True, allow_none=maybe, metadata={"description": description})


def time(description: str, *, maybe: bool = True) -> fields.String:
    return text(f"{description}, ISO 8601 in UTC{'; null if not' if maybe else ''}.", allow_none=maybe)


def one_of(description: str, words: list[str], *, maybe: bool = False) -> fields.String:
    return text(description, validate=validate.OneOf(words), allow_none=maybe)


class EndpointRecord(Open):
    id = text("The endpoint; webhook_endpoints of the manage request.")
    org_id = text("The organization it belongs to.")
    url = text("Where events are sent.")
    description = text("What it is.")
    events = fields.List(fields.String(), required=True, metadata={"description": "What it is told; empty: all."})
    agents = fields.List(fields.String(), required=True, metadata={"description": "Of which agents; empty: all."})
    status = one_of("Whether events go there.", [status.value for status in EndpointStatus])
    disabled_reason = one_of("Why it gets nothing.", [reason.value for reason in DisabledReason], maybe=True)
    disabled_at = time("When it was disabled")
    failures = whole("Tries that failed since the last success.")
    failing_since = time("When the first of them was")
    last_success_at = time("When it last took something")
    paused_until = time("Until when it is left alone, as it failed or asked for it")
    created_at = time("When it was registered", maybe=False)


class SecretEndpointRecord(EndpointRecord):
    secret = text("For verifying signatures, whsec_... It is not shown again.")


class DeliveryRecord(Open):
    id = text("The delivery.")
    event_id = text("The event: webhook-id of every try.")
    event = one_of("What happened.", NAMES)
    endpoint_id = text("The endpoint it goes to.")
    org_id = text("The organization it belongs to.")
    status = one_of("Where it stands.", [status.value for status in DeliveryStatus])
    attempts = whole("How often it was tried since it was last (re)started.")
    created_at = time("When the event was put on its way", maybe=False)
    next_attempt_at = time("When it is tried next")
    finished_at = time("When it ended")


class DeliveryAttemptRecord(Open):
    number = whole("Which try.")
    started_at = time("When it began", maybe=False)
    finished_at = time("When it ended")
    duration_ms = whole("How long it took.", maybe=True)
    http_status = whole("What the endpoint answered; null if nothing.", maybe=True)
    code = text("Why it did not count; empty where it did, or while it runs.")
    response = text("The first 4 KB of the answer.")


class DeliveryHistoryRecord(DeliveryRecord):
    data = fields.Dict(required=True, metadata={"description": "What the event says."})
    attempts_made = fields.List(fields.Nested(DeliveryAttemptRecord), required=True)


def endpoint_document(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "org_id": endpoint.org_id,
        "url": endpoint.url,
        "description": endpoint.description,
        "events": [name.value for name in endpoint.events],
        "agents": list(endpoint.agent_ids),
        "status": endpoint.status.value,
        "disabled_reason": endpoint.disabled_reason or None,
        "disabled_at": moment(endpoint.disabled_at),
        "failures": endpoint.failures,
        "failing_since": moment(endpoint.failing_since),
        "last_success_at": moment(endpoint.last_success_at),
        "paused_until": moment(endpoint.paused_until),
        "created_at": moment(endpoint.created_at),
    }


def delivery_document(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "event_id": delivery.event_id,
        "event": delivery.event_name.value,
        "endpoint_id": delivery.endpoint_id,
        "org_id": delivery.org_id,
        "status": delivery.status.value,
        "attempts": delivery.attempts,
        "created_at": moment(delivery.created_at),
        "next_attempt_at": None if delivery.status.is_final else moment(delivery.next_attempt_at),
        "finished_at": moment(delivery.finished_at),
    }


def attempt_document(attempt: DeliveryAttempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "started_at": moment(attempt.started_at),
        "finished_at": moment(attempt.finished_at),
        "duration_ms": attempt.duration_ms,
        "http_status": attempt.http_status,
        "code": attempt.code,
        "response": attempt.response,
    }

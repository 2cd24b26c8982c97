"""Endpoints and deliveries as the desk shows them."""

from __future__ import annotations

from typing import Any

from app.domain.api_keys import Scope
from app.domain.webhooks import Delivery, DeliveryAttempt, DeliveryStatus, Endpoint, EndpointStatus
from app.services.read_endpoint_health import EndpointHealth

ALL = Scope(org_id=None)
"""Operators see every organization."""

STATES = {"waiting": "Waiting", "failed": "Given up", "succeeded": "Taken"}

DISABLED = {
    "by_owner": "Its owner, or an operator, switched it off.",
    "gone": "It answered that it is gone for good (410).",
    "failing": "It took nothing for three days.",
}


def endpoint_row(health: EndpointHealth) -> dict[str, Any]:
    endpoint, organization = health.endpoint, health.organization
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "description": endpoint.description,
        "organization": organization.name if organization else endpoint.org_id,
        "org_id": endpoint.org_id,
        "created_at": endpoint.created_at,
        "events": [name.value for name in endpoint.events],
        "agent_ids": endpoint.agent_ids,
        "status": endpoint.status.value,
        "tone": _tone(endpoint),
        "why_disabled": DISABLED.get(endpoint.disabled_reason, ""),
        "disabled_at": endpoint.disabled_at,
        "failures": endpoint.failures,
        "failing_since": endpoint.failing_since,
        "last_success_at": endpoint.last_success_at,
        "paused_until": endpoint.paused_until if endpoint.status is EndpointStatus.ENABLED else None,
        "waiting": health.waiting,
    }


def _tone(endpoint: Endpoint) -> str:
    if endpoint.status is EndpointStatus.DISABLED:
        return "bad"
    return "good" if endpoint.status is EndpointStatus.ENABLED and not endpoint.failures else "warn"


def delivery_row(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "event": delivery.event_name.value,
        "event_id": delivery.event_id,
        "endpoint_id": delivery.endpoint_id,
        "status": delivery.status.value,
        "tone": {DeliveryStatus.SUCCEEDED: "good", DeliveryStatus.FAILED: "bad"}.get(delivery.status, "warn"),
        "attempts": delivery.attempts,
        "created_at": delivery.created_at,
        "finished_at": delivery.finished_at,
        "next_attempt_at": None if delivery.status.is_final else delivery.next_attempt_at,
        "is_under_way": delivery.status is DeliveryStatus.RUNNING,
    }


def attempt_row(attempt: DeliveryAttempt, number: int, *, sees_people: bool) -> dict[str, Any]:
    """What an endpoint answers may repeat what it was told: it is shown to those who may see people.

    `number` counts all tries; the attempt's own begins again with each replay.
    """
    return {
        "number": number,
        "started_at": attempt.started_at,
        "finished_at": attempt.finished_at,
        "seconds": None if attempt.duration_ms is None else attempt.duration_ms / 1000,
        "http_status": attempt.http_status,
        "code": attempt.code,
        "has_response": bool(attempt.response),
        "response": attempt.response if sees_people else "",
    }

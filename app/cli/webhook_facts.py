"""Endpoints and deliveries as the command line shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.cli.output import moment, print_facts, print_json, print_table
from app.domain.api_keys import Scope
from app.domain.webhooks import Delivery, DeliveryAttempt, Endpoint

ALL = Scope(org_id=None)
"""Whoever may type commands may see every organization."""

ENDPOINT_COLUMNS = ("id", "org_id", "status", "failures", "url")
DELIVERY_COLUMNS = ("id", "event_id", "event", "endpoint_id", "status", "attempts", "created_at")
ATTEMPT_COLUMNS = ("number", "started_at", "duration_ms", "http_status", "code", "response")


def endpoint_document(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "org_id": endpoint.org_id,
        "url": endpoint.url,
        "description": endpoint.description,
        "events": [name.value for name in endpoint.events],
        "agents": list(endpoint.agent_ids),
        "status": endpoint.status.value,
        "disabled_reason": endpoint.disabled_reason,
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


def print_document(document: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        print_facts(document)


def print_documents(documents: Sequence[dict[str, Any]], columns: Sequence[str], as_json: bool, *, empty: str) -> None:
    """`empty` is the sentence printed where there are none."""
    if as_json:
        print_json(documents)
        return
    print_table(columns, [[document[column] for column in columns] for document in documents], empty=empty)

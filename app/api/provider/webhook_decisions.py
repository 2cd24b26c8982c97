"""What the owner of a webhook endpoint may do with it: verify, test, rotate, disable, enable, recover."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response

from app.api.endpoints import Endpoints
from app.api.fields import Instant, Text
from app.api.guards import Guard, current_actor, current_scope
from app.api.provider.agent_schemas import switch
from app.api.provider.pages import Strict
from app.api.provider.replies import READS, WRITES, answer_schema, done
from app.api.provider.webhook_endpoints import ENDPOINT, OneSchema, SecretSchema, secret_document
from app.api.provider.webhook_records import DeliveryRecord, delivery_document, endpoint_document, whole

if TYPE_CHECKING:
    from app.container.providers import ProviderCases

DECISIONS = {**READS, 409: WRITES[409]}
"""What may become of a decision that comes without a body."""

RecoveredSchema = answer_schema("RecoveredDeliveries", {"recovered": whole("How many deliveries are on their way.")})
TestSchema = answer_schema("TestDelivery", DeliveryRecord)


class VerifySchema(Strict):
    challenge = Text(
        longest=100, load_default="", metadata={"description": "What it got; without it a new challenge is sent."}
    )


class RecoverSchema(Strict):
    since = Instant(required=True, metadata={"description": "Events from then on, ISO 8601 with an offset."})
    delivered = switch("Also what it took.", default=False)


def add_webhook_decisions(endpoints: Endpoints, cases: ProviderCases) -> None:
    """Their routes."""
    _trust(endpoints, cases)
    _switch(endpoints, cases)
    _recover(endpoints, cases)


def _trust(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        f"{ENDPOINT}/verify",
        method="POST",
        operation_id="VerifyWebhookEndpoint",
        guard=Guard.API_KEY,
        summary="Send a new challenge, or hand back the one that came",
        takes=VerifySchema,
        example={},
        gives={200: OneSchema, **WRITES},
    )
    def verify(wanted: dict[str, Any], endpoint_id: str) -> Response:
        challenge = cases.operators.webhooks.challenge_endpoint
        endpoint = challenge(endpoint_id, current_scope(), actor=current_actor(), answer=wanted["challenge"])
        return done("Verified" if wanted["challenge"] else "Challenge sent", endpoint_document(endpoint))

    @endpoints.operation(
        f"{ENDPOINT}/rotate-secret",
        method="POST",
        operation_id="RotateWebhookSecret",
        guard=Guard.API_KEY,
        summary="Make a new secret; for 24 hours deliveries are signed with the old one as well",
        gives={200: SecretSchema, **READS},
    )
    def rotate(endpoint_id: str) -> Response:
        new = cases.operators.webhooks.rotate_endpoint_secret(endpoint_id, current_scope(), actor=current_actor())
        return done("Secret rotated", secret_document(new))

    @endpoints.operation(
        f"{ENDPOINT}/test",
        method="POST",
        operation_id="TestWebhookEndpoint",
        guard=Guard.API_KEY,
        summary="Send the event endpoint.test there",
        gives={200: TestSchema, **READS},
    )
    def test(endpoint_id: str) -> Response:
        delivery = cases.operators.webhooks.send_test_event(endpoint_id, current_scope(), actor=current_actor())
        return done("Test event on its way", delivery_document(delivery))


def _switch(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        f"{ENDPOINT}/enable",
        method="POST",
        operation_id="EnableWebhookEndpoint",
        guard=Guard.API_KEY,
        summary="Send a disabled endpoint what waits for it and all that happens from now on",
        gives={200: OneSchema, **DECISIONS},
    )
    def enable(endpoint_id: str) -> Response:
        enabled = cases.operators.webhooks.enable_endpoint(endpoint_id, current_scope(), actor=current_actor())
        return done("Webhook endpoint enabled", endpoint_document(enabled))

    @endpoints.operation(
        f"{ENDPOINT}/disable",
        method="POST",
        operation_id="DisableWebhookEndpoint",
        guard=Guard.API_KEY,
        summary="Send it nothing until it is enabled again",
        gives={200: OneSchema, **DECISIONS},
    )
    def disable(endpoint_id: str) -> Response:
        disabled = cases.operators.webhooks.disable_endpoint(endpoint_id, current_scope(), actor=current_actor())
        return done("Webhook endpoint disabled", endpoint_document(disabled))


def _recover(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        f"{ENDPOINT}/recover",
        method="POST",
        operation_id="RecoverWebhookDeliveries",
        guard=Guard.API_KEY,
        summary="Send all that it missed since a time",
        description="What was given up, and what happened while it was disabled or not there yet.",
        takes=RecoverSchema,
        example={"since": "2026-11-22T08:00:00Z"},
        gives={200: RecoveredSchema, **WRITES},
    )
    def recover(wanted: dict[str, Any], endpoint_id: str) -> Response:
        recovered = cases.operators.webhooks.recover_deliveries(
            endpoint_id, wanted["since"], current_scope(), actor=current_actor(), delivered=wanted["delivered"]
        )
        return done("Deliveries on their way", {"recovered": recovered})

"""/api/v1/webhooks/deliveries: what became of each event that was sent, and sending it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response
from marshmallow import fields, validate

from app.api.endpoints import Endpoints
from app.api.fields import Identifier
from app.api.guards import Guard, current_actor, current_scope
from app.api.provider.pages import made_at, page_document, page_fields, page_query
from app.api.provider.replies import READS, WRITES, answer_schema, done
from app.api.provider.scopes import organizations_meant
from app.api.provider.webhook_records import (
    NAMES,
    DeliveryHistoryRecord,
    DeliveryRecord,
    attempt_document,
    delivery_document,
)
from app.domain.events import EventName
from app.domain.webhook_stores import DeliveryFilter
from app.domain.webhooks import DeliveryStatus

if TYPE_CHECKING:
    from app.container.providers import ProviderCases

DELIVERIES = "/deliveries"
DELIVERY = "/deliveries/<string:delivery_id>"
STATUSES = [status.value for status in DeliveryStatus]
ListSchema = answer_schema("WebhookDeliveries", page_fields("deliveries", DeliveryRecord))
OneSchema = answer_schema("WebhookDelivery", DeliveryHistoryRecord)
AgainSchema = answer_schema(
    "ReplayedDeliveries", {"deliveries": fields.List(fields.Nested(DeliveryRecord), required=True)}
)


def _word(words: list[str], description: str) -> fields.String:
    known = validate.OneOf(words, error=f"must be one of {', '.join(words)}")
    return fields.String(load_default=None, validate=known, metadata={"description": description})


FILTERS: dict[str, fields.Field[Any]] = {
    "org_id": Identifier(load_default=None, metadata={"description": "Only those of this organization."}),
    "endpoint_id": fields.String(load_default=None, metadata={"description": "Only those to this endpoint."}),
    "event_id": fields.String(load_default=None, metadata={"description": "Only those of this event."}),
    "event": _word(NAMES, "Only those of this kind."),
    "status": _word(STATUSES, "Only those in this state."),
}


def add_webhook_deliveries(endpoints: Endpoints, cases: ProviderCases) -> None:
    """Their routes."""
    _collection(endpoints, cases)
    _item(endpoints, cases)


def _collection(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        DELIVERIES,
        operation_id="ListWebhookDeliveries",
        guard=Guard.API_KEY,
        summary="List deliveries, newest first",
        takes=page_query("deliveries", **FILTERS),
        takes_from="query",
        gives={200: ListSchema, **READS},
    )
    def list_all(query: dict[str, Any]) -> Response:
        found = cases.operators.webhooks.list_deliveries(_filter(query), current_scope())
        page = page_document("deliveries", query["limit"], found, delivery_document, made_at)
        return done("Deliveries retrieved", page)


def _item(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        DELIVERY,
        operation_id="GetWebhookDelivery",
        guard=Guard.API_KEY,
        summary="Show a delivery with what it says and every try",
        gives={200: OneSchema, **READS},
    )
    def show(delivery_id: str) -> Response:
        shown = cases.operators.webhooks.show_delivery(delivery_id, current_scope())
        tries = [attempt_document(attempt) for attempt in shown.delivery.history]
        more = {"data": dict(shown.event.data), "attempts_made": tries}
        return done("Delivery retrieved", delivery_document(shown.delivery) | more)

    @endpoints.operation(
        f"{DELIVERY}/replay",
        method="POST",
        operation_id="ReplayWebhookDelivery",
        guard=Guard.API_KEY,
        summary="Send it once more, under the same webhook-id",
        description="The id of an event does as well: then of all its deliveries.",
        gives={200: AgainSchema, **READS, 409: WRITES[409]},
    )
    def replay(delivery_id: str) -> Response:
        again = cases.operators.webhooks.replay_delivery(delivery_id, current_scope(), actor=current_actor())
        return done("On their way again", {"deliveries": [delivery_document(each) for each in again]})


def _filter(query: dict[str, Any]) -> DeliveryFilter:
    return DeliveryFilter(
        org_id=organizations_meant(query["org_id"]),
        endpoint_id=query["endpoint_id"],
        event_id=query["event_id"],
        event_name=EventName(query["event"]) if query["event"] else None,
        status=DeliveryStatus(query["status"]) if query["status"] else None,
        limit=query["limit"] + 1,
        after=query["cursor"],
    )

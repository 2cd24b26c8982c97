"""/api/v1/webhooks/endpoints: where an organization's events are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response
from marshmallow import fields, validate

from app.api.endpoints import Endpoints
from app.api.fields import Identifier, Text
from app.api.guards import Guard, current_actor, current_scope
from app.api.provider.pages import Strict, made_at, page_document, page_fields, page_query, span_of
from app.api.provider.replies import CREATED, READS, WRITES, NothingMoreSchema, answer_schema, done
from app.api.provider.scopes import organization_meant, organizations_meant
from app.api.provider.webhook_records import EndpointRecord, SecretEndpointRecord, endpoint_document
from app.domain.events import SUBSCRIBABLE
from app.services.add_endpoint import NewEndpoint
from app.services.change_endpoint import EndpointChange
from app.services.endpoint_settings import DESCRIPTION_LIMIT, MOST_AGENTS

if TYPE_CHECKING:
    from app.container.providers import ProviderCases

ENDPOINTS = "/endpoints"
ENDPOINT = "/endpoints/<string:endpoint_id>"
NAMES = [name.value for name in SUBSCRIBABLE]
ABOUT = (
    "It must be public and begin with https://. A challenge is sent there at once, as the event endpoint.verification; "
    "the endpoint is enabled once its answer, 2xx, holds the challenge, or once that is handed back by hand."
)
EXAMPLE = {"url": "https://crm.example.com/ringbook", "events": ["appointment.booked", "appointment.cancelled"]}
ListSchema = answer_schema("WebhookEndpoints", page_fields("endpoints", EndpointRecord))
OneSchema = answer_schema("WebhookEndpoint", EndpointRecord)
SecretSchema = answer_schema("WebhookEndpointSecret", SecretEndpointRecord)


def _events(default: Any) -> fields.List[str]:
    known = validate.OneOf(NAMES, error="has an unknown event")
    return fields.List(
        fields.String(validate=known),
        load_default=default,
        validate=validate.Length(max=len(NAMES), error="has too many events"),
        metadata={"description": "What it is told; none: everything."},
    )


def _agents(default: Any) -> fields.List[str]:
    return fields.List(
        Identifier(metadata={"format": "uuid"}),
        load_default=default,
        validate=validate.Length(max=MOST_AGENTS, error="has too many agents"),
        metadata={"description": "Of which agents; none: of all."},
    )


class NewEndpointSchema(Strict):
    org_id = Identifier(load_default=None, metadata={"format": "uuid", "description": "If the key is an admin's."})
    url = Text(longest=2048, required=True, metadata={"description": ABOUT})
    description = Text(longest=DESCRIPTION_LIMIT, load_default="", metadata={"description": "What it is."})
    events = _events(list)
    agents = _agents(list)


class EndpointChangeSchema(Strict):
    url = Text(longest=2048, load_default=None, metadata={"description": f"Another address. {ABOUT}"})
    description = Text(longest=DESCRIPTION_LIMIT, load_default=None, metadata={"description": "Another description."})
    events = _events(None)
    agents = _agents(None)


FILTERS: dict[str, fields.Field[Any]] = {
    "org_id": Identifier(load_default=None, metadata={"description": "Only those of this organization."})
}


def add_webhook_endpoints(endpoints: Endpoints, cases: ProviderCases) -> None:
    """Their routes. The secret of an endpoint is told when it is made, and never again."""
    _collection(endpoints, cases)
    _item(endpoints, cases)


def secret_document(new: NewEndpoint) -> dict[str, Any]:
    return endpoint_document(new.endpoint) | {"secret": new.secret}


def _collection(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        ENDPOINTS,
        operation_id="ListWebhookEndpoints",
        guard=Guard.API_KEY,
        summary="List webhook endpoints, oldest first",
        takes=page_query("endpoints", **FILTERS),
        takes_from="query",
        gives={200: ListSchema, **READS},
    )
    def list_all(query: dict[str, Any]) -> Response:
        org_id = organizations_meant(query["org_id"])
        found = cases.operators.webhooks.list_endpoints(current_scope(), org_id, span_of(query))
        page = page_document("endpoints", query["limit"], found, endpoint_document, made_at)
        return done("Webhook endpoints retrieved", page)

    @endpoints.operation(
        ENDPOINTS,
        method="POST",
        operation_id="AddWebhookEndpoint",
        guard=Guard.API_KEY,
        summary="Register a webhook endpoint",
        description=ABOUT,
        takes=NewEndpointSchema,
        example=EXAMPLE,
        gives={CREATED: SecretSchema, **WRITES},
    )
    def add(wanted: dict[str, Any]) -> Response:
        wanted["org_id"] = organization_meant(wanted["org_id"])
        new = cases.operators.webhooks.add_endpoint(**wanted, scope=current_scope(), actor=current_actor())
        return done("Webhook endpoint registered", secret_document(new), CREATED)


def _item(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        ENDPOINT,
        operation_id="GetWebhookEndpoint",
        guard=Guard.API_KEY,
        summary="Show a webhook endpoint and how it fares",
        gives={200: OneSchema, **READS},
    )
    def show(endpoint_id: str) -> Response:
        endpoint = cases.operators.webhooks.show_endpoint(endpoint_id, current_scope())
        return done("Webhook endpoint retrieved", endpoint_document(endpoint))

    @endpoints.operation(
        ENDPOINT,
        method="PATCH",
        operation_id="ChangeWebhookEndpoint",
        guard=Guard.API_KEY,
        summary="Change a webhook endpoint",
        description="At another address it has to answer a challenge before it gets anything else.",
        takes=EndpointChangeSchema,
        example={"events": ["appointment.booked"]},
        gives={200: OneSchema, **WRITES},
    )
    def change(wanted: dict[str, Any], endpoint_id: str) -> Response:
        change = cases.operators.webhooks.change_endpoint
        changed = change(endpoint_id, EndpointChange(**wanted), current_scope(), actor=current_actor())
        return done("Webhook endpoint changed", endpoint_document(changed))

    @endpoints.operation(
        ENDPOINT,
        method="DELETE",
        operation_id="DeleteWebhookEndpoint",
        guard=Guard.API_KEY,
        summary="Forget a webhook endpoint and its deliveries",
        gives={200: NothingMoreSchema, **READS},
    )
    def delete(endpoint_id: str) -> Response:
        cases.operators.webhooks.remove_endpoint(endpoint_id, current_scope(), actor=current_actor())
        return done("Webhook endpoint deleted")

"""GET /api/v1/calcom/event-types and /event-types/lookup/{platform_id}: what an agent could be given to book.

Both look through all accounts an organization shares (edition C says so of the lookup). `title` is as Cal.com has it:
C's suffix with the account's name would be spoken; `account_name` has it instead. `id` is a text (edition B), and
`event_type_id` the same as a number, as an agent takes it. `is_active`: not hidden on the public page; a hidden one can
be booked all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response
from marshmallow import fields

from app.api.endpoints import Endpoints
from app.api.guards import Guard
from app.api.provider.appointments import OrganizationQuerySchema
from app.api.provider.records import number
from app.api.provider.replies import ASKS_CALCOM, READS, answer_schema, done
from app.api.provider.scopes import organization_meant
from app.api.response_schemas import Open, flag, text
from app.services.find_event_types import OfferedEventType

if TYPE_CHECKING:
    from app.container.providers import ProviderCases


class EventTypeRecord(Open):
    id = text("Its number at Cal.com, as a text.")
    event_type_id = number("The same as a number.")
    slug = text("Its name in Cal.com's addresses.")
    title = text("What it is called.")
    description = text("What Cal.com's page says of it.")
    duration_minutes = number("How long it takes.")
    price = number("What it costs, in the smallest unit of its currency.")
    currency = text("The code of its currency, in lower case.")
    is_active = flag("Whether it shows on its owner's public page.")
    calcom_account_id = text("The account that has it.")
    account_name = text("What that account is called here.")


ListSchema = answer_schema(
    "EventTypes",
    {"event_types": fields.List(fields.Nested(EventTypeRecord), required=True), "count": number("How many.")},
)
OneSchema = answer_schema("EventTypeAnswer", EventTypeRecord)


def add_event_types(endpoints: Endpoints, cases: ProviderCases) -> None:
    """Types of teams are not listed by Cal.com; an agent can be given their number all the same."""

    @endpoints.operation(
        "/event-types",
        operation_id="ListEventTypes",
        guard=Guard.API_KEY,
        summary="List event types",
        takes=OrganizationQuerySchema,
        takes_from="query",
        gives={200: ListSchema, **READS, **ASKS_CALCOM},
    )
    def list_all(query: dict[str, Any]) -> Response:
        found = cases.find_event_types(organization_meant(query["org_id"]))
        return done("Event types retrieved", {"event_types": [_document(one) for one in found], "count": len(found)})

    @endpoints.operation(
        "/event-types/lookup/<string:platform_id>",
        operation_id="LookupEventType",
        guard=Guard.API_KEY,
        summary="Look an event type up",
        description="By its number or by its slug.",
        takes=OrganizationQuerySchema,
        takes_from="query",
        gives={200: OneSchema, **READS, **ASKS_CALCOM},
    )
    def look_up(query: dict[str, Any], platform_id: str) -> Response:
        found = cases.find_event_types.one(organization_meant(query["org_id"]), platform_id)
        return done("Event type retrieved", _document(found))


def _document(offered: OfferedEventType) -> dict[str, Any]:
    account, entry = offered.account, offered.entry
    return {
        "id": str(entry.id),
        "event_type_id": entry.id,
        "slug": entry.slug,
        "title": entry.title,
        "description": entry.description,
        "duration_minutes": entry.length_minutes,
        "price": entry.price,
        "currency": entry.currency,
        "is_active": not entry.hidden,
        "calcom_account_id": account.id,
        "account_name": account.name,
    }

"""/api/v1/api-keys: an admin makes, lists and revokes the keys of providers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Response
from marshmallow import fields

from app.api.endpoints import Endpoints
from app.api.fields import Identifier, Text, WholeNumber
from app.api.guards import Guard
from app.api.provider.documents import api_key_document
from app.api.provider.pages import Strict, made_at, page_document, page_fields, page_query, span_of
from app.api.provider.records import ApiKeyRecord
from app.api.provider.replies import CREATED, READS, WRITES, answer_schema, done
from app.api.response_schemas import text

if TYPE_CHECKING:
    from app.container.providers import ProviderCases

LONGEST_DAYS = 3650


class NewApiKeySchema(Strict):
    org_id = Identifier(
        load_default=None,
        allow_none=True,
        metadata={"format": "uuid", "description": "The organization it opens; without one it is an admin's."},
    )
    name = Text(longest=200, required=True, metadata={"description": "What it is for."})
    expires_in_days = WholeNumber(
        load_default=None, metadata={"description": f"1 to {LONGEST_DAYS}; without, it opens until it is revoked."}
    )


class NewApiKeyRecord(ApiKeyRecord):
    key = text("The key itself, for the header X-Api-Key. Told this once, and not kept.")


FILTERS: dict[str, fields.Field[Any]] = {
    "org_id": Identifier(load_default=None, metadata={"description": "Only those of this organization."})
}
ListSchema = answer_schema("ApiKeys", page_fields("api_keys", ApiKeyRecord))
OneSchema = answer_schema("ApiKey", ApiKeyRecord)
NewSchema = answer_schema("NewApiKey", NewApiKeyRecord)


def api_key_endpoints(cases: ProviderCases) -> Endpoints:
    """The blueprint; the first admin's key comes from `ringbook apikey add --admin`."""
    endpoints = Endpoints("ApiKeyService", url_prefix="/api/v1/api-keys")
    _reads(endpoints, cases)
    _decisions(endpoints, cases)
    return endpoints


def _reads(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        "",
        operation_id="ListApiKeys",
        guard=Guard.ADMIN_KEY,
        summary="List API keys, oldest first",
        takes=page_query("api_keys", **FILTERS),
        takes_from="query",
        gives={200: ListSchema, **READS},
    )
    def list_all(query: dict[str, Any]) -> Response:
        found = cases.operators.list_api_keys(query["org_id"], span_of(query))
        return done("API keys retrieved", page_document("api_keys", query["limit"], found, api_key_document, made_at))


def _decisions(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        "",
        method="POST",
        operation_id="AddApiKey",
        guard=Guard.ADMIN_KEY,
        summary="Make an API key",
        takes=NewApiKeySchema,
        example={"name": "Voice platform", "org_id": "1268c1f0-19f3-47db-aefb-c16a7c3ace6e"},
        gives={CREATED: NewSchema, **WRITES},
    )
    def add(wanted: dict[str, Any]) -> Response:
        days = wanted["expires_in_days"]
        lasting = None if days is None else timedelta(days=min(max(days, 0), LONGEST_DAYS + 1))
        made = cases.operators.add_api_key(org_id=wanted["org_id"], name=wanted["name"], lasting=lasting)
        return done("API key made", {"key": made.secret, **api_key_document(made.api_key)}, CREATED)

    @endpoints.operation(
        "/<string:key_id>",
        method="DELETE",
        operation_id="RevokeApiKey",
        guard=Guard.ADMIN_KEY,
        summary="Revoke an API key",
        description="From the next request on it opens nothing. It stays in the list.",
        gives={200: OneSchema, **READS},
    )
    def revoke(key_id: str) -> Response:
        return done("API key revoked", api_key_document(cases.operators.revoke_api_key(key_id)))

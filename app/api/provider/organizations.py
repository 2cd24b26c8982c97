"""/api/v1/organizations: the tenants, and who may call for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response
from marshmallow import fields

from app.api.endpoints import Endpoints
from app.api.fields import Identifier, Text
from app.api.guards import Guard
from app.api.provider.caller_secrets import add_caller_secrets
from app.api.provider.documents import organization_document
from app.api.provider.pages import Strict, made_at, page_document, page_fields, page_query, span_of
from app.api.provider.records import CONTACT_MATCH, VERIFIED_ONLY, OrganizationRecord
from app.api.provider.replies import CREATED, READS, WRITES, answer_schema, done
from app.api.provider.scopes import check_reach

if TYPE_CHECKING:
    from app.container.providers import ProviderCases

ORGANIZATION = "/<string:org_id>"
EXAMPLE = {"name": "My clinic"}


class NewOrganizationSchema(Strict):
    id = Identifier(load_default=None, metadata={"format": "uuid", "description": "If it has one; else one is made."})
    name = Text(longest=200, required=True, metadata={"description": "What it is called."})


class OrganizationChangeSchema(Strict):
    """What is left out stays as it is."""

    name = Text(longest=200, load_default=None, metadata={"description": "What it is called."})
    verified_only = fields.Boolean(load_default=None, metadata={"description": VERIFIED_ONLY})
    contact_match = fields.Boolean(load_default=None, metadata={"description": CONTACT_MATCH})


ListSchema = answer_schema("Organizations", page_fields("organizations", OrganizationRecord))
OneSchema = answer_schema("Organization", OrganizationRecord)


def organization_endpoints(cases: ProviderCases) -> Endpoints:
    """The blueprint; only an admin's key adds organizations or sees more than its own."""
    endpoints = Endpoints("OrganizationService", url_prefix="/api/v1/organizations")
    _collection(endpoints, cases)
    _item(endpoints, cases)
    add_caller_secrets(endpoints, cases)
    return endpoints


def _collection(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        "",
        operation_id="ListOrganizations",
        guard=Guard.ADMIN_KEY,
        summary="List organizations, oldest first",
        takes=page_query("organizations"),
        takes_from="query",
        gives={200: ListSchema, **READS},
    )
    def list_all(query: dict[str, Any]) -> Response:
        found = cases.operators.list_organizations(span_of(query))
        return done(
            "Organizations retrieved",
            page_document("organizations", query["limit"], found, organization_document, made_at),
        )

    @endpoints.operation(
        "",
        method="POST",
        operation_id="AddOrganization",
        guard=Guard.ADMIN_KEY,
        summary="Add an organization",
        description="The same id and name again change nothing.",
        takes=NewOrganizationSchema,
        example=EXAMPLE,
        gives={CREATED: OneSchema, **WRITES},
    )
    def add(wanted: dict[str, Any]) -> Response:
        added = cases.operators.add_organization(**wanted)
        return done("Organization added", organization_document(added), CREATED)


def _item(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        ORGANIZATION,
        operation_id="GetOrganization",
        guard=Guard.API_KEY,
        summary="Show an organization",
        gives={200: OneSchema, **READS},
    )
    def show(org_id: str) -> Response:
        check_reach(org_id)
        shown = cases.operators.show_organization(org_id)
        return done("Organization retrieved", organization_document(shown.organization))

    @endpoints.operation(
        ORGANIZATION,
        method="PATCH",
        operation_id="ChangeOrganization",
        guard=Guard.API_KEY,
        summary="Change an organization",
        takes=OrganizationChangeSchema,
        example=EXAMPLE,
        gives={200: OneSchema, **WRITES},
    )
    def change(wanted: dict[str, Any], org_id: str) -> Response:
        check_reach(org_id)
        changed = cases.operators.change_organization(org_id, **wanted)
        return done("Organization changed", organization_document(changed))

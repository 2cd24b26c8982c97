"""/api/v1/organizations: the tenants, and the secret by which the callers of one are verified."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from flask import Response

from app.api.endpoints import Endpoints
from app.api.fields import Identifier, Text
from app.api.guards import Guard
from app.api.provider.documents import organization_document
from app.api.provider.pages import Strict, made_at, page_document, page_fields, page_query, span_of
from app.api.provider.records import OrganizationRecord
from app.api.provider.replies import CREATED, READS, WRITES, answer_schema, done
from app.api.provider.scopes import check_reach
from app.api.response_schemas import text

if TYPE_CHECKING:
    from app.container.providers import ProviderCases

ORGANIZATION = "/<string:org_id>"
EXAMPLE = {"name": "My clinic"}


class NewOrganizationSchema(Strict):
    id = Identifier(load_default=None, metadata={"format": "uuid", "description": "If it has one; else one is made."})
    name = Text(longest=200, required=True, metadata={"description": "What it is called."})


class OrganizationChangeSchema(Strict):
    name = Text(longest=200, required=True, metadata={"description": "What it is called."})


ListSchema = answer_schema("Organizations", page_fields("organizations", OrganizationRecord))
OneSchema = answer_schema("Organization", OrganizationRecord)
SecretSchema = answer_schema(
    "CallerSecret", {"caller_secret": text("For the header X-Caller-Secret. Told this once, and not kept.")}
)


def organization_endpoints(cases: ProviderCases) -> Endpoints:
    """The blueprint; only an admin's key adds organizations or sees more than its own."""
    endpoints = Endpoints("OrganizationService", url_prefix="/api/v1/organizations")
    _collection(endpoints, cases)
    _item(endpoints, cases)
    _caller_secret(endpoints, cases)
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
        summary="Give an organization another name",
        takes=OrganizationChangeSchema,
        example=EXAMPLE,
        gives={200: OneSchema, **WRITES},
    )
    def change(wanted: dict[str, Any], org_id: str) -> Response:
        check_reach(org_id)
        changed = cases.operators.change_organization(org_id, name=wanted["name"])
        return done("Organization changed", organization_document(changed))


def _caller_secret(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        f"{ORGANIZATION}/caller-secret",
        method="POST",
        operation_id="MakeCallerSecret",
        guard=Guard.API_KEY,
        summary="Make the secret of verified callers anew",
        description="It takes the place of the one before at once.",
        gives={CREATED: SecretSchema, **READS},
    )
    def make(org_id: str) -> Response:
        check_reach(org_id)
        secret = secrets.token_urlsafe(32)
        cases.operators.change_organization(org_id, caller_secret=secret)
        return done("Caller secret made", {"caller_secret": secret}, CREATED)

    @endpoints.operation(
        f"{ORGANIZATION}/caller-secret",
        method="DELETE",
        operation_id="DeleteCallerSecret",
        guard=Guard.API_KEY,
        summary="Take the secret back: no caller is verified any more",
        gives={200: OneSchema, **READS},
    )
    def take_back(org_id: str) -> Response:
        check_reach(org_id)
        changed = cases.operators.change_organization(org_id, caller_secret="")
        return done("Caller secret taken back", organization_document(changed))

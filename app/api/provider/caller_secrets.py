"""/api/v1/organizations/{org_id}/caller-secrets: by which an organization's own voice platform is known."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Response
from marshmallow import fields, validate

from app.api.endpoints import Endpoints
from app.api.guards import Guard
from app.api.provider.documents import caller_secret_document
from app.api.provider.pages import Strict
from app.api.provider.records import CallerSecretRecord
from app.api.provider.replies import CREATED, READS, WRITES, NothingMoreSchema, answer_schema, done
from app.api.provider.scopes import check_reach
from app.api.response_schemas import text
from app.domain.caller_secrets import SecretKind

if TYPE_CHECKING:
    from app.container.providers import ProviderCases

SECRETS = "/<string:org_id>/caller-secrets"
HOURS, LONGEST_HOURS = 24, 720
KINDS = [kind.value for kind in SecretKind]
OUT_OF_BOUNDS = f"must be a number from 0 to {LONGEST_HOURS}"


class NewCallerSecretSchema(Strict):
    kind = fields.String(
        load_default=SecretKind.SHARED.value,
        validate=validate.OneOf(KINDS),
        metadata={"description": "shared: sent along as X-Caller-Secret; signing: requests are signed with it."},
    )
    overlap_hours = fields.Float(
        load_default=HOURS,
        allow_nan=False,
        validate=validate.Range(0, LONGEST_HOURS, error=OUT_OF_BOUNDS),
        error_messages={"invalid": OUT_OF_BOUNDS, "special": OUT_OF_BOUNDS},
        metadata={"description": f"For how long the one before of that kind still holds, {HOURS} if not given."},
    )


class NewCallerSecretRecord(CallerSecretRecord):
    secret = text("The secret itself. Told this once.")


ListSchema = answer_schema(
    "CallerSecrets", {"caller_secrets": fields.List(fields.Nested(CallerSecretRecord), required=True)}
)
NewSchema = answer_schema("NewCallerSecret", NewCallerSecretRecord)


def add_caller_secrets(endpoints: Endpoints, cases: ProviderCases) -> None:
    """To the blueprint of organizations."""

    @endpoints.operation(
        SECRETS,
        operation_id="ListCallerSecrets",
        guard=Guard.API_KEY,
        summary="List the caller secrets that hold, oldest first",
        gives={200: ListSchema, **READS},
    )
    def list_all(org_id: str) -> Response:
        check_reach(org_id)
        found = [caller_secret_document(each) for each in cases.operators.list_caller_secrets(org_id)]
        return done("Caller secrets retrieved", {"caller_secrets": found})

    @endpoints.operation(
        SECRETS,
        method="POST",
        operation_id="AddCallerSecret",
        guard=Guard.API_KEY,
        summary="Make a caller secret",
        description="The one before of its kind holds on for a while, so that the platform can change over.",
        takes=NewCallerSecretSchema,
        example={"kind": "signing"},
        gives={CREATED: NewSchema, **WRITES},
    )
    def add(wanted: dict[str, Any], org_id: str) -> Response:
        check_reach(org_id)
        overlap = timedelta(hours=wanted["overlap_hours"])
        made = cases.operators.add_caller_secret(org_id, SecretKind(wanted["kind"]), overlap=overlap)
        return done("Caller secret made", {"secret": made.text, **caller_secret_document(made.secret)}, CREATED)

    _add_removal(endpoints, cases)


def _add_removal(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        f"{SECRETS}/<string:secret_id>",
        method="DELETE",
        operation_id="RemoveCallerSecret",
        guard=Guard.API_KEY,
        summary="Take a caller secret back: from now on it proves nothing",
        gives={200: NothingMoreSchema, **READS},
    )
    def remove(org_id: str, secret_id: str) -> Response:
        check_reach(org_id)
        cases.operators.remove_caller_secret(org_id, secret_id)
        return done("Caller secret taken back")

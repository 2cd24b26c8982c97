"""POST /api/v1/calcom/connect and /disconnect, GET /status: the Cal.com accounts that an organization shares.

The provider's words for what /api/v1/accounts does. Where its editions differ: `org_id` may be left out with the key
of an organization (the token said it in edition C); `provider_id` is optional for /disconnect (C), where it may also
name an agent's private account; what is disconnected keeps its row, without its key (C); to disconnect what is not
connected changes nothing and is no error. /status tells what is known here and asks nobody: not connected is a 200.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response
from marshmallow import fields

from app.api.endpoints import Endpoints
from app.api.fields import Identifier, Text
from app.api.guards import Guard
from app.api.provider.accounts import KEY_FIELD, base_url_field, reached_account
from app.api.provider.appointments import OrganizationQuerySchema
from app.api.provider.documents import account_document, account_status
from app.api.provider.hooks import connect_if_possible
from app.api.provider.pages import Strict
from app.api.provider.records import AccountRecord, maybe, time
from app.api.provider.replies import ASKS_CALCOM, READS, WRITES, NothingMoreSchema, answer_schema, done, moment
from app.api.provider.scopes import check_admin_alone, organization_meant
from app.api.response_schemas import Open, flag, text
from app.domain.answers import Result
from app.domain.directory import Account
from app.domain.errors import RefusedError
from app.services.account_settings import LONGEST_KEY

if TYPE_CHECKING:
    from app.container.providers import ProviderCases

ORGANIZATION = {"format": "uuid", "description": "The organization; needed if the key is an admin's."}


class ConnectSchema(Strict):
    org_id = Identifier(load_default=None, metadata=ORGANIZATION)
    api_key = Text(longest=LONGEST_KEY, required=True, metadata=KEY_FIELD)
    account_name = Text(longest=200, load_default="", metadata={"description": "Else that of its owner at Cal.com."})
    api_base_url = base_url_field()


class DisconnectSchema(Strict):
    org_id = Identifier(load_default=None, metadata=ORGANIZATION)
    provider_id = Identifier(
        load_default=None, metadata={"format": "uuid", "description": "One account; else all that are shared."}
    )


class ConnectedRecord(Open):
    provider_id = text("The account.")
    org_id = text("The organization it belongs to.")
    account_name = text("What it is called here.")
    status = text("active")
    connected_at = time("When it was first connected")
    api_key_last4 = text("The last four characters of its key.")


class StatusRecord(Open):
    connected = flag("Whether an account is connected.")
    status = text("active or not_connected.")
    accounts = fields.List(fields.Nested(AccountRecord), required=True)
    token_expires = maybe("Always null: API keys of Cal.com are no tokens.")
    error = text("Always empty: nobody is asked.")
    message = text("The same in words.")


ConnectedSchema = answer_schema("Connected", ConnectedRecord)
StatusSchema = answer_schema("CalcomStatus", StatusRecord)


def add_connections(endpoints: Endpoints, cases: ProviderCases) -> None:
    _connect(endpoints, cases)
    _disconnect(endpoints, cases)
    _status(endpoints, cases)


def _connect(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        "/connect",
        method="POST",
        operation_id="ConnectCalcom",
        guard=Guard.API_KEY,
        summary="Connect a Cal.com account",
        description="The key is tried first; only its last four characters are ever shown.",
        takes=ConnectSchema,
        example={"api_key": "cal_live_...", "account_name": "Front desk"},
        gives={200: ConnectedSchema, **WRITES, **ASKS_CALCOM},
    )
    def connect(wanted: dict[str, Any]) -> Response:
        check_admin_alone(wanted["api_base_url"])
        account = cases.operators.add_account(
            org_id=organization_meant(wanted["org_id"]),
            api_key=wanted["api_key"],
            name=wanted["account_name"],
            base_url=wanted["api_base_url"] or "",
        )
        connect_if_possible(cases, account)
        return done("Cal.com connected successfully", connected_document(account))


def _disconnect(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        "/disconnect",
        method="POST",
        operation_id="DisconnectCalcom",
        guard=Guard.API_KEY,
        summary="Disconnect Cal.com accounts: their keys are thrown away",
        description="Refused with 409 while a request with one of them is under way.",
        takes=DisconnectSchema,
        example={},
        gives={200: NothingMoreSchema, **WRITES},
    )
    def disconnect(wanted: dict[str, Any]) -> Response:
        org_id = organization_meant(wanted["org_id"])
        if wanted["provider_id"] is None:
            cases.disconnect_accounts.all_of(org_id)
        else:
            account = reached_account(cases, wanted["provider_id"])
            if account.org_id != org_id:
                raise RefusedError(Result.INVALID, fields={"provider_id": "is of another organization"})
            cases.disconnect_accounts.one(account.id)
        return done("Cal.com disconnected successfully")


def _status(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        "/status",
        operation_id="GetCalcomStatus",
        guard=Guard.API_KEY,
        summary="Tell which Cal.com accounts an organization shares",
        takes=OrganizationQuerySchema,
        takes_from="query",
        gives={200: StatusSchema, **READS},
    )
    def status(query: dict[str, Any]) -> Response:
        found = cases.operators.list_accounts(organization_meant(query["org_id"]))
        shared = [account for account in found if account.agent_id is None and account.is_connected]
        message = "Cal.com is connected" if shared else "Cal.com is not connected"
        return done(
            message,
            {
                "connected": bool(shared),
                "status": account_status(shared[0] if shared else None),
                "accounts": [account_document(account) for account in shared],
                "token_expires": None,
                "error": "",
                "message": message,
            },
        )


def connected_document(account: Account) -> dict[str, Any]:
    return {
        "provider_id": account.id,
        "org_id": account.org_id,
        "account_name": account.name,
        "status": account_status(account),
        "connected_at": moment(account.created_at),
        "api_key_last4": account.key_last4,
    }

"""/api/v1/accounts: the Cal.com accounts of organizations. A key comes in and is never shown again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response
from marshmallow import fields

from app.api.endpoints import Endpoints
from app.api.fields import Identifier, Text
from app.api.guards import Guard
from app.api.provider.documents import account_document
from app.api.provider.hooks import connect_if_possible
from app.api.provider.pages import Strict, made_at, page_document, page_fields, page_query, span_of
from app.api.provider.records import AccountRecord
from app.api.provider.replies import ASKS_CALCOM, CREATED, READS, WRITES, answer_schema, done
from app.api.provider.scopes import check_admin_alone, check_reach, organization_meant, organizations_meant
from app.domain.directory import Account
from app.services.account_settings import LONGEST_KEY
from app.services.change_account import AccountChange

if TYPE_CHECKING:
    from app.container.providers import ProviderCases

ACCOUNT = "/<string:account_id>"
KEY_FIELD = {"description": "A key made in Cal.com: Settings, Developer, API keys."}
ADMIN_FIELD = "Only with an admin's key."


def base_url_field() -> Text:
    """Whoever chooses where a key is sent could have the server call any address: that is for admins."""
    return Text(longest=500, load_default=None, metadata={"description": f"Another Cal.com. {ADMIN_FIELD}"})


class NewAccountSchema(Strict):
    org_id = Identifier(load_default=None, metadata={"format": "uuid", "description": "If the key is an admin's."})
    api_key = Text(longest=LONGEST_KEY, required=True, metadata=KEY_FIELD)
    account_name = Text(longest=200, load_default="", metadata={"description": "Else that of its owner at Cal.com."})
    api_base_url = base_url_field()


class AccountChangeSchema(Strict):
    api_key = Text(longest=LONGEST_KEY, load_default=None, metadata=KEY_FIELD)
    account_name = Text(longest=200, load_default=None, metadata={"description": "Another name."})
    primary = fields.Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        metadata={"description": "true: make it the one for agents that have none of their own."},
    )
    api_base_url = base_url_field()
    settle_seconds = fields.Float(
        load_default=None,
        metadata={"description": f"How long an unanswered write may still be carried out there. {ADMIN_FIELD}"},
    )


FILTERS: dict[str, fields.Field[Any]] = {
    "org_id": Identifier(load_default=None, metadata={"description": "Only those of this organization."})
}
ListSchema = answer_schema("Accounts", page_fields("accounts", AccountRecord))
OneSchema = answer_schema("Account", AccountRecord)


def account_endpoints(cases: ProviderCases) -> Endpoints:
    """The blueprint. An account is not deleted but disconnected: jobs and appointments go on naming it."""
    endpoints = Endpoints("AccountService", url_prefix="/api/v1/accounts")
    _collection(endpoints, cases)
    _item(endpoints, cases)
    _change(endpoints, cases)
    return endpoints


def _collection(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        "",
        operation_id="ListAccounts",
        guard=Guard.API_KEY,
        summary="List Cal.com accounts, oldest first",
        takes=page_query("accounts", **FILTERS),
        takes_from="query",
        gives={200: ListSchema, **READS},
    )
    def list_all(query: dict[str, Any]) -> Response:
        found = cases.operators.list_accounts(organizations_meant(query["org_id"]), span_of(query))
        return done("Accounts retrieved", page_document("accounts", query["limit"], found, account_document, made_at))

    @endpoints.operation(
        "",
        method="POST",
        operation_id="AddAccount",
        guard=Guard.API_KEY,
        summary="Connect a Cal.com account",
        description="The key is tried first. The same name and key again change nothing.",
        takes=NewAccountSchema,
        example={"api_key": "cal_live_...", "account_name": "Front desk"},
        gives={CREATED: OneSchema, **WRITES, **ASKS_CALCOM},
    )
    def add(wanted: dict[str, Any]) -> Response:
        check_admin_alone(wanted["api_base_url"])
        added = cases.operators.add_account(
            org_id=organization_meant(wanted["org_id"]),
            api_key=wanted["api_key"],
            name=wanted["account_name"],
            base_url=wanted["api_base_url"] or "",
        )
        connect_if_possible(cases, added)
        return done("Account connected", account_document(added), CREATED)


def _item(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        ACCOUNT,
        operation_id="GetAccount",
        guard=Guard.API_KEY,
        summary="Show a Cal.com account",
        gives={200: OneSchema, **READS},
    )
    def show(account_id: str) -> Response:
        return done("Account retrieved", account_document(reached_account(cases, account_id)))

    @endpoints.operation(
        ACCOUNT,
        method="DELETE",
        operation_id="DisconnectAccount",
        guard=Guard.API_KEY,
        summary="Disconnect a Cal.com account: its key is thrown away",
        description="Refused with 409 while a request with it is under way. Once more changes nothing.",
        gives={200: OneSchema, **READS, 409: WRITES[409]},
    )
    def disconnect(account_id: str) -> Response:
        account = reached_account(cases, account_id)
        return done("Account disconnected", account_document(cases.disconnect_accounts.one(account.id)))


def _change(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        ACCOUNT,
        method="PATCH",
        operation_id="ChangeAccount",
        guard=Guard.API_KEY,
        summary="Change a Cal.com account",
        description="A new key is tried before it is saved; it also connects again what was disconnected.",
        takes=AccountChangeSchema,
        example={"account_name": "Front desk", "primary": True},
        gives={200: OneSchema, **WRITES, **ASKS_CALCOM},
    )
    def change(wanted: dict[str, Any], account_id: str) -> Response:
        check_admin_alone(wanted["api_base_url"])
        check_admin_alone(wanted["settle_seconds"])
        wanted["name"], wanted["base_url"] = wanted.pop("account_name"), wanted.pop("api_base_url")
        account = reached_account(cases, account_id)
        return done(
            "Account changed", account_document(cases.operators.change_account(account.id, AccountChange(**wanted)))
        )


def check_account(cases: ProviderCases, account_id: str | None) -> None:
    """Raises UnknownNameError for a foreign account as for none, before anything tells the two apart."""
    if account_id:
        reached_account(cases, account_id)


def reached_account(cases: ProviderCases, account_id: str) -> Account:
    """The account, if the key of this request reaches it. Raises UnknownNameError and RefusedError."""
    account = cases.operators.show_account(account_id)
    check_reach(account.org_id)
    return account

"""/api/v1/calcom/agents/{agent_id}: which account an agent books with, its link to one, and a key of its own.

The provider's rule: private key before linked account before none; here the organization's primary account comes before
none, as type `org_primary`. /account and /info show the same. A link that would not know the agent's event type is
refused; `event_type_id` chooses another one in the same request. A private key is disconnected by POST /disconnect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response
from marshmallow import fields, validate

from app.api.endpoints import Endpoints
from app.api.fields import Identifier, Text, WholeNumber
from app.api.guards import Guard
from app.api.provider.accounts import KEY_FIELD, base_url_field, check_account
from app.api.provider.agents import reached_agent
from app.api.provider.appointments import OrganizationQuerySchema
from app.api.provider.connections import ConnectedSchema, connected_document
from app.api.provider.documents import account_status
from app.api.provider.hooks import connect_if_possible
from app.api.provider.pages import Strict
from app.api.provider.records import maybe
from app.api.provider.replies import ASKS_CALCOM, READS, WRITES, answer_schema, done
from app.api.provider.scopes import check_admin_alone
from app.api.response_schemas import Open, flag, text
from app.domain.answers import Result
from app.domain.directory import Agent, ConnectionKind
from app.domain.errors import RefusedError
from app.services.account_settings import LONGEST_KEY
from app.services.show_connection import ShownConnection

if TYPE_CHECKING:
    from app.container.providers import ProviderCases

AGENT = "/agents/<string:agent_id>"
KINDS = [kind.value for kind in ConnectionKind]


def _event_type_id() -> WholeNumber:
    return WholeNumber(
        load_default=None,
        validate=validate.Range(1, 2**53, error="is no event type"),
        metadata={"description": "An event type of that account, if the agent's own is of another one."},
    )


class LinkSchema(Strict):
    calcom_account_id = Identifier(
        required=True, allow_none=True, metadata={"format": "uuid", "description": "The account; null for none."}
    )
    event_type_id = _event_type_id()


class PrivateKeySchema(Strict):
    org_id = Identifier(load_default=None, metadata={"format": "uuid", "description": "That of the agent, if any."})
    api_key = Text(longest=LONGEST_KEY, required=True, metadata=KEY_FIELD)
    account_name = Text(longest=200, load_default="Default", metadata={"description": "Default if not given."})
    api_base_url = base_url_field()
    event_type_id = _event_type_id()


class ConnectionRecord(Open):
    agent_id = text("The agent.")
    agent_name = text("Its name.")
    connected = flag("Whether it can book.")
    type = text("By which way it comes to its account.", validate=validate.OneOf(KINDS))
    calcom_account_id = maybe("The account; null for none.")
    account_name = text("What it is called here; empty for none.")
    status = text("active, inactive (its key is gone) or not_connected.")
    api_base_url = text("Where its Cal.com is; empty for none.")
    api_key_last4 = text("The last four characters of its key.")


class PrivateAccountRecord(Open):
    id = text("The account.")
    account_name = text("What it is called here.")
    status = text("active")
    error = text("Always empty: nobody is asked.")


class PrivateStatusRecord(Open):
    connected = flag("Whether it has a key of its own.")
    status = text("active or not_connected.")
    accounts = fields.List(fields.Nested(PrivateAccountRecord), required=True)


class LinkedRecord(Open):
    agent_id = text("The agent.")
    agent_name = text("Its name.")
    calcom_account_id = maybe("The account it is linked to; null for none.")


ConnectionSchema = answer_schema("AgentConnection", ConnectionRecord)
PrivateStatusSchema = answer_schema("AgentCalcomStatus", PrivateStatusRecord)
LinkedSchema = answer_schema("AgentLinked", LinkedRecord)


def add_agent_connections(endpoints: Endpoints, cases: ProviderCases) -> None:
    _effective(endpoints, cases, f"{AGENT}/account", "GetAgentAccount")
    _effective(endpoints, cases, f"{AGENT}/info", "GetAgentCalcomInfo")
    _status(endpoints, cases)
    _link(endpoints, cases)
    _connect(endpoints, cases)


def _effective(endpoints: Endpoints, cases: ProviderCases, rule: str, operation_id: str) -> None:
    @endpoints.operation(
        rule,
        operation_id=operation_id,
        guard=Guard.API_KEY,
        summary="Tell which account an agent books with",
        takes=OrganizationQuerySchema,
        takes_from="query",
        gives={200: ConnectionSchema, **READS},
    )
    def show(query: dict[str, Any], agent_id: str) -> Response:
        agent = _agent_of(cases, agent_id, query["org_id"])
        return done("Agent Cal.com info retrieved", _document(cases.show_connection(agent.id)))


def _status(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        f"{AGENT}/status",
        operation_id="GetAgentCalcomStatus",
        guard=Guard.API_KEY,
        summary="Tell whether an agent has a key of its own",
        gives={200: PrivateStatusSchema, **READS},
    )
    def status(agent_id: str) -> Response:
        connection = cases.show_connection(reached_agent(cases, agent_id).id).connection
        account = connection.account
        if connection.kind is not ConnectionKind.PRIVATE or account is None or not account.is_connected:
            nothing = {"connected": False, "status": "not_connected", "accounts": []}
            return done("No agent-level connection found", nothing)
        shown = {"id": account.id, "account_name": account.name, "status": account_status(account), "error": ""}
        return done("Agent-level connection found", {"connected": True, "status": "active", "accounts": [shown]})


def _link(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        f"{AGENT}/account",
        method="PUT",
        operation_id="AssignAgentAccount",
        guard=Guard.API_KEY,
        summary="Link an agent to an account of its organization, or take the link back",
        description="Refused with 409 while the agent has a key of its own.",
        takes=LinkSchema,
        example={"calcom_account_id": None},
        gives={200: LinkedSchema, **WRITES, **ASKS_CALCOM},
    )
    def assign(wanted: dict[str, Any], agent_id: str) -> Response:
        agent = reached_agent(cases, agent_id)
        check_account(cases, wanted["calcom_account_id"])
        agent = cases.operators.change_agent(
            agent.id,
            account_id=wanted["calcom_account_id"] or "",
            event_type_id=wanted["event_type_id"],
        )
        linked = {"agent_id": agent.id, "agent_name": agent.name, "calcom_account_id": agent.account_id}
        return done("Agent Cal.com account updated", linked)


def _connect(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        f"{AGENT}/connect",
        method="POST",
        operation_id="ConnectAgent",
        guard=Guard.API_KEY,
        summary="Give an agent a Cal.com key of its own",
        description="Refused with 409 while it is linked to an account. Another key takes the place of the first.",
        takes=PrivateKeySchema,
        example={"api_key": "cal_live_...", "account_name": "Default"},
        gives={200: ConnectedSchema, **WRITES, **ASKS_CALCOM},
    )
    def connect(wanted: dict[str, Any], agent_id: str) -> Response:
        check_admin_alone(wanted["api_base_url"])
        account = cases.connect_private_account(
            _agent_of(cases, agent_id, wanted["org_id"]).id,
            api_key=wanted["api_key"],
            name=wanted["account_name"],
            base_url=wanted["api_base_url"] or "",
            event_type_id=wanted["event_type_id"],
        )
        connect_if_possible(cases, account)
        return done("Cal.com connected to the agent successfully", connected_document(account))


def _agent_of(cases: ProviderCases, agent_id: str, org_id: str | None) -> Agent:
    """`org_id` need not be given; where it is, it must be that of the agent."""
    agent = reached_agent(cases, agent_id)
    if org_id is not None and org_id != agent.org_id:
        raise RefusedError(Result.INVALID, fields={"org_id": "is not that of the agent"})
    return agent


def _document(shown: ShownConnection) -> dict[str, Any]:
    account = shown.connection.account
    return {
        "agent_id": shown.agent.id,
        "agent_name": shown.agent.name,
        "connected": shown.connection.is_connected,
        "type": shown.connection.kind,
        "calcom_account_id": account.id if account else None,
        "account_name": account.name if account else "",
        "status": account_status(account),
        "api_base_url": account.base_url if account else "",
        "api_key_last4": account.key_last4 if account else "",
    }

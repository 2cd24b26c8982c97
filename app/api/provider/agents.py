"""/api/v1/agents: the voice agents, and the one Cal.com event type each of them books."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response
from marshmallow import fields

from app.api.endpoints import Endpoints
from app.api.fields import Identifier
from app.api.guards import Guard
from app.api.provider.accounts import check_account
from app.api.provider.agent_schemas import EXAMPLE, AgentChangeSchema, NewAgentSchema, settings_in
from app.api.provider.documents import agent_document
from app.api.provider.pages import made_at, page_document, page_fields, page_query, span_of
from app.api.provider.records import AgentRecord
from app.api.provider.replies import ASKS_CALCOM, CREATED, READS, WRITES, NothingMoreSchema, answer_schema, done
from app.api.provider.scopes import check_reach, organization_meant, organizations_meant
from app.domain.directory import Agent

if TYPE_CHECKING:
    from app.container.providers import ProviderCases

AGENT = "/<string:agent_id>"
FILTERS: dict[str, fields.Field[Any]] = {
    "org_id": Identifier(load_default=None, metadata={"description": "Only those of this organization."})
}
ListSchema = answer_schema("Agents", page_fields("agents", AgentRecord))
OneSchema = answer_schema("Agent", AgentRecord)


def agent_endpoints(cases: ProviderCases) -> Endpoints:
    """The blueprint. Whatever an agent is set to is checked against its event type at Cal.com before it is saved."""
    endpoints = Endpoints("AgentService", url_prefix="/api/v1/agents")
    _collection(endpoints, cases)
    _item(endpoints, cases)
    _change(endpoints, cases)
    return endpoints


def _collection(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        "",
        operation_id="ListAgents",
        guard=Guard.API_KEY,
        summary="List agents, oldest first",
        takes=page_query("agents", **FILTERS),
        takes_from="query",
        gives={200: ListSchema, **READS},
    )
    def list_all(query: dict[str, Any]) -> Response:
        found = cases.operators.list_agents(organizations_meant(query["org_id"]), span_of(query))
        return done("Agents retrieved", page_document("agents", query["limit"], found, agent_document, made_at))

    @endpoints.operation(
        "",
        method="POST",
        operation_id="AddAgent",
        guard=Guard.API_KEY,
        summary="Add an agent",
        description="Refused with 409 where its event type cannot be booked by voice; `details` says what stands in "
        "the way. The same id and settings again change nothing.",
        takes=NewAgentSchema,
        example=EXAMPLE,
        gives={CREATED: OneSchema, **WRITES, **ASKS_CALCOM},
    )
    def add(wanted: dict[str, Any]) -> Response:
        check_account(cases, wanted["account_id"])
        added = cases.operators.add_agent(
            org_id=organization_meant(wanted["org_id"]),
            id=wanted["id"],
            name=wanted["name"],
            event_type_id=wanted["event_type_id"],
            account_id=wanted["account_id"],
            settings=settings_in({**wanted, "name": None}),
            force=wanted["force"],
        )
        return done("Agent added", agent_document(added), CREATED)


def _item(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        AGENT,
        operation_id="GetAgent",
        guard=Guard.API_KEY,
        summary="Show an agent",
        gives={200: OneSchema, **READS},
    )
    def show(agent_id: str) -> Response:
        return done("Agent retrieved", agent_document(reached_agent(cases, agent_id)))

    @endpoints.operation(
        AGENT,
        method="DELETE",
        operation_id="DeleteAgent",
        guard=Guard.API_KEY,
        summary="Delete an agent",
        description="Refused with 409 while a request of its is under way. Its jobs and appointments stay.",
        gives={200: NothingMoreSchema, **READS, 409: WRITES[409]},
    )
    def delete(agent_id: str) -> Response:
        cases.delete_agent(reached_agent(cases, agent_id).id)
        return done("Agent deleted")


def _change(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        AGENT,
        method="PATCH",
        operation_id="ChangeAgent",
        guard=Guard.API_KEY,
        summary="Change an agent",
        description="What is not given stays as it is; an empty text takes a choice back.",
        takes=AgentChangeSchema,
        example={"time_zone": "America/New_York", "wait_seconds": 8},
        gives={200: OneSchema, **WRITES, **ASKS_CALCOM},
    )
    def change(wanted: dict[str, Any], agent_id: str) -> Response:
        agent = reached_agent(cases, agent_id)
        check_account(cases, wanted["account_id"])
        changed = cases.operators.change_agent(
            agent.id,
            settings=settings_in(wanted),
            event_type_id=wanted["event_type_id"],
            account_id=wanted["account_id"],
            refresh=wanted["refresh"],
            force=wanted["force"],
        )
        return done("Agent changed", agent_document(changed))


def reached_agent(cases: ProviderCases, agent_id: str) -> Agent:
    """The agent, if the key of this request reaches it. Raises UnknownNameError and RefusedError."""
    agent = cases.operators.show_agent(agent_id)
    check_reach(agent.org_id)
    return agent

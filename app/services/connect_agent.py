"""Find out on whose behalf a request comes: the agent, its organization and the Cal.com account it books with."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.answers import Result
from app.domain.directory import Account, Agent, Organization, connection_of
from app.domain.errors import RefusedError
from app.domain.stores import OpenUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The agent on the phone and what it books with."""

    organization: Organization
    agent: Agent
    account: Account

    def calendar_of(self, account_id: str) -> str:
        """What cannot hold two bookings at one time: an account's own calendar, or a team's event type."""
        team = f":{self.agent.event_type.id}" if self.agent.event_type.scheduling else ""
        return account_id + team


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectAgent:
    """`(org_id, agent_id)` to a Line. An unknown org, an unknown agent and a foreign agent are refused alike."""

    read_unit: OpenUnit

    def __call__(self, org_id: str, agent_id: str) -> Line:
        with self.read_unit() as unit:
            organization = unit.directory.organization(org_id)
            agent = unit.directory.agent(agent_id)
            if organization is None or agent is None or agent.deleted_at or agent.org_id != organization.id:
                raise RefusedError(Result.FORBIDDEN)
            account = connection_of(agent, organization, unit.directory.account).account
        if account is None or not account.is_connected:
            raise RefusedError(Result.NOT_CONNECTED, agent_name=agent.name)
        return Line(organization=organization, agent=agent, account=account)

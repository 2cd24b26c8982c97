"""Find out on whose behalf a request comes: the agent, its organization and the Cal.com account it books with."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.answers import Result
from app.domain.directory import Account, Agent, Organization
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
    """`(org_id, agent_id)` to a Line. An unknown org, an unknown agent and a foreign agent are refused alike, and after
    the same single look: neither the answer nor its time tells them apart.
    """

    read_unit: OpenUnit

    def __call__(self, org_id: str, agent_id: str) -> Line:
        with self.read_unit() as unit:
            found = unit.directory.line_of(org_id, agent_id)
        if found is None or found[0].deleted_at:
            raise RefusedError(Result.FORBIDDEN)
        agent, organization, account = found
        if account is None or not account.is_connected:
            raise RefusedError(Result.NOT_CONNECTED, agent_name=agent.name)
        return Line(organization=organization, agent=agent, account=account)

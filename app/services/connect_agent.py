"""Find out on whose behalf a request comes: the agent, its organization and the Cal.com account it books with."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.answers import Result
from app.domain.directory import Account, Agent, Organization
from app.domain.errors import RefusedError
from app.domain.event_types import EventType
from app.domain.stores import OpenUnit
from app.services.shared_slots import event_types_beside


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The agent on the phone and what it books with. `event_types`: all that the account books, its own first."""

    organization: Organization
    agent: Agent
    account: Account
    event_types: tuple[EventType, ...]

    def calendar_of(self, account_id: str) -> str:
        """What cannot hold two bookings at one time: an account's own calendar, or a team's event type."""
        team = f":{self.agent.event_type.id}" if self.agent.event_type.scheduling else ""
        return account_id + team

    def sharing(self, account_id: str) -> tuple[EventType, ...]:
        """Those that have no time left for what is booked there. Which host of a team gets it is not known before."""
        is_known = account_id == self.account.id and not self.agent.event_type.scheduling
        return self.event_types if is_known else (self.agent.event_type,)


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
            others = event_types_beside(unit.directory, account, agent.event_type)
        event_types = (agent.event_type, *others)
        return Line(organization=organization, agent=agent, account=account, event_types=event_types)

"""Show by which way an agent comes to the Cal.com account it books with."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.directory import Agent, Connection, connection_of
from app.domain.stores import OpenUnit
from app.services.named import agent_named, organization_named


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownConnection:
    agent: Agent
    connection: Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowConnection:
    """By the one rule that also decides what a request is booked with. Raises UnknownNameError."""

    read_unit: OpenUnit

    def __call__(self, agent_id: str) -> ShownConnection:
        with self.read_unit() as unit:
            agent = agent_named(unit.directory, agent_id)
            organization = organization_named(unit.directory, agent.org_id)
            connection = connection_of(agent, organization, unit.directory.account)
        return ShownConnection(agent=agent, connection=connection)

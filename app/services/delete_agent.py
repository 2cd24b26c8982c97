"""Take an agent out of service. What it booked stays, and can be listed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.domain.directory import Agent
from app.domain.errors import ConflictError
from app.domain.ports import Clock
from app.domain.stores import OpenUnit, UnitOfWork
from app.services.named import agent_named


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteAgent:
    """Its requests are refused like those of an agent that never was; a key of its own is thrown away.

    Its row stays: jobs and appointments name it. Raises UnknownNameError, and ConflictError while a job is under way.
    """

    open_unit: OpenUnit
    clock: Clock

    def __call__(self, agent_id: str) -> Agent:
        now = self.clock()
        with self.open_unit() as unit:
            unit.directory.hold()
            agent = agent_named(unit.directory, agent_id)
            own = unit.directory.account(agent.account_id) if agent.account_id else None
            private = own.id if own is not None and own.agent_id is not None else None
            _check_idle(unit, agent, private)
            if private is not None:
                unit.directory.disconnect_account(private, now=now)
            deleted = replace(agent, deleted_at=now)
            unit.directory.save_agent(deleted)
            unit.commit()
        return deleted


def _check_idle(unit: UnitOfWork, agent: Agent, private_account_id: str | None) -> None:
    if unit.jobs.has_open(agent_id=agent.id, account_id=private_account_id):
        raise ConflictError(f"A request of the agent {agent.name} is under way. Wait until it has ended.")

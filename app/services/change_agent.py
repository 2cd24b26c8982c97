"""Change a voice agent, or read its event type from Cal.com again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.domain.directory import Agent
from app.domain.directory_store import Directory
from app.domain.errors import ConflictError
from app.domain.event_types import EventType
from app.domain.ports import Calendar
from app.domain.stores import OpenUnit
from app.services.agent_settings import NOTHING_CHOSEN, AgentSettings, check_answers, check_bookable
from app.services.named import access_to, account_serving, agent_named, organization_named


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAgent:
    """Another account or event type, or `refresh`, reads the event type from Cal.com before anything is saved.

    An `account_id` links the agent to that account, an empty one takes the link back. Raises UnknownNameError
    (ConflictError while the agent has a key of its own), RefusedError (NotBookableError unless `force`),
    CalendarError: nothing is saved.
    """

    open_unit: OpenUnit
    read_unit: OpenUnit
    calendar: Calendar

    def __call__(
        self,
        agent_id: str,
        *,
        settings: AgentSettings = NOTHING_CHOSEN,
        event_type_id: int | None = None,
        account_id: str | None = None,
        refresh: bool = False,
        force: bool = False,
    ) -> Agent:
        fresh = None
        if refresh or event_type_id is not None or account_id is not None:
            fresh = self._read_event_type(agent_id, event_type_id, account_id)
        with self.open_unit() as unit:
            unit.directory.hold()
            changed = settings.over(_linked(unit.directory, agent_named(unit.directory, agent_id), account_id))
            if fresh is not None:
                changed = replace(changed, event_type=fresh)
            check_answers(changed)
            if not force:
                check_bookable(changed)
            unit.directory.save_agent(changed)
            unit.commit()
        return changed

    def _read_event_type(self, agent_id: str, event_type_id: int | None, account_id: str | None) -> EventType:
        with self.read_unit() as unit:
            agent = _linked(unit.directory, agent_named(unit.directory, agent_id), account_id)
            organization = organization_named(unit.directory, agent.org_id)
            access = access_to(unit.directory, account_serving(unit.directory, organization, agent.account_id))
        return self.calendar.event_type(access, agent.event_type.id if event_type_id is None else event_type_id)


def _linked(directory: Directory, agent: Agent, account_id: str | None) -> Agent:
    """The agent linked to another account or, where that is empty, to none. A key of its own excludes any link."""
    if account_id is None or account_id == agent.account_id:
        return agent
    own = directory.account(agent.account_id) if agent.account_id else None
    if own is not None and own.agent_id is not None and own.is_connected:
        raise ConflictError(f"The agent {agent.name} has a Cal.com key of its own. Disconnect that first.")
    if not account_id:
        return replace(agent, account_id=None)
    account = account_serving(directory, organization_named(directory, agent.org_id), account_id)
    if account.agent_id not in {None, agent.id}:
        raise ConflictError(f"The account {account.name} is private to another agent.")
    return replace(agent, account_id=account.id)

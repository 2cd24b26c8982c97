"""Change a voice agent, or read its event type from Cal.com again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.domain.directory import Agent
from app.domain.event_types import EventType
from app.domain.ports import Calendar
from app.domain.stores import OpenUnit
from app.services.agent_settings import NOTHING_CHOSEN, AgentSettings, check_answers, check_bookable
from app.services.named import access_to, account_serving, agent_named, organization_named


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAgent:
    """Another account or event type, or `refresh`, reads the event type from Cal.com before anything is saved.

    Raises UnknownNameError, RefusedError (NotBookableError unless `force`), CalendarError: nothing is saved.
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
            changed = settings.over(agent_named(unit.directory, agent_id))
            if account_id is not None:
                organization = organization_named(unit.directory, changed.org_id)
                changed = replace(changed, account_id=account_serving(unit.directory, organization, account_id).id)
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
            agent = agent_named(unit.directory, agent_id)
            organization = organization_named(unit.directory, agent.org_id)
            account = account_serving(unit.directory, organization, account_id or agent.account_id)
            access = access_to(unit.directory, account)
        return self.calendar.event_type(access, agent.event_type.id if event_type_id is None else event_type_id)

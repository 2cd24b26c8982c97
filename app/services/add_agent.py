"""Add a voice agent, after its event type was read from Cal.com and found bookable by voice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import uuid4

from app.domain.directory import Agent
from app.domain.directory_store import Directory
from app.domain.event_types import EventType
from app.domain.ports import Calendar, Clock
from app.domain.stores import OpenUnit
from app.services.agent_settings import NOTHING_CHOSEN, AgentSettings, check_answers, check_bookable
from app.services.named import access_to, account_serving, checked_name, checked_uuid, organization_named, refused


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAgent:
    """Without an id one is made. An id that is there and says the same is answered with what is there.

    The same: organization, name, event type, account, and each setting that is given. Cal.com is not asked then. The
    id of an agent that its organization deleted is added anew, and nothing of what that one was set to stays.
    Raises UnknownNameError, RefusedError (NotBookableError unless `force`), CalendarError: nothing is saved.
    """

    open_unit: OpenUnit
    read_unit: OpenUnit
    calendar: Calendar
    clock: Clock

    def __call__(
        self,
        *,
        org_id: str,
        name: str,
        event_type_id: int,
        id: str | None = None,  # noqa: A002  the row's own word
        account_id: str | None = None,
        settings: AgentSettings = NOTHING_CHOSEN,
        force: bool = False,
    ) -> Agent:
        agent_id = str(uuid4()) if id is None else checked_uuid(id)
        settings = replace(settings, name=checked_name(name))
        with self.read_unit() as unit:
            organization = organization_named(unit.directory, org_id)
            account = account_serving(unit.directory, organization, account_id)
            blank = Agent(
                id=agent_id,
                org_id=organization.id,
                name=name,
                account_id=account.id if account_id else None,
                event_type=EventType(id=event_type_id, slug="", title="", length_minutes=0),
                created_at=self.clock(),
            )
            existing = _existing(unit.directory, blank, settings)
            access = access_to(unit.directory, account)
        if existing is not None:
            return existing
        wanted = settings.over(blank)
        return self._save(replace(wanted, event_type=self.calendar.event_type(access, event_type_id)), settings, force)

    def _save(self, agent: Agent, settings: AgentSettings, force: bool) -> Agent:  # noqa: FBT001
        check_answers(agent)
        if not force:
            check_bookable(agent)
        with self.open_unit() as unit:
            unit.directory.hold()
            existing = _existing(unit.directory, agent, settings)
            if existing is not None:
                return existing
            unit.directory.save_agent(agent)
            unit.commit()
        return agent


def _existing(directory: Directory, wanted: Agent, settings: AgentSettings) -> Agent | None:
    """The agent of that id if it says the same and was not deleted. Raises RefusedError if it says something else."""
    existing = directory.agent(wanted.id)
    if existing is None:
        return None
    if existing.org_id != wanted.org_id:
        raise refused("id", f"{existing.id} is taken.")
    if existing.deleted_at is not None:
        return None
    same_place = (existing.org_id, existing.event_type.id) == (wanted.org_id, wanted.event_type.id)
    same_account = wanted.account_id in {None, existing.account_id}
    if not (same_place and same_account and settings.over(existing) == existing):
        raise refused("id", f"{existing.id} is taken: it is the agent {existing.name}, and it is set up differently.")
    return existing

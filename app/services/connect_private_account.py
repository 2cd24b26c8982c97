"""Give one agent a Cal.com key of its own, which goes before the account of its organization."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import uuid4

from app.domain.directory import Access, Account, Agent
from app.domain.directory_store import Directory
from app.domain.errors import ConflictError
from app.domain.event_types import EventType
from app.domain.ports import Calendar, Clock
from app.domain.stores import OpenUnit
from app.services.account_settings import checked_base_url, checked_key
from app.services.agent_settings import check_answers, check_bookable
from app.services.named import agent_named, checked_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectPrivateAccount:
    """The key is kept as an account that belongs to the agent; another key later takes its place.

    The key is tried, and the event type read with it (`event_type_id`, else that of the agent so far), before anything
    is saved. Raises UnknownNameError (ConflictError
    while the agent is linked to an account of its organization), RefusedError (NotBookableError) and CalendarError.
    """

    open_unit: OpenUnit
    read_unit: OpenUnit
    calendar: Calendar
    clock: Clock
    default_base_url: str

    def __call__(
        self,
        agent_id: str,
        *,
        api_key: str,
        name: str = "Default",
        base_url: str = "",
        event_type_id: int | None = None,
    ) -> Account:
        with self.read_unit() as unit:
            agent = agent_named(unit.directory, agent_id)
            former = _private_account(unit.directory, agent)
        access = Access(
            account_id=former.id if former else str(uuid4()),
            base_url=checked_base_url(base_url or self.default_base_url),
            api_key=checked_key(api_key),
        )
        owner = self.calendar.owner(access)
        event_type = self.calendar.event_type(access, event_type_id or agent.event_type.id)
        account = Account(
            id=access.account_id,
            org_id=agent.org_id,
            agent_id=agent.id,
            name=checked_name(name),
            base_url=access.base_url,
            key_last4=access.api_key[-4:],
            username=owner.username,
            email=owner.email,
            time_zone=owner.time_zone,
            created_at=self.clock(),
        )
        return self._save(account, access.api_key, event_type)

    def _save(self, account: Account, api_key: str, event_type: EventType) -> Account:
        with self.open_unit() as unit:
            unit.directory.hold()
            agent = agent_named(unit.directory, str(account.agent_id))
            former = _private_account(unit.directory, agent)
            if former is not None:
                account = replace(account, id=former.id, created_at=former.created_at)
            changed = replace(agent, account_id=account.id, event_type=event_type)
            check_answers(changed)
            check_bookable(changed)
            unit.directory.save_account(account, api_key)
            unit.sweeps.start_afresh(account.id)
            unit.directory.save_agent(changed)
            unit.commit()
        return account


def _private_account(directory: Directory, agent: Agent) -> Account | None:
    """The one it has or had. Raises ConflictError where it is linked to an account that others share."""
    own = directory.account(agent.account_id) if agent.account_id else None
    if own is None or own.agent_id is not None:
        return own
    if own.is_connected:
        raise ConflictError(f"The agent {agent.name} is linked to the account {own.name}. Take that link back first.")
    return None

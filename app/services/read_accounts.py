"""Show Cal.com accounts and voice agents with all that tells how they are, for an operator."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.directory import Account, Agent, Connection, Organization, connection_of
from app.domain.directory_store import Directory
from app.domain.errors import KeyUnreadableError
from app.domain.event_types import EventType
from app.domain.held_slots import HeldDay, HeldSlots
from app.domain.notices import Hook, SweepStanding
from app.domain.paging import Place, Span
from app.domain.stores import OpenUnit, UnitOfWork
from app.domain.traffic import Standing
from app.services.named import account_named, agent_named, checked_uuid
from app.services.shared_slots import agents_of

ReadTraffic = Callable[[], Sequence[Standing]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """One page of accounts, what is known of the traffic of each, and where the next page begins."""

    accounts: list[Account]
    organizations: Mapping[str, Organization]
    standings: Mapping[str, Standing]
    next_after: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAccountStates:
    """In the order of their making, of all organizations or of one. Raises RefusedError."""

    read_unit: OpenUnit
    read_traffic: ReadTraffic

    def __call__(self, *, org_id: str = "", limit: int, after: Place | None = None) -> AccountPage:
        wanted = checked_uuid(org_id, "org") if org_id else None
        with self.read_unit() as unit:
            found = unit.directory.accounts(wanted, Span(limit=limit + 1, after=after))
            organizations = organizations_of(unit.directory, found[:limit])
        return AccountPage(
            accounts=found[:limit],
            organizations=organizations,
            standings={standing.account_id: standing for standing in self.read_traffic()},
            next_after=place_of(found, limit),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldEventType:
    """What is kept of the free times of one event type; `days` is None where the cache does not answer."""

    event_type: EventType
    days: list[HeldDay] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """`unreadable` says why nothing can be told of its hook; without a `standing` it was not used within the hour."""

    account: Account
    organization: Organization | None
    agents: list[Agent]
    held: list[HeldEventType]
    hook: Hook | None = None
    unreadable: str = ""
    sweep: SweepStanding | None = None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowAccountState:
    """Asks the database and Redis, not Cal.com. Raises UnknownNameError."""

    read_unit: OpenUnit
    read_traffic: ReadTraffic
    held_slots: HeldSlots

    def __call__(self, account_id: str) -> AccountState:
        with self.read_unit() as unit:
            account = account_named(unit.directory, account_id)
            organization = unit.directory.organization(account.org_id)
            agents = agents_of(unit.directory, account)
            hook, unreadable = _hook_of(unit, account)
            sweep = unit.sweeps.standing(account.id)
        event_types = {agent.event_type.id: agent.event_type for agent in agents}.values()
        standings = (standing for standing in self.read_traffic() if standing.account_id == account.id)
        return AccountState(
            account=account,
            organization=organization,
            agents=agents,
            held=[
                HeldEventType(event_type=each, days=self.held_slots.held(account.id, each.id)) for each in event_types
            ],
            hook=hook,
            unreadable=unreadable,
            sweep=sweep,
            standing=next(standings, None),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPage:
    """One page of agents, and where the next one begins."""

    agents: list[Agent]
    organizations: Mapping[str, Organization]
    next_after: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAgentStates:
    """In the order of their making, of all organizations or of one. Raises RefusedError."""

    read_unit: OpenUnit

    def __call__(self, *, org_id: str = "", limit: int, after: Place | None = None) -> AgentPage:
        wanted = checked_uuid(org_id, "org") if org_id else None
        with self.read_unit() as unit:
            found = unit.directory.agents(wanted, Span(limit=limit + 1, after=after))
            organizations = organizations_of(unit.directory, found[:limit])
        return AgentPage(agents=found[:limit], organizations=organizations, next_after=place_of(found, limit))


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentState:
    """An agent with what it books by."""

    agent: Agent
    organization: Organization | None
    connection: Connection | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowAgentState:
    """Raises UnknownNameError."""

    read_unit: OpenUnit

    def __call__(self, agent_id: str) -> AgentState:
        with self.read_unit() as unit:
            agent = agent_named(unit.directory, agent_id)
            organization = unit.directory.organization(agent.org_id)
            connection = connection_of(agent, organization, unit.directory.account) if organization else None
        return AgentState(agent=agent, organization=organization, connection=connection)


def organizations_of(directory: Directory, rows: Sequence[Account | Agent]) -> dict[str, Organization]:
    found = {name: directory.organization(name) for name in {row.org_id for row in rows}}
    return {name: each for name, each in found.items() if each is not None}


def place_of(found: Sequence[Account | Agent], limit: int) -> Place | None:
    """Where the next page begins, if more were found than are shown."""
    last = found[limit - 1] if len(found) > limit else None
    return Place(at=last.created_at, id=last.id) if last else None


def _hook_of(unit: UnitOfWork, account: Account) -> tuple[Hook | None, str]:
    try:
        return unit.hooks.get(account.id), ""
    except KeyUnreadableError as error:
        return None, str(error)

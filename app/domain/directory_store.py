"""What the use cases need of the stored directory, as a protocol."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from app.domain.directory import Access, Account, Agent, Organization
from app.domain.event_types import EventType
from app.domain.paging import WHOLE, Span


class Directory(Protocol):
    """Lists come in the order of their making."""

    def revision(self) -> int:
        """Another number after each commit, of any process, that changed an organization, an account or an agent."""
        ...

    def hold(self) -> None:
        """From now until the unit ends no other one changes the directory: for who saves what it read, and before it
        is read. Whatever saves holds as well.
        """
        ...

    def organization(self, org_id: str) -> Organization | None: ...

    def organizations(self, span: Span = WHOLE) -> list[Organization]: ...

    def save_organization(self, organization: Organization) -> None: ...

    def account(self, account_id: str) -> Account | None: ...

    def accounts(self, org_id: str | None = None, span: Span = WHOLE) -> list[Account]: ...

    def save_account(self, account: Account, api_key: str | None) -> None:
        """Insert or update; the key is encrypted before it is stored, None leaves it as it is."""
        ...

    def disconnect_account(self, account_id: str, *, now: datetime) -> None:
        """Throw its key away for good; nothing changes where that was done before."""
        ...

    def access(self, account_id: str) -> Access | None: ...

    def agent_and_access(self, agent_id: str, account_id: str) -> tuple[Agent, Account, Access] | None:
        """What a job of this agent acts with on this account, in one look; None without an agent, account or key."""
        ...

    def rotate_keys(self) -> int:
        """Encrypt every stored key anew with the first of the secret keys; returns how many."""
        ...

    def agent(self, agent_id: str) -> Agent | None: ...

    def line_of(self, org_id: str, agent_id: str) -> tuple[Agent, Organization, Account | None] | None:
        """An agent of that organization with both and the account it books with, in one look."""
        ...

    def agents(self, org_id: str | None = None, span: Span = WHOLE) -> list[Agent]:
        """Without those that were deleted."""
        ...

    def event_types(self, account: Account) -> list[EventType]:
        """Those of the agents that book with this account; they share its host, and so its time."""
        ...

    def save_agent(self, agent: Agent) -> None: ...

"""Who books where: organizations, their Cal.com accounts and their voice agents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.event_types import EventType


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """The tenant. `primary_account_id` serves agents that have no account of their own.

    `caller_secret_hash`: SHA-256 of the secret that makes a request a verified caller's; empty: nobody is.
    """

    id: str
    name: str
    created_at: datetime
    primary_account_id: str | None = None
    caller_secret_hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A Cal.com account. The key itself never leaves storage but inside an `Access`.

    `agent_id` is set where the key is private to that agent: it serves nobody else. `email` is that of the account's
    owner at Cal.com. `disconnected_at`: since when its key is gone; jobs and appointments still name the account.
    `settle_seconds`: how long after a write with unknown outcome Cal.com may still commit it (130 s: its proxy ends
    a request at about 125 s).
    """

    id: str
    org_id: str
    name: str
    base_url: str
    key_last4: str
    username: str
    time_zone: str
    created_at: datetime
    settle_seconds: float = 130.0
    agent_id: str | None = None
    email: str = field(default="", repr=False)
    disconnected_at: datetime | None = None

    @property
    def is_connected(self) -> bool:
        return self.disconnected_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a call to Cal.com needs: where, and with which key. The key does not show in its repr."""

    account_id: str
    base_url: str
    api_key: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A voice agent and the one Cal.com event type it books.

    `account_id` is the account it is linked to, or the one of its private key: never both. `deleted_at`: since when it
    takes no request any more; what it booked stays.
    `field_answers` answers the event type's own required questions. `placeholder_email` is the owner's choice for
    callers who give a phone number only, with `{digits}` standing for it; empty: none is ever made up.
    `phone_country` (ISO 3166 code) reads national phone numbers.
    """

    id: str
    org_id: str
    name: str
    account_id: str | None
    event_type: EventType
    created_at: datetime
    time_zone: str = ""
    language: str = "en"
    wait_seconds: float = 10.0
    always_200: bool = False
    placeholder_email: str = ""
    phone_country: str = ""
    field_answers: Mapping[str, str] = field(default_factory=dict)
    deleted_at: datetime | None = None


class ConnectionKind(StrEnum):
    """By which way an agent comes to the account it books with; the first three words are the provider's contract."""

    PRIVATE = "agent"
    LINKED = "org_linked"
    NONE = "none"
    PRIMARY = "org_primary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """The account that serves an agent. One that is disconnected serves nobody, and no other steps in for it."""

    kind: ConnectionKind
    account: Account | None = None

    @property
    def is_connected(self) -> bool:
        return self.account is not None and self.account.is_connected


def effective_account_id(own_account_id: str | None, organization: Organization) -> str | None:
    """An agent's private key or linked account (it has one of them at most) goes before the primary account."""
    return own_account_id or organization.primary_account_id


def connection_of(agent: Agent, organization: Organization, find: Callable[[str], Account | None]) -> Connection:
    """What an agent books with. `find` reads an account by its id."""
    account_id = effective_account_id(agent.account_id, organization)
    account = find(account_id) if account_id else None
    if account is None:
        return Connection(kind=ConnectionKind.NONE)
    if account.agent_id is not None:
        return Connection(kind=ConnectionKind.PRIVATE, account=account)
    kind = ConnectionKind.LINKED if agent.account_id else ConnectionKind.PRIMARY
    return Connection(kind=kind, account=account)

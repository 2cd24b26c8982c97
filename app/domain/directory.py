"""Who books where: organizations, their Cal.com accounts and their voice agents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.event_types import EventType


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """The tenant. `primary_account_id` serves agents that name no account of their own.

    `verified_only`: requests that do not prove to be its own platform's are refused. `contact_match`: an appointment is
    moved or cancelled only by who names the e-mail address or phone number of its attendee.
    """

    id: str
    name: str
    created_at: datetime
    primary_account_id: str | None = None
    verified_only: bool = False
    contact_match: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A connected Cal.com account. The key itself never leaves storage but inside an `Access`.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a call to Cal.com needs: where, and with which key. The key does not show in its repr."""

    account_id: str
    base_url: str
    api_key: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A voice agent and the one Cal.com event type it books.

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

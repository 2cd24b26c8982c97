"""What a caller can ask for, and what an appointment is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

LONGEST = timedelta(days=1)
"""No appointment is longer: a Cal.com event type lasts 1,440 minutes at most."""


class Action(StrEnum):
    """What a request asks for; the page's aliases (`create`) are translated before they get here."""

    BOOK = "book"
    RESCHEDULE = "reschedule"
    CANCEL = "cancel"
    SUGGEST = "suggest"
    AVAILABILITY = "availability"
    LIST = "list"

    @property
    def is_write(self) -> bool:
        return self in {Action.BOOK, Action.RESCHEDULE, Action.CANCEL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """The person the appointment is for. `email` is lower case, `phone` is E.164; at least one of them is set."""

    name: str = field(repr=False)
    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    time_zone: str = "UTC"
    language: str = "en"

    @property
    def contacts(self) -> frozenset[str]:
        """How Cal.com and we may have stored whom this is: for a phone alone, Cal.com makes up an address."""
        by_phone = f"{self.phone.lstrip('+')}@sms.cal.com" if self.phone else ""
        return frozenset({self.email, self.phone, by_phone} - {""})


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Make an appointment at `starts_at` (UTC)."""

    action: ClassVar[Action] = Action.BOOK
    attendee: Attendee
    starts_at: datetime
    notes: str = field(default="", repr=False)
    call_session_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reschedule:
    """Move an appointment to `starts_at` (UTC); `notes` is the reason given to the host."""

    action: ClassVar[Action] = Action.RESCHEDULE
    appointment_id: str
    starts_at: datetime
    notes: str = field(default="", repr=False)
    call_session_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Call an appointment off; `notes` is the reason given to the host."""

    action: ClassVar[Action] = Action.CANCEL
    appointment_id: str
    notes: str = field(default="", repr=False)
    call_session_id: str = ""


class AppointmentStatus(StrEnum):
    """Cal.com's own four words (GET /v2/bookings/{uid}, version 2024-08-13), so that nothing is lost in between."""

    ACCEPTED = "accepted"
    PENDING = "pending"
    CANCELLED = "cancelled"
    REJECTED = "rejected"

    @property
    def is_live(self) -> bool:
        return self in {AppointmentStatus.ACCEPTED, AppointmentStatus.PENDING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A booking as Cal.com tells it. Its `uid` changes with every move; `moved_to` and `moved_from` link the chain."""

    uid: str
    status: AppointmentStatus
    starts_at: datetime
    ends_at: datetime
    event_type_id: int | None = None
    attendee_name: str = field(default="", repr=False)
    attendee_email: str = field(default="", repr=False)
    attendee_phone: str = field(default="", repr=False)
    metadata: dict[str, str]
    moved_to: str = ""
    moved_from: str = ""
    created_at: datetime | None = None
    meeting_url: str = field(default="", repr=False)

    def is_of(self, attendee: Attendee) -> bool:
        """Compares what Cal.com stored."""
        return bool({self.attendee_email.lower(), self.attendee_phone} & attendee.contacts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """Our record of one appointment for its whole life: one id, and all Cal.com uids it has had, oldest first.

    `meeting_url` is where to join by video; empty where it takes place elsewhere.
    """

    id: str
    org_id: str
    agent_id: str
    account_id: str
    event_type_id: int
    status: AppointmentStatus
    starts_at: datetime
    ends_at: datetime
    attendee: Attendee
    uids: tuple[str, ...]
    meeting_url: str = field(default="", repr=False)

    @property
    def uid(self) -> str:
        """The uid under which Cal.com keeps the appointment now."""
        return self.uids[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Which appointments a request may touch: those of its agent, and those of the event type that agent books.

    With `contacts` (not None) only those of the attendee who is reached by one of them.
    """

    org_id: str
    agent_id: str
    account_id: str
    event_type_id: int
    contacts: frozenset[str] | None = field(default=None, repr=False)

"""What the use cases need from outside, as protocols; the adapters of the other rooms fulfil them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.domain.appointments import Attendee, Booking
from app.domain.directory import Access
from app.domain.event_types import EventType, EventTypeEntry
from app.domain.outcomes import Outcome
from app.domain.traffic import Priority

Clock = Callable[[], datetime]
"""The time now, aware and in UTC."""

Aside = Callable[[], AbstractContextManager[None]]
"""Around a wait that takes long: others work meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose key it is (GET /v2/me) and the zone of their default schedule."""

    username: str
    name: str
    time_zone: str
    email: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingWish:
    """All that a booking request says. `metadata` carries our own key, by which the booking is found again."""

    event_type_id: int
    attendee: Attendee
    starts_at: datetime
    field_answers: dict[str, str]
    metadata: dict[str, str]


class Looks(Protocol):
    """What is asked of Cal.com to find out what became of a write, and what could come of another. Changes nothing."""

    def booking(self, access: Access, uid: str) -> Booking | None:
        """The booking as it stands, None if Cal.com does not know the uid. Raises CalendarError."""
        ...

    def bookings_made_since(self, access: Access, since: datetime) -> list[Booking]:
        """All that was booked from `since` on, cancelled ones too, every page read. Raises CalendarError."""
        ...

    def openings(
        self, access: Access, event_type_id: int, start: datetime, end: datetime, *, moving_uid: str = ""
    ) -> list[datetime]:
        """Free starts in [start, end), UTC, sorted, without duplicates. Raises CalendarError."""
        ...


class Calendar(Looks, Protocol):
    """Cal.com API v2. Writes never raise for what Cal.com answers or fails to answer: they return the outcome."""

    def book(self, access: Access, wish: BookingWish) -> Outcome: ...

    def move(self, access: Access, uid: str, starts_at: datetime, reason: str) -> Outcome: ...

    def cancel(self, access: Access, uid: str, reason: str) -> Outcome: ...

    def bookings(
        self,
        access: Access,
        *,
        starts_from: datetime,
        ends_by: datetime,
        event_type_id: int | None = None,
        email: str = "",
    ) -> list[Booking]:
        """All live bookings in a window, every page read; `email` as Cal.com stores it. Raises CalendarError."""
        ...

    def bookings_changed_between(self, access: Access, since: datetime, until: datetime | None) -> list[Booking]:
        """All that was booked, moved, cancelled or decided from `since` on (and until then), every page read.

        Raises CalendarError.
        """
        ...

    def event_type(self, access: Access, event_type_id: int) -> EventType:
        """Raises CalendarError (Failed with NOT_CONNECTED where there is no such type)."""
        ...

    def event_types(self, access: Access) -> list[EventTypeEntry]:
        """Those of the key's owner, hidden ones too; not those of teams. Raises CalendarError."""
        ...

    def owner(self, access: Access) -> Owner:
        """Raises CalendarError."""
        ...


CalendarAt = Callable[[Priority], Calendar]
"""The calendar whose reads have that priority. Reads that have to stand back raise PostponedError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookWish:
    """Where Cal.com shall tell of what, and the secret it signs with."""

    url: str
    triggers: tuple[str, ...]
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HookFound:
    """A hook as Cal.com lists it."""

    id: str
    url: str
    active: bool
    triggers: frozenset[str]


class HookDesk(Protocol):
    """Cal.com's webhooks of an account. Every method raises CalendarError."""

    def hooks(self, access: Access) -> list[HookFound]: ...

    def add(self, access: Access, wish: HookWish) -> HookFound:
        """Refused where that address is there already."""
        ...

    def change(self, access: Access, hook_id: str, wish: HookWish) -> bool:
        """Make the hook as wished, and active; False if it is not there any more."""
        ...

    def remove(self, access: Access, hook_id: str) -> bool:
        """False if it was not there."""
        ...


class DeliveryPublisher(Protocol):
    def publish_delivery(self, delivery_id: str) -> bool:
        """Wake a worker for this delivery; False (never an exception) if the broker did not take the message."""
        ...


class Publisher(DeliveryPublisher, Protocol):
    def publish(self, job_id: str, *, background: bool = False) -> bool:
        """Wake a worker for this job; False (never an exception) if the broker did not take the message in time.

        `background` for work that no caller waits for: it stands in a queue of its own.
        """
        ...


class NoticePublisher(Protocol):
    """Wakes a worker; False (never an exception) if the broker did not take the message in time."""

    def publish_notice(self, notice_id: str) -> bool:
        """Something Cal.com told us is to be handled."""
        ...

    def publish_sweep(self, account_id: str) -> bool:
        """An account is to be looked through for what its hook did not tell."""
        ...


class BulkPublisher(Protocol):
    def publish_bulk(self, run_id: str) -> bool:
        """Wake a worker for a run over many jobs; False (never an exception) if the broker did not take the message."""
        ...


class Doorbell(Protocol):
    """Tells waiting requests that a job is final. A ring may be lost; nobody depends on it."""

    def ring(self, job_id: str) -> None: ...

    def listening(self, job_id: str, heard: Callable[[], None]) -> AbstractContextManager[None]:
        """`heard` is called at each ring for this job until the block is left, and for those since it was looked at, if
        that was just now: at once where one may have been missed. In any thread; it has to be quick and not to fail.
        """
        ...


class SlotCache(Protocol):
    """Free starts per (account, event type, UTC day), shared by all processes. Redis off = miss, never an exception."""

    def openings(
        self,
        account_id: str,
        event_type_id: int,
        start: datetime,
        end: datetime,
        load: Callable[[datetime, datetime], list[datetime]],
        *,
        refresh: Callable[[datetime, datetime], list[datetime]] | None = None,
    ) -> list[datetime]:
        """Free starts in [start, end), none in the past; `load(start, end)` asks Cal.com for what is missing, once for
        all who wait. `refresh` (else `load`) does so ahead of need, in another thread, also after the return.
        Raises what `load` raises.
        """
        ...

    def known(
        self,
        account_id: str,
        event_type_id: int,
        start: datetime,
        end: datetime,
        refresh: Callable[[datetime, datetime], list[datetime]],
    ) -> list[datetime] | None:
        """The same where nothing is missing, without waiting for Cal.com; None where something is."""
        ...

    def taken(self, account_id: str, event_type_id: int, start: datetime, end: datetime) -> None:
        """No start in [start, end) is free any more: drop those cached, and those loaded in the next seconds."""
        ...

    def freed(self, account_id: str, event_type_id: int, start: datetime, end: datetime) -> None:
        """What was `taken` with the same times is so no longer: hide it from no further load."""
        ...

    def reserve(self, account_id: str, event_type_id: int, start: datetime, end: datetime) -> None:
        """Somebody is getting what starts in [start, end): tell nobody of it until it is `taken` or `release` is called
        with the same times, for five minutes at most.
        """
        ...

    def release(self, account_id: str, event_type_id: int, start: datetime, end: datetime) -> None: ...

    def forget(self, account_id: str, event_type_id: int, around: datetime) -> None:
        """Something near that time changed: ask Cal.com again next time."""
        ...

"""What the use cases need from outside, as protocols; the adapters of the other rooms fulfil them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from app.domain.answers import Final
from app.domain.appointments import Appointment, AppointmentStatus, Attendee, Booking
from app.domain.directory import Access, Account, Agent, Organization
from app.domain.event_types import EventType
from app.domain.jobs import Attempt, Job, Status
from app.domain.outcomes import Outcome, Trace

Clock = Callable[[], datetime]
"""The time now, aware and in UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose key it is (GET /v2/me) and the zone of their default schedule."""

    username: str
    name: str
    time_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingWish:
    """All that a booking request says. `metadata` carries our own key, by which the booking is found again."""

    event_type_id: int
    attendee: Attendee
    starts_at: datetime
    field_answers: dict[str, str]
    metadata: dict[str, str]


class Calendar(Protocol):
    """Cal.com API v2. Writes never raise for what Cal.com answers or fails to answer: they return the outcome."""

    def book(self, access: Access, wish: BookingWish) -> Outcome: ...

    def move(self, access: Access, uid: str, starts_at: datetime, reason: str) -> Outcome: ...

    def cancel(self, access: Access, uid: str, reason: str) -> Outcome: ...

    def booking(self, access: Access, uid: str) -> Booking | None:
        """The booking as it stands, None if Cal.com does not know the uid. Raises CalendarError."""
        ...

    def bookings(
        self,
        access: Access,
        *,
        starts_from: datetime,
        ends_by: datetime,
        event_type_id: int | None = None,
        email: str = "",
        include_ended: bool = False,
    ) -> list[Booking]:
        """All live bookings in a window, every page read; `email` as Cal.com stores it. Raises CalendarError."""
        ...

    def openings(
        self, access: Access, event_type_id: int, start: datetime, end: datetime, *, moving_uid: str = ""
    ) -> list[datetime]:
        """Free starts in [start, end), UTC, sorted, without duplicates. Raises CalendarError."""
        ...

    def event_type(self, access: Access, event_type_id: int) -> EventType:
        """Raises CalendarError (Failed with NOT_CONNECTED where there is no such type)."""
        ...

    def owner(self, access: Access) -> Owner:
        """Raises CalendarError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which jobs to list: newest first, `limit` of them, older than the job `before`."""

    status: Status | None = None
    org_id: str | None = None
    limit: int = 50
    before: str | None = None


class JobStore(Protocol):
    """Rows of jobs and attempts. Every change is conditional; a method that returns False or None changed nothing."""

    def add(self, job: Job) -> bool:
        """Insert; False if another job holds the same `dedupe_key` (the unique index decides)."""
        ...

    def get(self, job_id: str) -> Job | None: ...

    def get_with_history(self, job_id: str) -> Job | None: ...

    def holder_of(self, dedupe_key: str) -> Job | None: ...

    def release_key(self, job_id: str, dedupe_key: str) -> bool:
        """Give up a de-duplication key, so that the same request starts a new job."""
        ...

    def release_keys_of_appointment(self, appointment_id: str, *, keep: str) -> None:
        """The appointment changed: earlier final answers about it no longer hold (explicit keys are kept)."""
        ...

    def claim(self, job_id: str, *, owner: str, now: datetime, lease_until: datetime) -> Job | None:
        """Take a due job (or one whose lease ran out): running, fence and attempts + 1, a new attempt row.

        Refused while another job on the same appointment, or on the same calendar at an overlapping time, is running
        or has an open outcome; also while an older one on the same appointment waits its turn.
        """
        ...

    def mark_submitted(self, job: Job, *, now: datetime) -> bool:
        """Commit this before a write leaves. False: the fence is old, nothing may be sent."""
        ...

    def retry(
        self, job: Job, *, now: datetime, at: datetime, keep_submitted: bool, outcome: str, trace: Trace
    ) -> bool: ...

    def finish(self, job: Job, *, now: datetime, status: Status, final: Final, outcome: str, trace: Trace) -> bool: ...

    def hand_back(self, job: Job, *, now: datetime) -> bool:
        """Give a claimed job back unrun (shutdown): as it was before the claim, due at once."""
        ...

    def requeue(self, job_id: str, *, now: datetime, deadline_at: datetime) -> bool: ...

    def discard(self, job_id: str, *, now: datetime, final: Final) -> bool: ...

    def due(self, *, now: datetime, published_before: datetime, limit: int) -> list[str]:
        """Ids to publish: due queued or retrying jobs and run-out leases, not published since `published_before`."""
        ...

    def mark_published(self, job_ids: Sequence[str], *, now: datetime) -> None: ...

    def waiting_behind(self, job: Job) -> list[str]:
        """Ids of due jobs that `job` kept waiting (same appointment or calendar)."""
        ...

    def search(self, wanted: JobFilter) -> list[Job]: ...

    def prune(self, *, finished_before: datetime, limit: int) -> int:
        """Delete final jobs that ended before; returns how many."""
        ...

    def oldest_due(self, *, now: datetime) -> datetime | None:
        """Since when the longest waiting due job has been waiting."""
        ...

    def counts(self) -> dict[Status, int]: ...

    def attempts_of(self, job_id: str) -> list[Attempt]: ...


class AppointmentStore(Protocol):
    def save(self, appointment: Appointment) -> None:
        """Insert or update; uids are only ever added to the chain."""
        ...

    def get(self, org_id: str, appointment_id: str) -> Appointment | None:
        """By our id or by any Cal.com uid it ever had, within the org."""
        ...

    def upcoming(self, org_id: str, agent_id: str, *, email: str, phone: str, now: datetime) -> list[Appointment]: ...

    def set_status(self, appointment_id: str, status: AppointmentStatus) -> None: ...


class Directory(Protocol):
    def organization(self, org_id: str) -> Organization | None: ...

    def organizations(self) -> list[Organization]: ...

    def save_organization(self, organization: Organization) -> None: ...

    def account(self, account_id: str) -> Account | None: ...

    def accounts(self, org_id: str | None = None) -> list[Account]: ...

    def save_account(self, account: Account, api_key: str | None) -> None:
        """Insert or update; the key is encrypted before it is stored, None leaves it as it is."""
        ...

    def access(self, account_id: str) -> Access | None: ...

    def rotate_keys(self) -> int:
        """Encrypt every stored key anew with the first of the secret keys; returns how many."""
        ...

    def agent(self, agent_id: str) -> Agent | None: ...

    def agents(self, org_id: str | None = None) -> list[Agent]: ...

    def save_agent(self, agent: Agent) -> None: ...


class LeaseStore(Protocol):
    """Named leases in the database, for what only one process should do at a time."""

    def acquire(self, name: str, *, owner: str, now: datetime, until: datetime) -> bool: ...

    def release(self, name: str, *, owner: str) -> None: ...


class UnitOfWork(Protocol):
    """One transaction; rolled back unless `commit()` was called. Raises StoreUnavailableError."""

    jobs: JobStore
    appointments: AppointmentStore
    directory: Directory
    leases: LeaseStore

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def commit(self) -> None: ...


OpenUnit = Callable[[], UnitOfWork]
"""Opens a unit of work that writes; on SQLite it takes the write lock at once."""


class Publisher(Protocol):
    def publish(self, job_id: str, *, background: bool = False) -> bool:
        """Wake a worker for this job; False (never an exception) if the broker did not take the message in time.

        `background` for work that no caller waits for: it stands in a queue of its own.
        """
        ...


class Bell(Protocol):
    """One waiter's ear at the doorbell."""

    def wait(self, timeout: float) -> bool:
        """True as soon as it rang since listening began or since the last `wait`; False after `timeout` seconds."""
        ...


class Doorbell(Protocol):
    """Tells waiting requests that a job is final. A ring may be lost; nobody depends on it."""

    def ring(self, job_id: str) -> None: ...

    def listening(self, job_id: str) -> AbstractContextManager[Bell]:
        """Hear rings for this job until the block is left; look at the job inside it, so that no ring is missed."""
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
    ) -> list[datetime]:
        """Free starts in [start, end), none in the past; `load(start, end)` asks Cal.com for what is missing, once for
        all who wait. It may be called in another thread, also after the return. Raises what `load` raises.
        """
        ...

    def taken(self, account_id: str, event_type_id: int, start: datetime, end: datetime) -> None:
        """No start in [start, end) is free any more: drop those cached, and those loaded in the next seconds."""
        ...

    def forget(self, account_id: str, event_type_id: int, around: datetime) -> None:
        """Something near that time changed: ask Cal.com again next time."""
        ...

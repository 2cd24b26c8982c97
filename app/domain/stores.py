"""What the use cases need of the database, as protocols; `app.storage` fulfils them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from app.domain.amendments import AmendmentStore
from app.domain.answers import Final
from app.domain.api_keys import ApiKeyStore
from app.domain.appointment_store import AppointmentStore
from app.domain.audit import AuditStore
from app.domain.bulk_store import BulkStore
from app.domain.callbacks import CallbackStore
from app.domain.caller_secrets import CallerSecretStore
from app.domain.directory_store import Directory
from app.domain.job_search import JobList
from app.domain.jobs import Attempt, Job, Status
from app.domain.notice_stores import HookStore, NoticeStore, SweepStore
from app.domain.operators import OperatorStore
from app.domain.outcomes import Trace
from app.domain.overview_store import OverviewStore
from app.domain.paging import Place
from app.domain.privacy import PersonalData
from app.domain.tallies import TallyStore
from app.domain.webhook_stores import DeliveryStore, EndpointStore


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which jobs to list: newest first, `limit` of them, older than the job `before` and behind the place `after`."""

    status: Status | None = None
    org_id: str | None = None
    agent_id: str | None = None
    limit: int = 50
    before: str | None = None
    after: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueJob:
    """A job that a worker could take. `published_at`: when a worker was last told so, None if never."""

    id: str
    created_at: datetime
    due_since: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What one organization has queued: accepted and not yet tried. `is_overdue`: one has been due for too long.

    `pace`: how many of its jobs ended within the last minute, counted only where one is overdue.
    """

    org_id: str
    length: int
    is_overdue: bool
    pace: int = 0


class JobStore(Protocol):
    """Rows of jobs and attempts. Every change is conditional; a method that returns False or None changed nothing."""

    def add(self, job: Job) -> bool:
        """Insert; False if another job holds the same `dedupe_key` (the unique index decides)."""
        ...

    def get(self, job_id: str) -> Job | None: ...

    def get_with_history(self, job_id: str) -> Job | None: ...

    def holder_of(self, dedupe_key: str) -> Job | None: ...

    def newest_open_on(
        self, org_id: str, calendar: str, appointment_id: str, *, contacts: frozenset[str] | None = None
    ) -> datetime | None:
        """When the youngest job on this appointment that is not final yet was created; None if there is none.

        With `contacts` only where the appointment is being booked for whom one of them reaches.
        """
        ...

    def has_open(self, *, agent_id: str | None = None, account_id: str | None = None) -> bool:
        """Whether a job of this agent, or with this account, is not final yet."""
        ...

    def is_undecided(
        self, org_id: str, calendar: str, appointment_id: str, *, contacts: frozenset[str] | None = None
    ) -> bool:
        """Whether its booking ended with a write that Cal.com may have carried out: it may be there, unknown to us."""
        ...

    def is_followed(self, job: Job) -> bool:
        """Whether a later job that succeeded, or may yet, books the same or changes the same appointment."""
        ...

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

    def renew(self, job: Job, *, now: datetime, lease_until: datetime) -> bool:
        """Hold a claimed job for longer; False if its lease ran out or it is not ours any more."""
        ...

    def mark_submitted(self, job: Job, *, now: datetime) -> bool:
        """Commit this before a write leaves. False: the fence is old, nothing may be sent."""
        ...

    def retry(
        self, job: Job, *, now: datetime, at: datetime, keep_submitted: bool, outcome: str, trace: Trace
    ) -> bool: ...

    def finish(self, job: Job, *, now: datetime, status: Status, final: Final, outcome: str, trace: Trace) -> bool: ...

    def hand_back(self, job: Job, *, now: datetime, at: datetime | None = None) -> bool:
        """Give a claimed job back unrun (shutdown, no leave to ask Cal.com): as it was before, due `at` or at once."""
        ...

    def requeue(
        self, job_id: str, *, now: datetime, deadline_at: datetime, fence: int | None = None, amended: Job | None = None
    ) -> bool:
        """Only under that `fence`, where one is given. `amended` has the command and times it runs with from now on."""
        ...

    def discard(self, job_id: str, *, now: datetime, final: Final, fence: int | None = None) -> bool: ...

    def due(self, *, now: datetime, unpublished_since: datetime, per_org: int) -> dict[str, list[DueJob]]:
        """By organization, longest waiting first: those due of its `per_org` oldest queued jobs that wait for no other
        one, its retrying ones and run-out leases. Without organizations whose due jobs were all published since then.
        """
        ...

    def queues(self, *, now: datetime, overdue_since: datetime) -> list[Queue]:
        """Of the organizations that have queued jobs."""
        ...

    def mark_published(self, job_ids: Sequence[str], *, now: datetime) -> None:
        """Those that have moved on since are left alone."""
        ...

    def mark_unpublished(self, job_id: str) -> None:
        """Its message came to nothing: to be published again at once."""
        ...

    def waiting_behind(self, job: Job, *, now: datetime) -> list[str]:
        """Ids of jobs that `job` kept waiting (same appointment or calendar) and that may run now, all at once."""
        ...

    def search(self, wanted: JobFilter) -> list[Job]: ...

    def prune(self, *, finished_before: datetime, limit: int) -> int:
        """Delete final jobs that ended before; returns how many."""
        ...

    def oldest_due(self, *, now: datetime) -> datetime | None:
        """Since when the longest waiting due job has been waiting."""
        ...

    def open_counts(self) -> dict[Status, int]:
        """How many jobs stand in each state that is not final; 0 too."""
        ...

    def statuses(self, job_ids: Sequence[str]) -> dict[str, Status]:
        """Of those that there are."""
        ...

    def attempts_of(self, job_id: str) -> list[Attempt]: ...

    def under_way_on(self, appointment_id: str) -> list[str]:
        """Ids of jobs on this appointment that run or whose write has an open outcome.

        Until a unit that writes ends no other one can be claimed, so that the appointment's row stays as it is.
        """
        ...

    def look_now(self, job_id: str, *, now: datetime) -> bool:
        """Have a waiting job whose outcome is open look at Cal.com at once, and not when its next look is due."""
        ...


class LeaseStore(Protocol):
    """Named leases in the database, for what only one process should do at a time."""

    def acquire(self, name: str, *, owner: str, now: datetime, until: datetime) -> bool: ...

    def release(self, name: str, *, owner: str) -> None: ...


class UnitOfWork(Protocol):
    """One transaction; rolled back unless `commit()` was called. Raises StoreUnavailableError.

    One that only reads need not be one: what it reads later may be younger, and no lock outlasts its statement.
    """

    jobs: JobStore
    job_list: JobList
    appointments: AppointmentStore
    directory: Directory
    caller_secrets: CallerSecretStore
    personal_data: PersonalData
    audit: AuditStore
    api_keys: ApiKeyStore
    leases: LeaseStore
    notices: NoticeStore
    hooks: HookStore
    sweeps: SweepStore
    operators: OperatorStore
    tallies: TallyStore
    overview: OverviewStore
    endpoints: EndpointStore
    deliveries: DeliveryStore
    callbacks: CallbackStore
    amendments: AmendmentStore
    bulk: BulkStore

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def commit(self) -> None: ...


OpenUnit = Callable[[], UnitOfWork]
"""Opens a unit of work that writes; on SQLite it takes the write lock at once."""

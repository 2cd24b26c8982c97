"""Looking through jobs: by what they are chosen, page by page in both directions, and how many there are by state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.domain.answers import Result
from app.domain.appointments import Action, Attendee, Book
from app.domain.jobs import Attempt, Job, Status
from app.domain.paging import Place

TRIED_OFTEN = (2, 5)
"""The numbers of attempts by which jobs can be chosen: those made at least."""

COUNTED = 1000
"""Final jobs are counted up to so many: what it costs must not grow with how many there are."""

ENDINGS = {
    Status.SUCCEEDED: (Result.BOOKED, Result.REQUESTED, Result.CANCELLED),
    Status.FAILED: (
        Result.SLOT_TAKEN,
        Result.SLOT_NOT_OFFERED,
        Result.SLOT_PAST,
        Result.LIMIT_REACHED,
        Result.EMAIL_NEEDED,
        Result.PHONE_NEEDED,
        Result.PERSON_LIMIT,
        Result.UNKNOWN_APPOINTMENT,
        Result.ALREADY_CANCELLED,
        Result.ALREADY_OVER,
        Result.NOT_CANCELLABLE,
        Result.NOT_CONNECTED,
        Result.NOT_BOOKABLE,
        Result.UPSTREAM_REFUSED,
        Result.UPSTREAM_DOWN,
        Result.UPSTREAM_KEY,
        Result.OUTCOME_UNKNOWN,
        Result.INTERNAL,
    ),
    Status.DISCARDED: (Result.DISCARDED,),
}
"""What a job in each final state can have come to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSearch:
    """Which jobs: those of which all that is given here is true.

    `since` and `until` are about when they were accepted, `until` excluded. `tried` is one of TRIED_OFTEN. `contacts`:
    bookings for whom one of them reaches, and every job on an appointment of theirs.
    """

    status: Status | None = None
    action: Action | None = None
    org_id: str | None = None
    agent_id: str | None = None
    account_id: str | None = None
    result: Result | None = None
    tried: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    call_session_id: str | None = None
    appointment_id: str | None = None
    contacts: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which part of what was found, newest first: `limit` jobs behind `older_than`, or in front of `newer_than`."""

    limit: int = 50
    older_than: Place | None = None
    newer_than: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedJob:
    """A job as a list shows it. `last` is its newest attempt, `attendee` whom its appointment is for, if known.

    Names are empty where the organization or agent is not there any more.
    """

    job: Job
    org_name: str = ""
    agent_name: str = ""
    attendee: Attendee | None = None
    last: Attempt | None = None

    @property
    def place(self) -> Place:
        return Place(at=self.job.created_at, id=self.job.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPage:
    """One part of a list, and whether there is more of it on either side."""

    rows: tuple[ListedJob, ...]
    has_newer: bool
    has_older: bool


class JobList(Protocol):
    """Jobs as they are looked through. Nothing asked here takes longer because there are more jobs."""

    def page(self, wanted: JobSearch, part: Part) -> JobPage: ...

    def counts(self, wanted: JobSearch) -> Mapping[Status, int]:
        """Of every state, whichever is wanted; of final ones COUNTED + 1 stands for more than can be counted."""
        ...

    def appointment_named(self, name: str) -> str | None:
        """The id of the appointment that has this id, or ever had this Cal.com uid."""
        ...


def whom(job: Job, of_appointment: Attendee | None) -> Attendee | None:
    """Whom a job is for: a booking says so itself."""
    return job.command.attendee if isinstance(job.command, Book) else of_appointment

"""Callers to call back: they were told "still confirming", and then what they wanted failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from app.domain.appointments import Action, Attendee
from app.domain.jobs import Job
from app.domain.paging import Place


class Ending(StrEnum):
    """Why a caller need not be called back any more."""

    DONE = "done"  # an operator says so
    SUCCEEDED = "succeeded"  # the request itself went through after all
    BOOKED_SINCE = "booked_since"  # another request of theirs went through
    ERASED = "erased"  # nobody knows any more who it was


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """One failed job whose caller does not know it. Who that is stands in the job and its appointment alone.

    `heard_at` is when the final answer was asked for after all: the platform knows it, the caller perhaps.
    `claimed_by` and `closed_by` are operators' names; `settled_by` is the job that made the call needless.
    """

    job_id: str
    org_id: str
    appointment_id: str
    action: Action
    created_at: datetime
    claimed_by: str = ""
    claimed_at: datetime | None = None
    heard_at: datetime | None = None
    closed_at: datetime | None = None
    ending: Ending | None = None
    closed_by: str = ""
    settled_by: str = ""
    note: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCallback:
    """With the job, and whom it was for; None where that is not known yet: a change of a booking that never was."""

    callback: Callback
    job: Job
    attendee: Attendee | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackFilter:
    """Which to list, the youngest first: those that are open (with `claimed_by`: of this operator), or closed ones,
    the last closed first. `limit` of them, behind the place `after`.
    """

    closed: bool = False
    claimed_by: str = ""
    org_id: str = ""
    limit: int = 50
    after: Place | None = None


class CallbackStore(Protocol):
    """Methods that return False changed nothing."""

    def note_told(self, job_ids: Sequence[str], *, now: datetime) -> frozenset[str]:
        """The callers of these jobs are about to be told "still confirming".

        Returns those of which that is noted now: not what is final, was noted before or is being changed.
        """
        ...

    def note_told_late(self, job_id: str, *, now: datetime) -> None:
        """Its caller was told so, whatever became of the job since; if it failed, there is somebody to call back."""
        ...

    def note_heard(self, job_id: str, *, now: datetime) -> bool:
        """The first time the final answer was asked for."""
        ...

    def is_unheard(self, job_id: str) -> bool:
        """Whether there is a callback whose caller has not asked for the final answer yet."""
        ...

    def open(self, job_id: str, *, now: datetime) -> None:
        """The job has failed. If its caller was told "still confirming", they are to be called back.

        Closed at once where another request of theirs went through meanwhile.
        """
        ...

    def close_settled(self, job: Job, attendee: Attendee | None, *, now: datetime) -> None:
        """The job went through: its own callback is closed, those about the same appointment and, where `attendee` has
        an appointment by it, the other bookings and moves that the same contact wanted.
        """
        ...

    def get(self, job_id: str) -> ListedCallback | None: ...

    def search(self, wanted: CallbackFilter) -> list[ListedCallback]: ...

    def count_open(self, *, most: int) -> int:
        """How many are open; counts no further than `most`."""
        ...

    def claim(self, job_id: str, operator: str, *, now: datetime) -> bool:
        """False unless it is open, and nobody else's."""
        ...

    def release(self, job_id: str) -> bool:
        """False unless it is open and somebody's."""
        ...

    def finish(self, job_id: str, operator: str, *, note: str, now: datetime) -> bool:
        """False unless it is open, and nobody else's."""
        ...

"""What became of a job, step by step: every state it was in, every attempt, and what people did to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import zip_longest

from app.domain.audit import AuditEntry, Deed
from app.domain.jobs import Attempt, Job, Status
from app.domain.outcomes import Failed, SlotUnavailable, Succeeded


class Step(StrEnum):
    """What happened."""

    ACCEPTED = "accepted"
    CLAIMED = "claimed"  # a worker began an attempt
    SENT = "sent"  # what the job asks for left for Cal.com
    ENDED = "ended"  # the attempt, with what it came to
    ABANDONED = "abandoned"  # the worker gave no sign of life any more, and another one took over
    REQUEUED = "requeued"
    DISCARDED = "discarded"
    DUE = "due"  # the next attempt: it has yet to happen


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """`status` is the state the job came into, None where it stayed in the one it was in.

    `attempt` is the one it is about, `entry` the record of who did it, where there is one.
    """

    at: datetime
    step: Step
    status: Status | None = None
    attempt: Attempt | None = None
    entry: AuditEntry | None = None


BY_PEOPLE = {
    Deed.REQUEUE: (Step.REQUEUED, Status.QUEUED),
    Deed.AMEND: (Step.REQUEUED, Status.QUEUED),
    Deed.DISCARD: (Step.DISCARDED, Status.DISCARDED),
}


def timeline(job: Job, entries: Iterable[AuditEntry]) -> tuple[Moment, ...]:
    """Oldest first. `entries` are those of the record that are about the job."""
    done = [
        Moment(at=entry.at, step=step, status=status, entry=entry)
        for entry in entries
        for deed, (step, status) in BY_PEOPLE.items()
        if entry.deed is deed
    ]
    moments = [Moment(at=job.created_at, step=Step.ACCEPTED, status=Status.QUEUED), *_attempts(job), *done]
    if job.status is Status.DISCARDED and job.finished_at and not any(_closes(each) for each in done):
        moments.append(Moment(at=job.finished_at, step=Step.DISCARDED, status=Status.DISCARDED))
    moments.sort(key=lambda moment: moment.at)
    if job.status in {Status.QUEUED, Status.RETRYING}:
        moments.append(Moment(at=job.next_attempt_at, step=Step.DUE))
    return tuple(moments)


def _closes(moment: Moment) -> bool:
    return moment.step is Step.DISCARDED


def _attempts(job: Job) -> Iterator[Moment]:
    for attempt, later in zip_longest(job.history, job.history[1:]):
        yield Moment(at=attempt.started_at, step=Step.CLAIMED, status=Status.RUNNING, attempt=attempt)
        if attempt.submitted_at is not None:
            yield Moment(at=attempt.submitted_at, step=Step.SENT, attempt=attempt)
        if attempt.finished_at is not None:
            status = _came_to(job, attempt, later)
            yield Moment(at=attempt.finished_at, step=Step.ENDED, status=status, attempt=attempt)
        elif later is not None:
            yield Moment(at=later.started_at, step=Step.ABANDONED, attempt=attempt)


def _came_to(job: Job, attempt: Attempt, later: Attempt | None) -> Status:
    """An attempt's row does not tell the job's state; what it came to and what followed do."""
    if attempt.outcome == Succeeded.name:
        return Status.SUCCEEDED
    given_up = later is not None and later.number <= attempt.number  # numbers begin anew when a job is requeued
    ended = later is None and job.status is Status.FAILED
    if given_up or ended or attempt.outcome in {Failed.name, SlotUnavailable.name}:
        return Status.FAILED
    return Status.RETRYING

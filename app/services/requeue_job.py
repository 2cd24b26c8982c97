"""Run a job again that ended without success, because an operator wants it so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.answers import Result
from app.domain.appointments import Cancel
from app.domain.errors import ConflictError, RefusedError
from app.domain.jobs import Job, Status, sources_of
from app.domain.ports import Clock, Publisher
from app.domain.retry_policy import deadline
from app.domain.stores import OpenUnit
from app.services.named import job_named, refused

LONGEST = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequeueJob:
    """`lasting` is how long the job may be tried from now on; without it the usual limit of its action.

    Whatever of the job's earlier requests may have reached Cal.com is looked for before anything is sent again.
    `force` runs it although the same request came again later, or its appointment has changed since.
    Raises UnknownNameError (ConflictError where its state does not allow this) and RefusedError.
    """

    open_unit: OpenUnit
    publisher: Publisher
    clock: Clock

    def __call__(self, job_id: str, *, lasting: timedelta | None = None, force: bool = False) -> Job:
        now = self.clock()
        with self.open_unit() as unit:
            job = job_named(unit.jobs, job_id)
            _check_state(job)
            if not force:
                _check_current(job)
            if not unit.jobs.requeue(job.id, now=now, deadline_at=_deadline(job, now, lasting)):
                raise ConflictError(f"The job {job.id} changed at this moment. Look at it again.")
            requeued = job_named(unit.jobs, job.id)
            unit.commit()
        self.publisher.publish(job.id, background=True)
        return requeued


def _check_state(job: Job) -> None:
    allowed = sources_of(Status.QUEUED)
    if job.status not in allowed:
        words = " or ".join(sorted(allowed))
        raise ConflictError(f"The job {job.id} is {job.status}; only {words} jobs can be requeued.")


def _check_current(job: Job) -> None:
    """A job that gave up its de-duplication key was followed by something newer."""
    if job.dedupe_key is None:
        reason = "The same request came again later, or its appointment has changed since; it could be done twice."
        raise refused("job", f"{reason} Look at the newer jobs; requeue this one with --force.")


def _deadline(job: Job, now: datetime, lasting: timedelta | None) -> datetime:
    starts_at = None if isinstance(job.command, Cancel) else job.command.starts_at
    if starts_at is not None and starts_at <= now:
        raise RefusedError(Result.TIME_PAST, fields={"job": "The time it asks for has passed. Discard it instead."})
    if lasting is None:
        return deadline(job.action, now=now, starts_at=starts_at)
    if not timedelta() < lasting <= LONGEST:
        raise refused("deadline", f"It must be more than nothing and at most {LONGEST.days} days.")
    return now + lasting if starts_at is None else min(now + lasting, starts_at)

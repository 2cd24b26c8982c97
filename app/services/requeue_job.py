"""Run a job again that ended without success, because an operator wants it so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.amendments import Amendment, changes_between
from app.domain.answers import Result
from app.domain.appointments import Book, Cancel
from app.domain.audit import Deed
from app.domain.errors import ConflictError, RefusedError
from app.domain.jobs import Job, Status, sources_of
from app.domain.ports import Clock, Publisher
from app.domain.privacy import ERASED
from app.domain.retry_policy import deadline
from app.domain.stores import OpenUnit, UnitOfWork
from app.services.decided import check_reason, check_version, record_decision
from app.services.named import job_named, refused

LONGEST = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequeueJob:
    """`lasting` is how long the job may be tried from now on; without it the usual limit of its action.

    Whatever of the job's earlier requests may have reached Cal.com is looked for before anything is sent again.
    `force` runs it although the same request came again later, or its appointment has changed since. `version`: how
    the job was when it was decided about; empty for however it is. Raises UnknownNameError (ConflictError where its
    state does not allow this) and RefusedError.
    """

    open_unit: OpenUnit
    publisher: Publisher
    clock: Clock

    def __call__(
        self, job_id: str, *, actor: str, lasting: timedelta | None = None, force: bool = False, version: str = ""
    ) -> Job:
        with self.open_unit() as unit:
            job = job_named(unit.jobs, job_id)
            check_version(job, version)
            requeued = requeue(unit, job, now=self.clock(), actor=actor, lasting=lasting, force=force)
            unit.commit()
        self.wake(requeued)
        return requeued

    def wake(self, job: Job) -> None:
        """A worker for it. Should the message be lost, the scheduler sends another."""
        self.publisher.publish(job.id, background=True)


def requeue(
    unit: UnitOfWork,
    job: Job,
    *,
    now: datetime,
    actor: str,
    reason: str = "",
    lasting: timedelta | None = None,
    force: bool = False,
    amended: Job | None = None,
) -> Job:
    """The same within a unit of work that does more than this; who commits it publishes the job.

    `amended`: the job with what it is to ask for from now on.
    """
    check_requeue(unit, job, force=force)
    check_reason(job, reason)
    until = _deadline(amended or job, now, lasting)
    if not unit.jobs.requeue(job.id, now=now, deadline_at=until, fence=job.fence, amended=amended):
        raise ConflictError(f"The job {job.id} changed at this moment. Look at it again.")
    deed = Deed.REQUEUE if amended is None else Deed.AMEND
    entry_id = record_decision(unit, deed, job, actor=actor, at=now, reason=reason)
    if amended is not None:
        changed = changes_between(job, amended)
        former = None if amended.starts_at == job.starts_at else job.starts_at
        unit.amendments.add(Amendment(id=entry_id, job_id=job.id, at=now, changed=changed, former_starts_at=former))
    return job_named(unit.jobs, job.id)


def check_requeue(unit: UnitOfWork, job: Job, *, force: bool = False) -> None:
    """Raises ConflictError and RefusedError where the job, as it is kept, cannot run again."""
    allowed = sources_of(Status.QUEUED)
    if job.status not in allowed:
        words = " or ".join(sorted(allowed))
        raise ConflictError(f"The job {job.id} is {job.status}; only {words} jobs can be requeued.")
    if is_erased(job):
        raise refused("job", "Its personal data was erased: nobody knows any more whom to book.")
    if not force and is_superseded(unit, job):
        reason = "The same request came again later, or its appointment has changed since; it could be done twice."
        raise refused("job", f"{reason} Look at the newer jobs; requeue this one with --force.")


def is_erased(job: Job) -> bool:
    return isinstance(job.command, Book) and job.command.attendee.name == ERASED


def is_superseded(unit: UnitOfWork, job: Job) -> bool:
    """A job that gave up its de-duplication key was followed by something newer; a key of the client's own is kept."""
    return job.dedupe_key is None or unit.jobs.is_followed(job)


def _deadline(job: Job, now: datetime, lasting: timedelta | None) -> datetime:
    """One whose time has passed may still find out whether Cal.com has it, and then ends."""
    starts_at = None if isinstance(job.command, Cancel) else job.command.starts_at
    if starts_at is not None and starts_at <= now and job.submitted_at is None:
        raise RefusedError(Result.TIME_PAST, fields={"job": "The time it asks for has passed. Discard it instead."})
    if lasting is None:
        return deadline(job.action, now=now, starts_at=starts_at)
    if not timedelta() < lasting <= LONGEST:
        raise refused("deadline", f"It must be more than nothing and at most {LONGEST.days} days.")
    return now + lasting if starts_at is None else min(now + lasting, starts_at)

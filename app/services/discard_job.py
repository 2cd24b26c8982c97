"""Close a job for good, because an operator decided that it shall not run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.answers import Final, Result
from app.domain.audit import Deed
from app.domain.errors import ConflictError
from app.domain.jobs import Job, Status, sources_of
from app.domain.ports import Clock, Doorbell, Publisher
from app.domain.stores import OpenUnit, UnitOfWork
from app.services.decided import check_reason, check_version, record_decision
from app.services.named import checked_reason, job_named, refused
from app.services.tell_outcome import tell_discard


@dataclass(frozen=True, slots=True, kw_only=True)
class Discarded:
    """A job that was closed: what is to be woken by it once that is committed."""

    job: Job
    freed: tuple[str, ...]
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscardJob:
    """While it is not known whether Cal.com has what the job asked for, only `force` discards it.

    `version`: how the job was when it was decided about; empty for however it is.
    Raises UnknownNameError (ConflictError where its state does not allow this) and RefusedError.
    """

    open_unit: OpenUnit
    publisher: Publisher
    doorbell: Doorbell
    clock: Clock

    def __call__(self, job_id: str, *, actor: str, reason: str, force: bool = False, version: str = "") -> Job:
        why = checked_reason(reason)
        with self.open_unit() as unit:
            job = job_named(unit.jobs, job_id)
            check_version(job, version)
            done = discard(unit, job, now=self.clock(), actor=actor, reason=why, force=force)
            unit.commit()
        self.wake(done)
        return done.job

    def wake(self, done: Discarded) -> None:
        """Whoever waited for the job, or behind it. What is not told here, the scheduler finds."""
        self.doorbell.ring(done.job.id)
        for waiting in done.freed:
            self.publisher.publish(waiting)
        for delivery_id in done.told:
            self.publisher.publish_delivery(delivery_id)


def discard(unit: UnitOfWork, job: Job, *, now: datetime, actor: str, reason: str, force: bool = False) -> Discarded:
    """The same within a unit of work that does more than this; who commits it wakes those who wait."""
    check_discard(job)
    check_reason(job, reason)
    if not force:
        _check_outcome(job)
    final = Final(result=Result.DISCARDED, detail=reason)
    if not unit.jobs.discard(job.id, now=now, final=final, fence=job.fence):
        raise ConflictError(f"The job {job.id} changed at this moment. Look at it again.")
    record_decision(unit, Deed.DISCARD, job, actor=actor, at=now, reason=reason)
    told = tell_discard(unit, job, now)
    unit.callbacks.open(job.id, now=now)
    discarded = job_named(unit.jobs, job.id)
    return Discarded(job=discarded, freed=tuple(unit.jobs.waiting_behind(discarded, now=now)), told=told)


def check_discard(job: Job) -> None:
    """Raises ConflictError where the job, as it is kept, cannot be closed."""
    if job.status is Status.RUNNING:
        raise ConflictError(f"A worker is at the job {job.id} now. Wait until it is done, then look again.")
    if job.status not in sources_of(Status.DISCARDED):
        raise ConflictError(f"The job {job.id} is {job.status} already.")


def _check_outcome(job: Job) -> None:
    if job.submitted_at is not None:
        advice = "It is being looked for" if job.outcome_is_open else "Requeue it to look again"
        raise refused(
            "job",
            f"Cal.com may have what it asked for. {advice}; or look in Cal.com yourself, then discard it with --force.",
        )

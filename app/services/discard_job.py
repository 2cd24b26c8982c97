"""Close a job for good, because an operator decided that it shall not run."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.answers import Final, Result
from app.domain.errors import ConflictError
from app.domain.jobs import Job, Status, sources_of
from app.domain.ports import Clock, Doorbell, Publisher
from app.domain.stores import OpenUnit
from app.services.named import checked_reason, job_named, refused
from app.services.tell_outcome import tell_discard


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscardJob:
    """While it is not known whether Cal.com has what the job asked for, only `force` discards it.

    Raises UnknownNameError (ConflictError where its state does not allow this) and RefusedError.
    """

    open_unit: OpenUnit
    publisher: Publisher
    doorbell: Doorbell
    clock: Clock

    def __call__(self, job_id: str, *, reason: str, force: bool = False) -> Job:
        final = Final(result=Result.DISCARDED, detail=checked_reason(reason))
        with self.open_unit() as unit:
            job = job_named(unit.jobs, job_id)
            _check_state(job)
            if not force:
                _check_outcome(job)
            if not unit.jobs.discard(job.id, now=self.clock(), final=final):
                raise ConflictError(f"The job {job.id} changed at this moment. Look at it again.")
            told = tell_discard(unit, job, self.clock())
            unit.callbacks.open(job.id, now=self.clock())
            discarded = job_named(unit.jobs, job.id)
            freed = unit.jobs.waiting_behind(discarded, now=self.clock())
            unit.commit()
        self.doorbell.ring(job.id)
        for waiting in freed:
            self.publisher.publish(waiting)
        for delivery_id in told:
            self.publisher.publish_delivery(delivery_id)
        return discarded


def _check_state(job: Job) -> None:
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

"""Accept a request that changes something: one row, committed, before anybody is told "we have it"."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.answers import Result
from app.domain.appointments import Appointment, Book, Cancel, Reschedule
from app.domain.dedupe import Identity, identify
from app.domain.errors import RefusedError, StoreUnavailableError
from app.domain.identifiers import new_appointment_id, new_job_id
from app.domain.jobs import Command, Job, Status
from app.domain.ports import Clock, Publisher
from app.domain.retry_policy import deadline
from app.domain.stores import OpenUnit, UnitOfWork
from app.services.admission import Admission
from app.services.connect_agent import Line

TRIES = 3
"""How often the insert is tried while another request takes or gives up the same key at the same moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The job that stands for the request; `attached` if it was there before."""

    job: Job
    attached: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitJob:
    """Raises RefusedError, and StoreUnavailableError where nothing was accepted.

    However busy it is, the same request again attaches to its job: that costs nothing.
    """

    open_unit: OpenUnit
    admission: Admission
    publisher: Publisher
    clock: Clock

    def __call__(self, line: Line, command: Command, *, zone: str, idempotency_key: str = "") -> Submission:
        now, org_id = self.clock(), line.organization.id
        place = self.admission.place_for(org_id)
        with self.open_unit() as unit:
            command, appointment_id = self._target(unit, line, command, now)
            identity = identify(command, org_id=org_id, agent_id=line.agent.id, idempotency_key=idempotency_key)
            job = _new_job(line, command, appointment_id, zone, identity, now)
            job = job if place.at_once else replace(job, published_at=None)
            submission = self._insert(unit, job, identity, now)
            if place.refused is not None and not submission.attached:
                raise RefusedError(place.refused, retry_after=place.retry_after)
            unit.commit()
        if not submission.attached:
            self.admission.accepted(org_id)
            if place.at_once:
                self.publisher.publish(job.id)
        return submission

    def _target(self, unit: UnitOfWork, line: Line, command: Command, now: datetime) -> tuple[Command, str]:
        """The command with our own appointment id in it, checked against what we know of the appointment."""
        if isinstance(command, Book):
            return command, new_appointment_id()
        appointment = unit.appointments.get(line.organization.id, command.appointment_id)
        if appointment is None or appointment.agent_id != line.agent.id:
            raise RefusedError(Result.UNKNOWN_APPOINTMENT)
        if isinstance(command, Reschedule):
            _check_movable(appointment, now)
        return replace(command, appointment_id=appointment.id), appointment.id

    def _insert(self, unit: UnitOfWork, job: Job, identity: Identity, now: datetime) -> Submission:
        """The unique index decides who is first; an older answer that no longer holds gives its key up."""
        for _ in range(TRIES):
            if unit.jobs.add(job):
                return Submission(job=job)
            holder = unit.jobs.holder_of(identity.key)
            if holder is None:
                continue
            if _still_holds(holder, identity, now):
                if holder.fingerprint != identity.fingerprint:
                    raise RefusedError(Result.KEY_REUSED)
                return Submission(job=holder, attached=True)
            unit.jobs.release_key(holder.id, identity.key)
        raise StoreUnavailableError("the same request is being accepted elsewhere at this moment")


def _check_movable(appointment: Appointment, now: datetime) -> None:
    if not appointment.status.is_live:
        raise RefusedError(Result.ALREADY_CANCELLED)
    if appointment.ends_at <= now:
        raise RefusedError(Result.ALREADY_OVER)


def _still_holds(holder: Job, identity: Identity, now: datetime) -> bool:
    """Whether the same request gets the answer of `holder`.

    A running job always answers for its repeats. A final answer holds for its time; but a definite "no" found by what
    was asked (not by a key the client chose) is worth asking again, for the slot may be free now.
    """
    if not holder.status.is_final:
        return True
    if holder.dedupe_until is None or holder.dedupe_until <= now:
        return False
    if identity.explicit or holder.status is Status.SUCCEEDED:
        return True
    return holder.final is not None and holder.final.result is Result.OUTCOME_UNKNOWN


def _new_job(line: Line, command: Command, appointment_id: str, zone: str, identity: Identity, now: datetime) -> Job:
    starts_at = None if isinstance(command, Cancel) else command.starts_at
    length = timedelta(minutes=line.agent.event_type.length_minutes)
    return Job(
        id=new_job_id(),
        org_id=line.organization.id,
        agent_id=line.agent.id,
        account_id=line.account.id,
        appointment_id=appointment_id,
        command=command,
        status=Status.QUEUED,
        created_at=now,
        deadline_at=deadline(command.action, now=now, starts_at=starts_at),
        next_attempt_at=now,
        published_at=now,
        zone=zone,
        language=line.agent.language,
        calendar=line.calendar,
        starts_at=starts_at,
        ends_at=None if starts_at is None else starts_at + length,
        dedupe_key=identity.key,
        fingerprint=identity.fingerprint,
        dedupe_until=now + identity.lasts,
    )

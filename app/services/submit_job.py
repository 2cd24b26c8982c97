"""Accept a request that changes something: one row, committed, before anybody is told "we have it"."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.answers import Result
from app.domain.appointments import Book, Cancel, Reach, Reschedule
from app.domain.dedupe import WITHOUT_KEY, Identity, identify
from app.domain.errors import RefusedError, StoreUnavailableError
from app.domain.identifiers import new_appointment_id, new_job_id
from app.domain.jobs import Command, Job, Status
from app.domain.limits import Counted, Limits, Subject, subject
from app.domain.ports import Clock, Publisher, SlotCache
from app.domain.retry_policy import deadline
from app.domain.stores import OpenUnit, UnitOfWork
from app.services.admission import Admission, Place
from app.services.connect_agent import Line
from app.services.shared_slots import reserve_slots

TRIES = 3
"""How often the insert is tried while another request takes or gives up the same key at the same moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The job that stands for the request; `attached` if it was there before."""

    job: Job
    attached: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a job is about. A change goes to the account that has the appointment, whichever the agent has by now.

    `behind`: when the job before it on this appointment was created; hosts' clocks may differ, the order may not.
    `is_undecided`: nobody knows whether Cal.com has it, so that nothing will be sent.
    `length`: of the appointment where it is known, else of what the agent books.
    """

    appointment_id: str
    account_id: str
    length: timedelta
    behind: datetime | None = None
    is_undecided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitJob:
    """Raises RefusedError, and StoreUnavailableError where nothing was accepted.

    However busy it is, and however late, the same request again attaches to its job: that costs nothing.
    """

    open_unit: OpenUnit
    admission: Admission
    limits: Limits
    publisher: Publisher
    cache: SlotCache
    clock: Clock

    def __call__(
        self,
        line: Line,
        command: Command,
        *,
        zone: str,
        idempotency_key: str = "",
        contacts: frozenset[str] | None = None,
        endpoint_ids: tuple[str, ...] = (),
    ) -> Submission:
        """`contacts`: of the attendee whose appointment this has to be; None: of anybody's."""
        now, org_id = self.clock(), line.organization.id
        place = self.admission.place_for(org_id)
        with self.open_unit() as unit:
            command, target = self._target(unit, line, command, contacts)
            identity = identify(command, org_id=org_id, agent_id=line.agent.id, idempotency_key=idempotency_key)
            _check_endpoints(unit, org_id, endpoint_ids)
            job = replace(_new_job(line, command, target, zone, identity, now), endpoint_ids=endpoint_ids)
            job = job if place.at_once else replace(job, published_at=None)
            submission = self._insert(unit, job, identity, now)
            if not submission.attached:
                self._admit(job, place, now)
            self._commit(unit, job, submission)
        if not submission.attached:
            self.admission.accepted(org_id)
            if not target.is_undecided:
                reserve_slots(self.cache, job, line.sharing(job.account_id))
            if place.at_once and not self.publisher.publish(job.id):
                self._mark_unpublished(job)
        return submission

    def _admit(self, job: Job, place: Place, now: datetime) -> None:
        """Only what is new has to pass, known once the insert is made: what is refused here is rolled back."""
        if job.starts_at is not None and job.starts_at <= now:
            raise RefusedError(Result.TIME_PAST, fields={"appointment_datetime": "is in the past"})
        if place.refused is not None:
            raise RefusedError(place.refused, retry_after=place.retry_after)
        too_soon = self.limits.take(_subjects(job.org_id, job.command))
        if too_soon:
            raise RefusedError(Result.RATE_LIMITED, retry_after=math.ceil(too_soon))

    def _mark_unpublished(self, job: Job) -> None:
        """So that the scheduler does not wait for the message first. Accepted it is in any case."""
        with suppress(StoreUnavailableError), self.open_unit() as unit:
            unit.jobs.mark_unpublished(job.id)
            unit.commit()

    def _commit(self, unit: UnitOfWork, job: Job, submission: Submission) -> None:
        """A connection lost during the commit leaves open whether it happened: then the row tells."""
        try:
            unit.commit()
        except StoreUnavailableError:
            with self.open_unit() as again:
                if submission.attached or again.jobs.get(job.id) is None:
                    raise

    def _target(
        self, unit: UnitOfWork, line: Line, command: Command, contacts: frozenset[str] | None
    ) -> tuple[Command, Target]:
        """The command with our own appointment id in it, and what is known of its appointment.

        One that is not known yet may be under way: then this comes after its booking. Or nobody knows whether Cal.com
        has it: then that is what this comes to. As many looks for one that is not there as for one that is somebody
        else's: their time tells nothing.
        """
        length = timedelta(minutes=line.agent.event_type.length_minutes)
        if isinstance(command, Book):
            return command, Target(appointment_id=new_appointment_id(), account_id=line.account.id, length=length)
        appointment = unit.appointments.within(_reach(line, contacts), command.appointment_id)
        if isinstance(command, Reschedule) and appointment is not None and not appointment.status.is_live:
            raise RefusedError(Result.ALREADY_CANCELLED)
        account_id = appointment.account_id if appointment else line.account.id
        appointment_id = appointment.id if appointment else command.appointment_id
        length = appointment.ends_at - appointment.starts_at if appointment else length
        named = line.organization.id, line.calendar_of(account_id), appointment_id
        whose = contacts if appointment is None else None
        behind = unit.jobs.newest_open_on(*named, contacts=whose)
        is_undecided = appointment is None and behind is None
        if is_undecided and not unit.jobs.is_undecided(*named, contacts=whose):
            raise RefusedError(Result.UNKNOWN_APPOINTMENT)
        target = Target(appointment_id=appointment_id, account_id=account_id, length=length, behind=behind)
        return replace(command, appointment_id=appointment_id), replace(target, is_undecided=is_undecided)

    def _insert(self, unit: UnitOfWork, job: Job, identity: Identity, now: datetime) -> Submission:
        """The unique index decides who is first; an older answer that no longer holds gives its key up."""
        for _ in range(TRIES):
            if unit.jobs.add(job):
                return Submission(job=job)
            holder = unit.jobs.holder_of(identity.key)
            if holder is None:
                continue
            if _still_holds(holder, identity, now) and (identity.explicit or _still_stands(unit, holder)):
                if holder.fingerprint != identity.fingerprint:
                    raise RefusedError(Result.KEY_REUSED)
                return Submission(job=holder, attached=True)
            unit.jobs.release_key(holder.id, identity.key)
        raise StoreUnavailableError("the same request is being accepted elsewhere at this moment")


def _check_endpoints(unit: UnitOfWork, org_id: str, chosen: tuple[str, ...]) -> None:
    """A request may choose among its organization's endpoints, and name no address. Raises RefusedError."""
    if chosen and not {endpoint.id for endpoint in unit.endpoints.of_organization(org_id)}.issuperset(chosen):
        raise RefusedError(Result.INVALID, fields={"webhook_endpoints": "names one that is not registered"})


def _still_holds(holder: Job, identity: Identity, now: datetime) -> bool:
    """Whether the same request gets the answer of `holder`.

    A running job always answers for its repeats. A final answer holds for its time, and a while from its end however
    long that took; but a definite "no" found by what was asked (not by a key the client chose) is worth asking again,
    for the slot may be free now.
    """
    finished_at, until = holder.finished_at, holder.dedupe_until
    if finished_at is None:
        return True
    if until is None or max(until, finished_at + WITHOUT_KEY) <= now:
        return False
    if identity.explicit or holder.status is Status.SUCCEEDED:
        return True
    return holder.final is not None and holder.final.result is Result.OUTCOME_UNKNOWN


def _still_stands(unit: UnitOfWork, holder: Job) -> bool:
    """A "booked" is not repeated for an appointment that was called off or moved since, or is about to be; nor is an
    "unknown" of a change that could not be sent, once what it is about is known.
    """
    appointment_id = (holder.final and holder.final.appointment_id) or holder.appointment_id
    if holder.status is Status.FAILED and not holder.submissions:
        return unit.appointments.get(holder.org_id, appointment_id) is None
    if isinstance(holder.command, Cancel):  # nothing undoes it
        return True
    newest = unit.jobs.newest_open_on(holder.org_id, holder.calendar, appointment_id)
    if holder.status is Status.SUCCEEDED and holder.final is not None:
        appointment = unit.appointments.get(holder.org_id, appointment_id)
        if newest is not None or appointment is None or not appointment.status.is_live:
            return False
        return appointment.starts_at == holder.final.starts_at
    if holder.status.is_final and isinstance(holder.command, Book):  # of unknown outcome: one more could be a second
        return True
    return newest is None or newest <= holder.created_at


def _subjects(org_id: str, command: Command) -> list[Subject]:
    """Whom a request is for, as far as it says so: nobody needs dozens of changes an hour."""
    if not isinstance(command, Book):
        return [subject(Counted.CONTACT, org_id, command.appointment_id)]
    contacts = filter(None, (command.attendee.email, command.attendee.phone))
    return [subject(Counted.CONTACT, org_id, contact) for contact in contacts]


def _reach(line: Line, contacts: frozenset[str] | None) -> Reach:
    """Any agent that books the same event type of the same account may change it: they share one calendar."""
    return Reach(
        org_id=line.organization.id,
        agent_id=line.agent.id,
        account_id=line.account.id,
        event_type_id=line.agent.event_type.id,
        contacts=contacts,
    )


def _new_job(line: Line, command: Command, target: Target, zone: str, identity: Identity, now: datetime) -> Job:
    starts_at = None if isinstance(command, Cancel) else command.starts_at
    return Job(
        id=new_job_id(),
        org_id=line.organization.id,
        agent_id=line.agent.id,
        account_id=target.account_id,
        appointment_id=target.appointment_id,
        command=command,
        status=Status.QUEUED,
        created_at=now if target.behind is None else max(now, target.behind + timedelta(microseconds=1)),
        deadline_at=deadline(command.action, now=now, starts_at=starts_at),
        next_attempt_at=now,
        published_at=now,
        zone=zone,
        language=line.agent.language,
        calendar=line.calendar_of(target.account_id),
        starts_at=starts_at,
        ends_at=None if starts_at is None else starts_at + target.length,
        dedupe_key=identity.key,
        fingerprint=identity.fingerprint,
        dedupe_until=now + identity.lasts,
    )

"""Change the time or the contact of a job that ended without success, and run it again so."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.domain.amendments import changes_between
from app.domain.answers import Result
from app.domain.appointments import Attendee, Book, Cancel
from app.domain.contacts import attendee_for, normalise_email, normalise_phone, placeholder_email
from app.domain.directory import Agent
from app.domain.errors import NotConnectedError, RefusedError
from app.domain.jobs import Job
from app.domain.ports import Clock, Publisher
from app.domain.preflight import NEAREST, Preflight, Verdict
from app.domain.slots import nearest_first
from app.domain.stores import OpenUnit
from app.services.decided import check_reason, check_version
from app.services.named import checked_name, checked_reason, job_named, refused
from app.services.preflight_job import PreflightJob
from app.services.requeue_job import check_requeue, requeue

ANSWERS = {
    Verdict.SLOT_GONE: (Result.SLOT_NOT_OFFERED, "time"),
    Verdict.TIME_PAST: (Result.TIME_PAST, "time"),
    Verdict.CONTACT_NEEDED: (Result.INVALID, "contact"),
}
"""What a change is refused with, and which field is to blame; all else is about the job itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What to change; None leaves a field as it is."""

    starts_at: datetime | None = None
    name: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendJob:
    """The job stays the same: its id, by which Cal.com's booking is found, and its de-duplication key.

    Only where a pre-flight of the changed job says that it can be done. That looks for all the job has ever sent: what
    is there already, may still come, or could not be looked for is not asked for in another way beside it.
    Raises UnknownNameError (ConflictError where the job moved on since `version`) and RefusedError.
    """

    open_unit: OpenUnit
    read_unit: OpenUnit
    preflight_job: PreflightJob
    publisher: Publisher
    clock: Clock

    def __call__(self, job_id: str, change: Change, *, actor: str, reason: str, version: str = "") -> Job:
        why = checked_reason(reason)
        with self.read_unit() as unit:
            seen = job_named(unit.jobs, job_id)
            check_version(seen, version)
            check_requeue(unit, seen)
            check_reason(seen, why)
            agent = unit.directory.agent(seen.agent_id)
        if agent is None:
            raise NotConnectedError("Its agent is not there any more.")
        amended = _amended(seen, change, agent)
        if not changes_between(seen, amended):
            raise refused("job", "Nothing is changed. Retry it as it is.")
        check_reason(amended, why)
        _check_told(self.preflight_job.of(amended, in_place_of=seen))
        with self.open_unit() as unit:
            job = job_named(unit.jobs, seen.id)
            check_version(job, seen.version)
            again = requeue(unit, job, now=self.clock(), actor=actor, reason=why, amended=amended)
            unit.commit()
        self.publisher.publish(job.id, background=True)
        return again


def _check_told(told: Preflight) -> None:
    if told.verdict is Verdict.USEFUL:
        return
    result, name = ANSWERS.get(told.verdict, (Result.INVALID, "job"))
    near = nearest_first(told.openings, told.job.starts_at, NEAREST) if told.job.starts_at else ()
    raise RefusedError(result, fields={name: told.says}, openings=near)


def _amended(job: Job, change: Change, agent: Agent) -> Job:
    command = job.command
    if isinstance(command, Cancel):
        raise refused("job", "A cancel has no time and no contact of its own.")
    starts_at = change.starts_at or command.starts_at
    length = timedelta(minutes=agent.event_type.length_minutes)
    if isinstance(command, Book):
        command = replace(command, attendee=_attendee(command.attendee, change, agent))
    elif job.starts_at and job.ends_at:  # the appointment stays as long as it is, whatever its agent books by now
        length = job.ends_at - job.starts_at
    return replace(job, command=replace(command, starts_at=starts_at), starts_at=starts_at, ends_at=starts_at + length)


def _attendee(attendee: Attendee, change: Change, agent: Agent) -> Attendee:
    """By the rules for callers. An address that was made up for the former number is made up anew for the new one."""
    name = attendee.name if change.name is None else checked_name(change.name)
    phone = attendee.phone if change.phone is None else _normal_phone(change.phone, agent)
    email = attendee.email if change.email is None else _normal_email(change.email)
    pattern = agent.placeholder_email
    if pattern and attendee.phone and email == placeholder_email(pattern, attendee.phone) and phone != attendee.phone:
        email = ""
    if not (email or phone):
        raise refused("contact", "Give an e-mail address or a phone number.")
    return attendee_for(agent.event_type, replace(attendee, name=name, email=email, phone=phone), pattern)


def _normal_email(text: str) -> str:
    try:
        return normalise_email(text) if text.strip() else ""
    except ValueError as fault:
        raise refused("email", f"It {fault}.") from None


def _normal_phone(text: str, agent: Agent) -> str:
    try:
        return normalise_phone(text, agent.phone_country) if text.strip() else ""
    except ValueError as fault:
        raise refused("phone", f"It {fault}.") from None

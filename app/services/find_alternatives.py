"""Ask Cal.com which times nearest to a failed wish are free now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.appointments import Book, Cancel
from app.domain.directory import Access, Agent
from app.domain.errors import NotConnectedError
from app.domain.jobs import Job
from app.domain.ports import Calendar, Clock
from app.domain.slots import nearest_first, upcoming
from app.domain.stores import OpenUnit, UnitOfWork
from app.services.named import job_named

AHEAD = timedelta(days=7)
"""How far behind the wished time others are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindAlternatives:
    """For one job, nearest first; none for a cancel, which wants no time. What is cached does not count here.

    Raises UnknownNameError (NotConnectedError without a key) and CalendarError.
    """

    read_unit: OpenUnit
    calendar: Calendar
    clock: Clock

    def __call__(self, job_id: str) -> tuple[datetime, ...]:
        with self.read_unit() as unit:
            job = job_named(unit.jobs, job_id)
            agent, access = _agent_of(unit, job), _access_of(unit, job)
            appointment = unit.appointments.get(job.org_id, job.appointment_id)
        if isinstance(job.command, Cancel):
            return ()
        now, wanted = self.clock(), job.command.starts_at
        moved = None if isinstance(job.command, Book) else appointment
        event_type_id = moved.event_type_id if moved is not None else agent.event_type.id
        moving = appointment.uid if appointment is not None and appointment.status.is_live else ""
        until = max(wanted, now) + AHEAD
        free = self.calendar.openings(access, event_type_id, now, until, moving_uid=moving)
        return nearest_first(upcoming(free, self.clock()), wanted)


def _agent_of(unit: UnitOfWork, job: Job) -> Agent:
    agent = unit.directory.agent(job.agent_id)
    if agent is None:
        raise NotConnectedError("The agent they spoke to is not there any more.")
    return agent


def _access_of(unit: UnitOfWork, job: Job) -> Access:
    access = unit.directory.access(job.account_id)
    if access is None:
        raise NotConnectedError("The Cal.com account has no key any more.")
    return access

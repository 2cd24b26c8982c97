"""Show all there is to know about one job: what was asked and answered, each step, and what is connected with it."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.answers import Answer, Result
from app.domain.appointments import Appointment, Attendee
from app.domain.audit import AuditEntry, AuditFilter
from app.domain.directory import Account, Agent, Organization
from app.domain.events import Event
from app.domain.job_search import JobSearch, ListedJob, Part, whom
from app.domain.jobs import Job
from app.domain.stores import OpenUnit, UnitOfWork
from app.domain.timeline import Moment, timeline
from app.domain.webhooks import Delivery
from app.services.answer_job import answer_of
from app.services.named import job_named

RELATED = Part(limit=20)
TOLD = 50
"""Deliveries shown, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedJob:
    """`answer` is what its caller is told at this moment. Organization, agent and account are None where they are not
    there any more; `deliveries` are about its appointment, `of_call` and `of_appointment` the other jobs of the same.
    """

    job: Job
    organization: Organization | None
    agent: Agent | None
    account: Account | None
    appointment: Appointment | None
    attendee: Attendee | None
    answer: Answer
    moments: tuple[Moment, ...]
    deliveries: list[tuple[Event, Delivery]]
    of_call: tuple[ListedJob, ...]
    of_appointment: tuple[ListedJob, ...]
    entries: list[AuditEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectJob:
    """Raises UnknownNameError."""

    read_unit: OpenUnit

    def __call__(self, job_id: str) -> InspectedJob:
        with self.read_unit() as unit:
            job = job_named(unit.jobs, job_id)
            agent = unit.directory.agent(job.agent_id)
            appointment = unit.appointments.get(job.org_id, job.appointment_id)
            entries = unit.audit.search(AuditFilter(target=job.id))
            base = Answer(result=Result.INTERNAL, agent_name=agent.name if agent else "")
            call = job.command.call_session_id
            return InspectedJob(
                job=job,
                organization=unit.directory.organization(job.org_id),
                agent=agent,
                account=unit.directory.account(job.account_id),
                appointment=appointment,
                attendee=whom(job, appointment.attendee if appointment else None),
                answer=answer_of(job, base),
                moments=timeline(job, entries),
                deliveries=unit.deliveries.about(job.appointment_id, limit=TOLD),
                of_call=_others(unit, job, JobSearch(org_id=job.org_id, call_session_id=call)) if call else (),
                of_appointment=_others(unit, job, JobSearch(appointment_id=job.appointment_id)),
                entries=entries,
            )


def _others(unit: UnitOfWork, job: Job, wanted: JobSearch) -> tuple[ListedJob, ...]:
    return tuple(row for row in unit.job_list.page(wanted, RELATED).rows if row.job.id != job.id)

"""Record what others are told of a job's end, in the unit of work that ends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from app.domain.answers import Final, Result
from app.domain.appointments import Action, Appointment, AppointmentStatus
from app.domain.events import Event, EventName, Source, appointment_event, failure_event, job_event
from app.domain.jobs import Job, Status
from app.domain.stores import UnitOfWork
from app.services.record_event import record_event

DONE = {
    Action.BOOK: EventName.APPOINTMENT_BOOKED,
    Action.RESCHEDULE: EventName.APPOINTMENT_RESCHEDULED,
    Action.CANCEL: EventName.APPOINTMENT_CANCELLED,
}

FOR_A_PERSON = frozenset({Result.OUTCOME_UNKNOWN, Result.INTERNAL})
"""Ends of which nobody knows whether Cal.com has what was asked for."""


def tell_success(
    unit: UnitOfWork, job: Job, appointment: Appointment, before: Appointment | None, now: datetime
) -> tuple[str, ...]:
    """`before` is the appointment as it was kept until now. One that did not change is no news, the job's end is.

    Returns the ids of deliveries to publish after the commit.
    """
    told = job_event(EventName.JOB_SUCCEEDED, job, status=Status.SUCCEEDED, reason=None, now=now)
    changed = before is None or _facts(before) != _facts(appointment)
    news = [_news(job, appointment, before, now)] if changed else []
    return record_event(unit, *news, told)


def tell_failure(unit: UnitOfWork, job: Job, final: Final, now: datetime) -> tuple[str, ...]:
    """The job ended without what it asked for. Returns the ids of deliveries to publish after the commit."""
    appointment = unit.appointments.get(job.org_id, job.appointment_id)
    reason = final.result.value
    unknown = final.result in FOR_A_PERSON
    name = EventName.APPOINTMENT_NEEDS_ATTENTION if unknown else EventName.APPOINTMENT_FAILED
    news = [failure_event(name, job, reason=reason, now=now, appointment=appointment)]
    if final.result is Result.ALREADY_CANCELLED and appointment is not None and appointment.status.is_live:
        news.append(_found_cancelled(appointment, now))
    told = job_event(EventName.JOB_FAILED, job, status=Status.FAILED, reason=reason, now=now)
    return record_event(unit, *news, told)


def tell_discard(unit: UnitOfWork, job: Job, now: datetime) -> tuple[str, ...]:
    """An operator closed the job; its failure was told before if it had ended. Returns what is to be published."""
    reason = Result.DISCARDED.value
    told = job_event(EventName.JOB_FAILED, job, status=Status.DISCARDED, reason=reason, now=now)
    if job.status.is_final:
        return record_event(unit, told)
    appointment = unit.appointments.get(job.org_id, job.appointment_id)
    unknown = job.submitted_at is not None
    name = EventName.APPOINTMENT_NEEDS_ATTENTION if unknown else EventName.APPOINTMENT_FAILED
    return record_event(unit, failure_event(name, job, reason=reason, now=now, appointment=appointment), told)


def _news(job: Job, appointment: Appointment, before: Appointment | None, now: datetime) -> Event:
    name = DONE[job.action]
    if appointment.status is AppointmentStatus.PENDING:
        name = EventName.APPOINTMENT_PENDING
    previous = before.starts_at if before is not None and before.starts_at != appointment.starts_at else None
    return appointment_event(name, appointment, now=now, previous=previous, source=Source.RINGBOOK, job=job)


def _found_cancelled(appointment: Appointment, now: datetime) -> Event:
    """It was cancelled in Cal.com itself, as the job found out."""
    cancelled = replace(appointment, status=AppointmentStatus.CANCELLED)
    return appointment_event(EventName.APPOINTMENT_CANCELLED, cancelled, now=now)


def _facts(appointment: Appointment) -> tuple[object, ...]:
    return appointment.status, appointment.starts_at, appointment.ends_at

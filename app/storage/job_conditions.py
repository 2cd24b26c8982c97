"""What must hold for a job to run now, as SQL conditions on its row."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select, text, tuple_
from sqlalchemy.orm import Session

from app.domain.jobs import Job, Status
from app.storage.dialects import on_postgresql
from app.storage.tables import jobs

other = jobs.alias("other")

is_open = jobs.c.finished_at.is_(None)


def is_due(now: datetime, *, early: timedelta = timedelta()) -> ColumnElement[bool]:
    """Waiting and its time has come, give or take `early`, or running past its lease."""
    return and_(
        is_open,
        jobs.c.next_attempt_at <= now + early,
        or_(jobs.c.status != Status.RUNNING, jobs.c.lease_until < now),
    )


def is_unhindered(now: datetime) -> ColumnElement[bool]:
    """No other job on the same appointment, or at an overlapping time of the same calendar, goes first.

    First go: one that runs under a live lease; one whose write has an open outcome; and of one appointment the older
    one, even while it pauses: a cancel must not overtake the booking it is about. A job whose own outcome is open waits
    only for jobs that run and for outcomes open for longer, so that no two jobs can wait for each other. One whose time
    is over and that sent nothing waits for nobody: it only ends.
    """
    runs = other.c.lease_until >= now
    sent = other.c.submitted_at.is_not(None)
    i_sent_first = and_(
        jobs.c.submitted_at.is_not(None),
        tuple_(jobs.c.submitted_at, jobs.c.id) < tuple_(other.c.submitted_at, other.c.id),
    )
    holds = or_(runs, and_(sent, ~i_sent_first))
    older = and_(
        jobs.c.submitted_at.is_(None),
        tuple_(other.c.created_at, other.c.id) < tuple_(jobs.c.created_at, jobs.c.id),
    )
    another = and_(other.c.finished_at.is_(None), other.c.id != jobs.c.id)
    same_appointment = other.c.appointment_id == jobs.c.appointment_id
    overlapping = and_(
        other.c.calendar == jobs.c.calendar,
        other.c.starts_at < jobs.c.ends_at,
        other.c.ends_at > jobs.c.starts_at,
    )
    goes_first = or_(
        exists().where(another, same_appointment, or_(holds, older)).correlate(jobs),
        exists().where(another, overlapping, holds).correlate(jobs),
    )
    only_ends = and_(jobs.c.deadline_at <= now, jobs.c.submitted_at.is_(None))
    return or_(only_ends, ~goes_first)


def may_have_waited_for(job: Job) -> ColumnElement[bool]:
    """Waiting jobs on the appointment of `job`, or at an overlapping time of its calendar."""
    related = jobs.c.appointment_id == job.appointment_id
    if job.starts_at is not None and job.ends_at is not None:
        overlapping = and_(
            jobs.c.calendar == job.calendar, jobs.c.starts_at < job.ends_at, jobs.c.ends_at > job.starts_at
        )
        related = or_(related, overlapping)
    return and_(is_open, jobs.c.status != Status.RUNNING, jobs.c.id != job.id, related)


def take_turns(session: Session, job_id: str) -> None:
    """Until the transaction ends, no other claim looks at this job's appointment or calendar.

    PostgreSQL alone needs it: there two claims at once would not see each other. SQLite has one writer at a time.
    """
    if not on_postgresql(session):
        return
    place = session.execute(select(jobs.c.calendar, jobs.c.appointment_id).where(jobs.c.id == job_id)).one_or_none()
    if place is None:
        return
    _lock(session, f"calendar {place.calendar}", _name_of(place.appointment_id))


def hold_appointment(session: Session, appointment_id: str) -> None:
    """Until the transaction ends, no job on this appointment is claimed or begins to send."""
    if on_postgresql(session):
        _lock(session, _name_of(appointment_id))


def _name_of(appointment_id: str) -> str:
    return f"appointment {appointment_id}"


def _lock(session: Session, *names: str) -> None:
    """Always in the same order, so that no two wait for each other."""
    for number in sorted(_lock_number(name) for name in names):
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


def _lock_number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)

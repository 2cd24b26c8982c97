"""What must hold for a job to run now, as SQL conditions on its row."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    exists,
    or_,
    select,
    text,
    tuple_,
    union_all,
)

from app.domain.appointments import LONGEST
from app.domain.jobs import Job, Status
from app.storage.columns import UtcTime
from app.storage.dialects import DayBefore, on_postgresql
from app.storage.tables import jobs

Moment = datetime | BindParameter[datetime]
"""A time, or the place for one in a statement that is made once and run often."""

other = jobs.alias("other")

is_open = jobs.c.finished_at.is_(None)

PLACE = select(jobs.c.calendar, jobs.c.appointment_id).where(jobs.c.id == bindparam("this_job"))
LOCKS = text("SELECT pg_advisory_xact_lock(:first), pg_advisory_xact_lock(:last)")
"""A lock that is held already is taken once more at no cost."""


def is_due(now: Moment, *, by: Moment | None = None) -> ColumnElement[bool]:
    """Waiting and its time has come, `now` or `by` then, or running past its lease."""
    return and_(
        is_open,
        jobs.c.next_attempt_at <= (now if by is None else by),
        or_(jobs.c.status != Status.RUNNING, jobs.c.lease_until < now),
    )


def is_unhindered(now: Moment) -> ColumnElement[bool]:
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
        other.c.starts_at > DayBefore(jobs.c.starts_at),  # nothing is longer: thousands of queued jobs are not read
        other.c.ends_at > jobs.c.starts_at,
    )
    goes_first = or_(
        exists().where(another, same_appointment, or_(holds, older)).correlate(jobs),
        exists().where(another, overlapping, holds).correlate(jobs),
    )
    only_ends = and_(jobs.c.deadline_at <= now, jobs.c.submitted_at.is_(None))
    return or_(only_ends, ~goes_first)


def waits_behind(now: Moment) -> ColumnElement[bool]:
    """Waiting jobs whose time has come on a job's appointment, or at an overlapping time of its calendar; `of` gives
    its values.

    Each of the two is looked up by its own index: asked for with `or`, SQLite would read every open job.
    """
    due = other.c.finished_at.is_(None), other.c.status != Status.RUNNING, other.c.next_attempt_at <= now
    same_appointment = other.c.appointment_id == bindparam("of_appointment")
    overlapping = (
        other.c.calendar == bindparam("of_calendar"),
        other.c.starts_at < bindparam("of_ends_at", type_=UtcTime),
        other.c.starts_at > bindparam("of_earliest", type_=UtcTime),
        other.c.ends_at > bindparam("of_starts_at", type_=UtcTime),
    )
    ways = [select(other.c.id).where(*due, same_appointment), select(other.c.id).where(*due, *overlapping)]
    return and_(jobs.c.id.in_(union_all(*ways)), jobs.c.id != bindparam("of_job"))


def of(job: Job) -> dict[str, Any]:
    """A job without times (a cancellation) overlaps with nothing, for nothing compares with NULL."""
    return {
        "of_job": job.id,
        "of_appointment": job.appointment_id,
        "of_calendar": job.calendar,
        "of_starts_at": job.starts_at,
        "of_earliest": job.starts_at and job.starts_at - LONGEST,
        "of_ends_at": job.ends_at,
    }


def take_turns(connection: Connection, job_id: str, at: Job | None = None) -> None:
    """Until the transaction ends, no other claim looks at this job's appointment or calendar.

    `at` is the job where it is known; while it is held, nobody gives it another appointment or calendar. PostgreSQL
    alone needs it: there two claims at once would not see each other. SQLite has one writer at a time.
    """
    if not on_postgresql(connection):
        return
    place = at or connection.execute(PLACE, {"this_job": job_id}).one_or_none()
    if place is None:
        return
    _lock(connection, f"calendar {place.calendar}", _name_of(place.appointment_id))


def hold_appointment(connection: Connection, appointment_id: str) -> None:
    """Until the transaction ends, if there is one, no job on this appointment is claimed or begins to send."""
    if on_postgresql(connection):
        _lock(connection, _name_of(appointment_id))


def _name_of(appointment_id: str) -> str:
    return f"appointment {appointment_id}"


def _lock(connection: Connection, *names: str) -> None:
    """Always in the same order, so that no two wait for each other."""
    first, last = min(numbers := [_lock_number(name) for name in names]), max(numbers)
    connection.execute(LOCKS, {"first": first, "last": last})


def _lock_number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)

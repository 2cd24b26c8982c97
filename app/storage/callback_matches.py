"""Which callers a success makes needless to call back, and which were served before their failure was known."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, or_, select, union

from app.domain.appointments import AppointmentStatus, Attendee, Book, Cancel
from app.domain.jobs import Job, Status
from app.storage.callback_tables import OPEN, OPEN_MOVES, TOLD, attendee_email, attendee_phone, callbacks
from app.storage.directory_tables import agents
from app.storage.tables import appointments, jobs

LOOKED_AT = 1000
"""Of an organization's moves, the youngest: each has to be looked at for whose it is."""

ANY_OPEN = select(callbacks.c.job_id).where(callbacks.c.org_id == bindparam("org"), OPEN).limit(1)

LIVE = [status for status in AppointmentStatus if status.is_live]


def settled_with(connection: Connection, job: Job, contacts: frozenset[str]) -> set[str]:
    """Ids of the open ones that `job`, which went through, settles. Without `contacts` only its own and those about the
    same appointment. What was to be cancelled still stands, whatever else was booked.
    """
    if connection.scalar(ANY_OPEN, {"org": job.org_id}) is None:  # most of the time: one short look instead of two long
        return set()
    found = [select(callbacks.c.job_id).where(callbacks.c.job_id == job.id, OPEN)]
    if not isinstance(job.command, Book):
        earlier = select(callbacks.c.job_id).join(jobs, _asked_before(job))
        found.append(earlier.where(callbacks.c.appointment_id == job.appointment_id, OPEN))
    if not contacts or isinstance(job.command, Cancel):
        return set(connection.scalars(union(*found)))
    still_open = exists().where(callbacks.c.job_id == jobs.c.id, OPEN)
    told = jobs.c.org_id == job.org_id, TOLD, still_open
    found += [select(jobs.c.id).where(contact.in_(contacts), *told) for contact in (attendee_email, attendee_phone)]
    return {*connection.scalars(union(*found)), *_moves_wanted_by(connection, job, contacts)}


def _asked_before(job: Job) -> ColumnElement[bool]:
    """A wish about an appointment is not settled by an older one that went through only now."""
    return and_(jobs.c.id == callbacks.c.job_id, jobs.c.created_at < job.created_at)


def _moves_wanted_by(connection: Connection, job: Job, contacts: frozenset[str]) -> list[str]:
    """By whose the appointment is or, where it was never made, who asked for it."""
    wanted = select(callbacks.c.job_id, callbacks.c.appointment_id).join(jobs, _asked_before(job))
    youngest = wanted.where(callbacks.c.org_id == job.org_id, OPEN_MOVES).order_by(callbacks.c.created_at.desc())
    moves = connection.execute(youngest.limit(LOOKED_AT)).all()
    if not moves:
        return []
    ids = {move.appointment_id for move in moves}
    reached = or_(appointments.c.attendee_email.in_(contacts), appointments.c.attendee_phone.in_(contacts))
    asked = or_(attendee_email.in_(contacts), attendee_phone.in_(contacts))
    theirs = {
        *connection.scalars(select(appointments.c.id).where(appointments.c.id.in_(ids), reached)),
        *connection.scalars(select(jobs.c.appointment_id).where(jobs.c.appointment_id.in_(ids), asked)),
    }
    return [move.job_id for move in moves if move.appointment_id in theirs]


def booked_meanwhile(connection: Connection, job: Job, attendee: Attendee | None, now: datetime) -> str | None:
    """Id of a job that went through after the caller of `job` was told "still confirming", and settles theirs."""
    ids = {job.appointment_id}
    if attendee is not None and not isinstance(job.command, Cancel):
        ids |= _upcoming(connection, job.org_id, attendee.contacts, now)
    is_booking = isinstance(job.command, Book)
    later = jobs.c.finished_at > job.told_pending_at if is_booking else jobs.c.created_at > job.created_at
    done = jobs.c.status == Status.SUCCEEDED, later, jobs.c.id != job.id
    return connection.scalar(select(jobs.c.id).where(jobs.c.appointment_id.in_(ids), *done).limit(1))


def _upcoming(connection: Connection, org_id: str, contacts: frozenset[str], now: datetime) -> set[str]:
    """Ids of live appointments that have not ended, of any agent of the organization."""
    of_org = appointments.c.agent_id.in_(select(agents.c.id).where(agents.c.org_id == org_id))
    still = appointments.c.org_id == org_id, of_org, appointments.c.ends_at > now, appointments.c.status.in_(LIVE)
    reached = appointments.c.attendee_email.in_(contacts), appointments.c.attendee_phone.in_(contacts)
    return set(connection.scalars(union(*(select(appointments.c.id).where(each, *still) for each in reached))))

"""The questions asked about many jobs at once, each answered through an index."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, Select, and_, bindparam, exists, false, func, or_, select

from app.domain.appointments import Book
from app.domain.jobs import OPEN, Job, Status
from app.domain.paging import Place
from app.domain.stores import JobFilter
from app.storage.columns import UtcTime
from app.storage.job_conditions import is_due, is_open, is_unhindered, of, waits_behind
from app.storage.job_facts import booked_for, email_of, given, phone_of
from app.storage.job_rows import job_from_row
from app.storage.places import stands_before
from app.storage.tables import appointments, jobs

LOOKED_AT = 200
"""Of the longest waiting jobs: to find out whether one waits for another is costly in a calendar with thousands."""

WOKEN_AT_ONCE = 20
"""Waiting jobs named when another one ends. The scheduler finds what is left."""

_now = bindparam("now", type_=UtcTime)
_behind = select(jobs).where(waits_behind(_now), is_unhindered(_now))
WAITING_BEHIND = _behind.order_by(jobs.c.created_at, jobs.c.id).limit(WOKEN_AT_ONCE)
_on_it = (
    jobs.c.appointment_id == bindparam("appointment"),
    jobs.c.org_id == bindparam("org"),
    jobs.c.calendar == bindparam("calendar"),
)
NEWEST_ON = select(jobs.c.created_at).where(is_open, *_on_it).order_by(jobs.c.created_at.desc()).limit(1)
_ended_open = jobs.c.finished_at.is_not(None), jobs.c.submitted_at.is_not(None)
_is_known = exists().where(appointments.c.id == jobs.c.appointment_id)
UNDECIDED_ON = select(jobs.c.id).where(*_on_it, *_ended_open, ~_is_known).limit(1)
"""Made once: to put one together takes longer than to run it."""


def oldest_due(connection: Connection, *, now: datetime) -> datetime | None:
    """Jobs that wait for another one's outcome do not count: more workers would not help them."""
    waiting = _oldest_ready(connection, now, jobs.c.next_attempt_at, jobs.c.lease_until.is_(None))
    left_behind = _oldest_ready(connection, now, jobs.c.lease_until, jobs.c.lease_until.is_not(None))
    return min((first for first in (waiting, left_behind) if first is not None), default=None)


def _oldest_ready(
    connection: Connection, now: datetime, since: Column[datetime], kind: ColumnElement[bool]
) -> datetime | None:
    first = select(jobs.c.id).where(is_due(now), kind).order_by(since).limit(LOOKED_AT)
    return connection.scalar(select(since).where(jobs.c.id.in_(first), is_unhindered(now)).order_by(since).limit(1))


def newest_open_on(
    connection: Connection, org_id: str, calendar: str, appointment_id: str, contacts: frozenset[str] | None
) -> datetime | None:
    newest = NEWEST_ON if contacts is None else NEWEST_ON.where(_booked_for(sorted(contacts)))
    return connection.scalar(newest, {"appointment": appointment_id, "org": org_id, "calendar": calendar})


def has_open(connection: Connection, *, agent_id: str | None, account_id: str | None) -> bool:
    named = ((jobs.c.agent_id, agent_id), (jobs.c.account_id, account_id))
    concerned = [column == value for column, value in named if value is not None]
    return connection.scalar(select(jobs.c.id).where(is_open, or_(false(), *concerned)).limit(1)) is not None


def is_undecided(
    connection: Connection, org_id: str, calendar: str, appointment_id: str, contacts: frozenset[str] | None
) -> bool:
    undecided = UNDECIDED_ON if contacts is None else UNDECIDED_ON.where(_booked_for(sorted(contacts)))
    named = {"appointment": appointment_id, "org": org_id, "calendar": calendar}
    return connection.scalar(undecided, named) is not None


def is_followed(connection: Connection, job: Job) -> bool:
    """Few are for one person or on one appointment: they are looked up by that, and not by what was asked."""
    if isinstance(job.command, Book):
        attendee = job.command.attendee
        way, contact = (email_of(jobs), attendee.email) if attendee.email else (phone_of(jobs), attendee.phone)
        same = and_(given(way), way == contact, jobs.c.fingerprint == job.fingerprint)
    else:
        same = jobs.c.appointment_id == job.appointment_id
    stands = or_(is_open, jobs.c.status == Status.SUCCEEDED)
    later = select(jobs.c.id).where(same, jobs.c.created_at > job.created_at, stands)
    return connection.scalar(later.limit(1)) is not None


def _booked_for(contacts: Sequence[str]) -> ColumnElement[bool]:
    """The job's appointment is one that was asked for by whom one of the contacts reaches."""
    booking = jobs.alias()
    theirs = booked_for(booking, contacts)
    return select(booking.c.id).where(booking.c.appointment_id == jobs.c.appointment_id, theirs).exists()


def waiting_behind(connection: Connection, job: Job, *, now: datetime) -> list[str]:
    """Oldest first; of several that would keep each other waiting only the first, which wakes the next in its turn.

    Naming all of them at each end would fill the queue with messages that come to nothing, in front of everybody else.
    """
    woken: list[Row[Any]] = []
    for row in connection.execute(WAITING_BEHIND, {"now": now, **of(job)}):
        if not any(_exclude_each_other(row, other) for other in woken):
            woken.append(row)
    return [row.id for row in woken]


def _exclude_each_other(one: Row[Any], two: Row[Any]) -> bool:
    if one.appointment_id == two.appointment_id:
        return True
    if one.calendar != two.calendar or one.starts_at is None or two.starts_at is None:
        return False
    return bool(one.starts_at < two.ends_at and two.starts_at < one.ends_at)


def search(connection: Connection, wanted: JobFilter) -> list[Job]:
    """Newest first. Empty behind a job that is not there any more."""
    found = select(jobs)
    if wanted.status is not None:
        found = found.where(jobs.c.status == wanted.status)
    if wanted.org_id is not None:
        found = found.where(jobs.c.org_id == wanted.org_id)
    if wanted.agent_id is not None:
        found = found.where(jobs.c.agent_id == wanted.agent_id)
    if wanted.after is not None:
        found = found.where(stands_before(jobs.c.created_at, jobs.c.id, wanted.after))
    if wanted.before is not None:
        place = connection.execute(_place_of(wanted.before)).one_or_none()
        if place is None:
            return []
        found = found.where(stands_before(jobs.c.created_at, jobs.c.id, Place(at=place.created_at, id=place.id)))
    newest = found.order_by(jobs.c.created_at.desc(), jobs.c.id.desc()).limit(wanted.limit)
    return [job_from_row(row) for row in connection.execute(newest)]


def open_counts(connection: Connection) -> dict[Status, int]:
    """By an index on open jobs: final ones, which there may be a million of, are not looked at."""
    wanted = select(jobs.c.status, func.count()).where(is_open).group_by(jobs.c.status)
    rows: Sequence[Any] = connection.execute(wanted).all()
    return dict.fromkeys(OPEN, 0) | {Status(status): number for status, number in rows}


def statuses(connection: Connection, job_ids: Sequence[str]) -> dict[str, Status]:
    rows = connection.execute(select(jobs.c.id, jobs.c.status).where(jobs.c.id.in_(job_ids)))
    return {job_id: Status(status) for job_id, status in rows}


def _place_of(job_id: str) -> Select[Any]:
    return select(jobs.c.created_at, jobs.c.id).where(jobs.c.id == job_id)

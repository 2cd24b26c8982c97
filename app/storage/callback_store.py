"""Callers to call back, in the database: every change is conditional on the state it starts from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Update, bindparam, func, or_, select, update

from app.domain.appointments import Action, Attendee, Book
from app.domain.callbacks import Callback, CallbackFilter, Ending, ListedCallback
from app.domain.jobs import Job, Status
from app.storage.callback_matches import booked_meanwhile, settled_with
from app.storage.callback_tables import CLOSED, OPEN, callbacks
from app.storage.columns import UtcTime
from app.storage.dialects import insert_into, rows_changed
from app.storage.job_rows import job_from_row
from app.storage.places import stands_before
from app.storage.tables import appointments, jobs

_NAMES = [field.name for field in fields(Callback)]

_untold = select(jobs.c.id).where(
    jobs.c.id.in_(bindparam("ids", expanding=True)), jobs.c.finished_at.is_(None), jobs.c.told_pending_at.is_(None)
)
_now = bindparam("now", type_=UtcTime)
NOTE_TOLD = (
    update(jobs)
    .where(jobs.c.id.in_(_untold.with_for_update(skip_locked=True)))
    .values(told_pending_at=_now)
    .returning(jobs.c.id)
)
"""On PostgreSQL without those that somebody changes at this moment: who waits for one row and holds others may be
waited for.
"""

_this = jobs.c.id == bindparam("this_job")
NOTE_TOLD_LATE = update(jobs).where(_this, jobs.c.told_pending_at.is_(None)).values(told_pending_at=_now)
HAS_FAILED = select(jobs.c.id).where(_this, jobs.c.status == Status.FAILED)


class SqlCallbackStore:
    """Nothing is kept before the unit of work commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note_told(self, job_ids: Sequence[str], *, now: datetime) -> frozenset[str]:
        return frozenset(self._connection.scalars(NOTE_TOLD, {"ids": job_ids, "now": now}))

    def note_told_late(self, job_id: str, *, now: datetime) -> None:
        self._connection.execute(NOTE_TOLD_LATE, {"this_job": job_id, "now": now})
        if self._connection.scalar(HAS_FAILED, {"this_job": job_id}) is not None:
            self.open(job_id, now=now)

    def note_heard(self, job_id: str, *, now: datetime) -> bool:
        unheard = update(callbacks).where(callbacks.c.job_id == job_id, callbacks.c.heard_at.is_(None))
        return self._changed(unheard.values(heard_at=now))

    def is_unheard(self, job_id: str) -> bool:
        unheard = callbacks.c.job_id == job_id, callbacks.c.heard_at.is_(None)
        return self._connection.scalar(select(callbacks.c.job_id).where(*unheard)) is not None

    def open(self, job_id: str, *, now: datetime) -> None:
        """The row of the job decides whether its caller was told: whoever ends it may have read it before that."""
        told = jobs.c.id == job_id, jobs.c.told_pending_at.is_not(None)
        row = self._connection.execute(select(jobs).where(*told)).one_or_none()
        if row is None:
            return
        job = job_from_row(row)
        names = {"job_id": job.id, "org_id": job.org_id, "appointment_id": job.appointment_id, "action": job.action}
        new = insert_into(self._connection, callbacks).values(created_at=now, **names).on_conflict_do_nothing()
        if self._connection.scalar(new.returning(callbacks.c.job_id)) is None:
            return
        attendee = _attendee(job, self._attendees([job] if not isinstance(job.command, Book) else []))
        settled_by = booked_meanwhile(self._connection, job, attendee, now)
        if settled_by is not None:
            self._close([job_id], now, ending=Ending.BOOKED_SINCE, settled_by=settled_by)

    def close_settled(self, job: Job, attendee: Attendee | None, *, now: datetime) -> None:
        contacts = attendee.contacts if attendee is not None else frozenset()
        found = settled_with(self._connection, job, contacts)
        self._close([job.id] if job.id in found else [], now, ending=Ending.SUCCEEDED, settled_by=job.id)
        self._close(found - {job.id}, now, ending=Ending.BOOKED_SINCE, settled_by=job.id)

    def get(self, job_id: str) -> ListedCallback | None:
        rows = self._connection.execute(select(callbacks).where(callbacks.c.job_id == job_id)).all()
        return next(iter(self._with_jobs([_from_row(row) for row in rows])), None)

    def search(self, wanted: CallbackFilter) -> list[ListedCallback]:
        at = callbacks.c.closed_at if wanted.closed else callbacks.c.created_at
        found = select(callbacks).where(CLOSED if wanted.closed else OPEN)
        if wanted.claimed_by:
            found = found.where(callbacks.c.claimed_by == wanted.claimed_by)
        if wanted.org_id:
            found = found.where(callbacks.c.org_id == wanted.org_id)
        if wanted.after is not None:
            found = found.where(stands_before(at, callbacks.c.job_id, wanted.after))
        newest = found.order_by(at.desc(), callbacks.c.job_id.desc()).limit(wanted.limit)
        return self._with_jobs([_from_row(row) for row in self._connection.execute(newest)])

    def count_open(self, *, most: int) -> int:
        first = select(callbacks.c.job_id).where(OPEN).limit(most).subquery()
        return self._connection.scalar(select(func.count()).select_from(first)) or 0

    def claim(self, job_id: str, operator: str, *, now: datetime) -> bool:
        return self._changed(_open_for(job_id, operator).values(claimed_by=operator, claimed_at=now))

    def release(self, job_id: str) -> bool:
        claimed = update(callbacks).where(callbacks.c.job_id == job_id, OPEN, callbacks.c.claimed_by != "")
        return self._changed(claimed.values(claimed_by="", claimed_at=None))

    def finish(self, job_id: str, operator: str, *, note: str, now: datetime) -> bool:
        done = {"ending": Ending.DONE, "closed_at": now, "closed_by": operator, "note": note}
        return self._changed(_open_for(job_id, operator).values(done))

    def _close(self, job_ids: Iterable[str], now: datetime, **values: Any) -> None:
        """One by one and in order: of two that close the same ones at once, one waits for the other, never both."""
        for job_id in sorted(job_ids):
            still_open = update(callbacks).where(callbacks.c.job_id == job_id, OPEN)
            self._connection.execute(still_open.values(closed_at=now, **values))

    def _with_jobs(self, found: list[Callback]) -> list[ListedCallback]:
        wanted = select(jobs).where(jobs.c.id.in_([each.job_id for each in found]))
        of_jobs = {row.id: job_from_row(row) for row in self._connection.execute(wanted)} if found else {}
        attendees = self._attendees([job for job in of_jobs.values() if not isinstance(job.command, Book)])
        return [
            ListedCallback(callback=each, job=of_jobs[each.job_id], attendee=_attendee(of_jobs[each.job_id], attendees))
            for each in found
        ]

    def _attendees(self, changes: list[Job]) -> dict[str, Attendee]:
        """By appointment, of jobs that change one; where it was never made, of whom it was to be for."""
        if not changes:
            return {}
        ids = {job.appointment_id for job in changes}
        bookings = select(jobs).where(jobs.c.appointment_id.in_(ids), jobs.c.id.not_in([job.id for job in changes]))
        asked = [job_from_row(row) for row in self._connection.execute(bookings)]
        wished = {job.appointment_id: job.command.attendee for job in asked if isinstance(job.command, Book)}
        made = self._connection.execute(select(appointments).where(appointments.c.id.in_(ids)))
        return wished | {row.id: _attendee_of_row(row) for row in made}

    def _changed(self, statement: Update) -> bool:
        return rows_changed(self._connection.execute(statement)) > 0


def _open_for(job_id: str, operator: str) -> Update:
    """One that is open, and not somebody else's."""
    unclaimed = or_(callbacks.c.claimed_by == "", callbacks.c.claimed_by == operator)
    return update(callbacks).where(callbacks.c.job_id == job_id, OPEN, unclaimed)


def _attendee(job: Job, of_appointments: dict[str, Attendee]) -> Attendee | None:
    return job.command.attendee if isinstance(job.command, Book) else of_appointments.get(job.appointment_id)


def _attendee_of_row(row: Row[Any]) -> Attendee:
    return Attendee(
        name=row.attendee_name,
        email=row.attendee_email,
        phone=row.attendee_phone,
        time_zone=row.attendee_time_zone,
        language=row.attendee_language,
    )


def _from_row(row: Row[Any]) -> Callback:
    found = {name: getattr(row, name) for name in _NAMES}
    return Callback(**found | {"action": Action(row.action), "ending": Ending(row.ending) if row.ending else None})

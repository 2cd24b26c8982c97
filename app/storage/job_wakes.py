"""Jobs as seen from outside their worker: what is under way on an appointment, and a look brought forward."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from app.domain.jobs import Status
from app.storage.dialects import rows_changed
from app.storage.job_conditions import hold_appointment, is_open
from app.storage.tables import jobs


def under_way_on(connection: Connection, appointment_id: str) -> list[str]:
    hold_appointment(connection, appointment_id)
    busy = or_(jobs.c.status == Status.RUNNING, jobs.c.submitted_at.is_not(None))
    return list(connection.scalars(select(jobs.c.id).where(is_open, busy, jobs.c.appointment_id == appointment_id)))


def look_now(connection: Connection, job_id: str, *, now: datetime) -> bool:
    """The message that follows counts as sent, as it does when a job is accepted."""
    waits = jobs.c.status == Status.RETRYING, jobs.c.submitted_at.is_not(None), jobs.c.next_attempt_at > now
    woken = update(jobs).where(jobs.c.id == job_id, *waits).values(next_attempt_at=now, published_at=now)
    return rows_changed(connection.execute(woken)) > 0

"""The record of attempts: one row a claim, opened and closed together with the job's own row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, insert, select, update

from app.domain.jobs import Attempt, Job
from app.domain.outcomes import Trace
from app.storage.codec import asked_to_json
from app.storage.job_rows import attempt_from_row
from app.storage.tables import attempts

OPEN = insert(attempts)
THIS = attempts.c.job_id == bindparam("this_job"), attempts.c.fence == bindparam("this_fence")
MARK = update(attempts).where(*THIS)
CLOSE = update(attempts).where(*THIS, attempts.c.finished_at.is_(None))
"""Made once, as they run with every job: to put one together takes longer than to run it."""


def attempts_of(connection: Connection, job_id: str) -> list[Attempt]:
    """Oldest first; the fence only grows, the number starts anew when a job is requeued."""
    rows = connection.execute(select(attempts).where(attempts.c.job_id == job_id).order_by(attempts.c.fence))
    return [attempt_from_row(row) for row in rows]


def open_attempt(connection: Connection, job: Job, now: datetime) -> None:
    values = {"job_id": job.id, "fence": job.fence, "number": job.attempts, "started_at": now}
    connection.execute(OPEN, values | {"outcome": "", "code": "", "detail": ""})


def mark_attempt_submitted(connection: Connection, job: Job, now: datetime) -> None:
    connection.execute(MARK, _key_of(job) | {"submitted_at": now})


def close_attempt(connection: Connection, job: Job, now: datetime, outcome: str, trace: Trace) -> None:
    """An attempt that is closed already keeps what it says."""
    said = {"outcome": outcome, "code": trace.code, "http_status": trace.http_status, "detail": trace.detail}
    asked = {"request": asked_to_json(trace.request) if trace.request else None, "duration_ms": trace.duration_ms}
    connection.execute(CLOSE, _key_of(job) | said | asked | {"finished_at": now})


def remove_attempt(connection: Connection, job: Job) -> None:
    connection.execute(delete(attempts).where(_attempt_of(job)))


def has_submitted(job: Job) -> ColumnElement[bool]:
    """A request left during the attempt that `job` is at."""
    return select(attempts.c.fence).where(_attempt_of(job), attempts.c.submitted_at.is_not(None)).exists()


def _key_of(job: Job) -> dict[str, Any]:
    return {"this_job": job.id, "this_fence": job.fence}


def _attempt_of(job: Job) -> ColumnElement[bool]:
    return and_(attempts.c.job_id == job.id, attempts.c.fence == job.fence)

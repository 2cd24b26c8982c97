"""The record of attempts: one row a claim, opened and closed together with the job's own row."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, insert, select, update
from sqlalchemy.orm import Session

from app.domain.jobs import Attempt, Job
from app.domain.outcomes import Trace
from app.storage.codec import asked_to_json
from app.storage.job_rows import attempt_from_row
from app.storage.tables import attempts


def attempts_of(session: Session, job_id: str) -> list[Attempt]:
    """Oldest first; the fence only grows, the number starts anew when a job is requeued."""
    rows = session.execute(select(attempts).where(attempts.c.job_id == job_id).order_by(attempts.c.fence))
    return [attempt_from_row(row) for row in rows]


def open_attempt(session: Session, job: Job, now: datetime) -> None:
    session.execute(
        insert(attempts).values(
            job_id=job.id, fence=job.fence, number=job.attempts, started_at=now, outcome="", code="", detail=""
        )
    )


def mark_attempt_submitted(session: Session, job: Job, now: datetime) -> None:
    session.execute(update(attempts).where(_attempt_of(job)).values(submitted_at=now))


def close_attempt(session: Session, job: Job, now: datetime, outcome: str, trace: Trace) -> None:
    """An attempt that is closed already keeps what it says."""
    session.execute(
        update(attempts)
        .where(_attempt_of(job), attempts.c.finished_at.is_(None))
        .values(
            finished_at=now,
            outcome=outcome,
            code=trace.code,
            http_status=trace.http_status,
            detail=trace.detail,
            request=asked_to_json(trace.request) if trace.request else None,
            duration_ms=trace.duration_ms,
        )
    )


def remove_attempt(session: Session, job: Job) -> None:
    session.execute(delete(attempts).where(_attempt_of(job)))


def has_submitted(job: Job) -> ColumnElement[bool]:
    """A request left during the attempt that `job` is at."""
    return select(attempts.c.fence).where(_attempt_of(job), attempts.c.submitted_at.is_not(None)).exists()


def _attempt_of(job: Job) -> ColumnElement[bool]:
    return and_(attempts.c.job_id == job.id, attempts.c.fence == job.fence)

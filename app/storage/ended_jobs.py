"""Jobs by the time of their end, and no more of them than is counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, select

from app.domain.tallies import Ended, EndedJob
from app.storage.tables import attempts, jobs

FIRST_NUMBER = 1
"""Of the attempts since a job was queued last: they are numbered anew then."""


def ended(connection: Connection, *, since: datetime, until: datetime, limit: int) -> Ended:
    """Cut between two times and never between jobs that ended at the same one, so that none counts twice or not at all;
    there may be more than `limit` then.
    """
    until = _cut(connection, since, until, limit)
    then = _between(since, until)
    wanted = select(
        jobs.c.id,
        jobs.c.finished_at,
        jobs.c.created_at,
        jobs.c.status,
        jobs.c.command["action"].as_string().label("action"),
        jobs.c.final["result"].as_string().label("result"),
    ).where(then)
    rows: Sequence[Any] = connection.execute(wanted).all()
    writes = _write_seconds(connection, then) if rows else {}
    return Ended(jobs=tuple(_ended_job(row, writes.get(row.id, ())) for row in rows), until=until)


def _cut(connection: Connection, since: datetime, until: datetime, limit: int) -> datetime:
    """Always behind the first end: who counts goes on from here, and would never get past an empty stretch."""
    ends = select(jobs.c.finished_at).where(_between(since, until)).order_by(jobs.c.finished_at).limit(1)
    found: datetime | None = connection.scalar(ends.offset(limit))
    if found is None:
        return until
    first: datetime = connection.scalar(ends) or found
    return max(found, first + timedelta(microseconds=1))


def _between(since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(jobs.c.finished_at >= since, jobs.c.finished_at < until)


def _write_seconds(connection: Connection, then: ColumnElement[bool]) -> dict[str, Sequence[float]]:
    """Of each job's writes since it was queued last: those before counted when it ended before."""
    wanted = (
        select(attempts.c.job_id, attempts.c.number, attempts.c.submitted_at, attempts.c.finished_at)
        .join(jobs, jobs.c.id == attempts.c.job_id)
        .where(then)
        .order_by(attempts.c.job_id, attempts.c.fence)
    )
    found: defaultdict[str, list[float]] = defaultdict(list)
    for job_id, number, submitted_at, finished_at in connection.execute(wanted):
        if number == FIRST_NUMBER:
            found[job_id].clear()
        if submitted_at is not None and finished_at is not None:
            found[job_id].append((finished_at - submitted_at).total_seconds())
    return dict(found)


def _ended_job(row: Row[Any], write_seconds: Sequence[float]) -> EndedJob:
    return EndedJob(
        finished_at=row.finished_at,
        created_at=row.created_at,
        action=row.action,
        status=row.status,
        result=row.result,
        write_seconds=tuple(write_seconds),
    )

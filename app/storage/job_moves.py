"""The updates a job's holder makes: each only while the job is still held under the same fence."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Update, update

from app.domain.jobs import Job, Status, sources_of
from app.storage.tables import jobs

NO_LEASE: dict[str, Any] = {"lease_owner": "", "lease_until": None}

AT_ONCE: dict[str, Any] = {"published_at": None}
"""For jobs whose next message is not a repeat of the last one."""


def held(job: Job, now: datetime) -> Update:
    """A job as long as its holder still has it."""
    return update(jobs).where(
        jobs.c.id == job.id,
        jobs.c.fence == job.fence,
        jobs.c.status == Status.RUNNING,
        jobs.c.lease_until >= now,
    )


def move(job: Job, target: Status) -> Update:
    """A job as its holder last saw it, to `target`: only while nobody moved it and its fence holds."""
    return (
        update(jobs)
        .where(
            jobs.c.id == job.id,
            jobs.c.fence == job.fence,
            jobs.c.status == job.status,
            jobs.c.status.in_(sources_of(target)),
        )
        .values(status=target, **NO_LEASE)
    )

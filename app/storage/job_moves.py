"""The updates a job's holder makes, made once as they run with every job: to put one together takes longer than to run.

Each changes a row only while the job is still held under the same fence.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, Update, bindparam, case, select, update

from app.domain.jobs import Job, Status, sources_of
from app.storage.columns import UtcTime, among
from app.storage.job_conditions import is_due, is_unhindered
from app.storage.tables import jobs

NO_LEASE: dict[str, Any] = {"lease_owner": "", "lease_until": None}

AT_ONCE: dict[str, Any] = {"published_at": None}
"""For jobs whose next message is not a repeat of the last one."""

_now = bindparam("now", type_=UtcTime)
_this = jobs.c.id == bindparam("this_job")
_held_here = jobs.c.fence == bindparam("this_fence")


def fence_of(job: Job) -> dict[str, Any]:
    """Values for the statements about a job that is held."""
    return {"this_job": job.id, "this_fence": job.fence}


GET: Select[Any] = select(jobs).where(_this)

CLAIM = (
    update(jobs)
    .where(_this, is_due(_now, by=bindparam("due_by", type_=UtcTime)), is_unhindered(_now))
    .values(
        status=Status.RUNNING,
        fence=jobs.c.fence + 1,
        attempts=jobs.c.attempts + 1,
        crashes=jobs.c.crashes + case((jobs.c.status == Status.RUNNING, 1), else_=0),
        lease_owner=bindparam("owner"),
        lease_until=bindparam("until", type_=UtcTime),
    )
    .returning(jobs)
)

HELD: Update = update(jobs).where(
    _this, _held_here, jobs.c.status == Status.RUNNING, jobs.c.lease_until >= bindparam("now", type_=UtcTime)
)
"""A job as long as its holder still has it."""

MARK_SUBMITTED: Update = HELD.where(is_unhindered(_now)).values(
    submitted_at=bindparam("now", type_=UtcTime), submissions=jobs.c.submissions + 1
)

MOVE: dict[Status, Update] = {
    target: update(jobs)
    .where(_this, _held_here, jobs.c.status == bindparam("this_status"), among(jobs.c.status, sources_of(target)))
    .values(status=target, **NO_LEASE)
    for target in Status
}
"""A job as its holder last saw it, to another status: only while nobody moved it and its fence holds."""


def seen_as(job: Job) -> dict[str, Any]:
    """Values for MOVE."""
    return fence_of(job) | {"this_status": job.status}

"""What waits, by organization: a long queue of one must not hide the short ones of the others."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, Integer, bindparam, exists, func, or_, select

from app.domain.jobs import Status
from app.domain.stores import DueJob, Queue
from app.storage.columns import UtcTime
from app.storage.job_conditions import is_due, is_open, is_unhindered
from app.storage.tables import jobs

CANDIDATES = 4
"""Due jobs looked at for one that is named: some have to wait for others, and to find that out is costly where one
calendar has thousands of open jobs."""

MINUTE = timedelta(minutes=1)

is_queued = is_open & (jobs.c.status == Status.QUEUED)

_now = bindparam("now", type_=UtcTime)
_mine = jobs.c.org_id == bindparam("org")
_candidates = bindparam("candidates", type_=Integer)
_at_it = (
    select(jobs.c.calendar, jobs.c.starts_at, jobs.c.ends_at)
    .where(_mine, is_open, or_(jobs.c.lease_until >= _now, jobs.c.submitted_at.is_not(None)))
    .cte("at_it")
    .prefix_with("MATERIALIZED")
)
_waits = exists().where(
    _at_it.c.calendar == jobs.c.calendar,
    _at_it.c.starts_at < jobs.c.ends_at,
    _at_it.c.ends_at > jobs.c.starts_at,
)
_has_its_turn = or_(~_waits, jobs.c.submitted_at.is_not(None), jobs.c.deadline_at <= _now)
_oldest = select(jobs.c.id).where(_mine, is_queued, _has_its_turn).order_by(jobs.c.created_at, jobs.c.next_attempt_at)
_tried = select(jobs.c.id).where(_mine, is_due(_now), jobs.c.status != Status.QUEUED).order_by(jobs.c.next_attempt_at)
FIRST_DUE = [
    select(jobs.c.id, jobs.c.created_at, jobs.c.next_attempt_at, jobs.c.published_at)
    .where(jobs.c.id.in_(candidates.limit(_candidates)), is_unhindered(_now))
    .order_by(jobs.c.created_at, jobs.c.next_attempt_at, jobs.c.id)
    .limit(bindparam("most", type_=Integer))
    for candidates in (_tried, _oldest)
]
"""Of the queued ones only the oldest have a place, also while they are postponed: else all of a long queue would be
taken and handed back in turn. Those that wait for a time another one is at have none: a hundred callers for one time
would keep all others of their organization waiting. The few that are at it are read once, and not for each candidate:
whoever of these waits for another reason is left out by `is_unhindered`. Jobs that were tried before have a claim of
their own. Made once, as hundreds of organizations may be asked twice a second: to put a statement together takes longer
than to run it.
"""

_unpublished = or_(jobs.c.published_at.is_(None), jobs.c.published_at < bindparam("since", type_=UtcTime))
WITH_UNPUBLISHED = select(jobs.c.org_id).where(is_due(_now), _unpublished).distinct()


def due_by_org(
    connection: Connection, *, now: datetime, unpublished_since: datetime, per_org: int
) -> dict[str, list[DueJob]]:
    """Each organization is asked on its own, so that a query ends with the first jobs found and not with the last."""
    org_ids = connection.scalars(WITH_UNPUBLISHED, {"now": now, "since": unpublished_since})
    return {org_id: _first_due(connection, org_id, now, per_org) for org_id in org_ids.all()}


def queues(connection: Connection, *, now: datetime, overdue_since: datetime) -> list[Queue]:
    counted = select(jobs.c.org_id, func.count(), func.min(jobs.c.next_attempt_at)).where(is_queued)
    rows = connection.execute(counted.group_by(jobs.c.org_id)).all()
    found = []
    for org_id, length, oldest in rows:
        is_overdue = oldest < overdue_since and _waits_in_vain(connection, org_id, now, overdue_since)
        pace = _ended_since(connection, org_id, now - MINUTE) if is_overdue else 0
        found.append(Queue(org_id=org_id, length=length, is_overdue=is_overdue, pace=pace))
    return found


def _first_due(connection: Connection, org_id: str, now: datetime, limit: int) -> list[DueJob]:
    asked = {"org": org_id, "now": now, "most": limit, "candidates": CANDIDATES * limit}
    found = [
        DueJob(id=job_id, created_at=created_at, due_since=due_since, published_at=published_at)
        for first in FIRST_DUE
        for job_id, created_at, due_since, published_at in connection.execute(first, asked)
        if due_since <= now
    ]
    return sorted(found, key=lambda job: job.due_since)


def _waits_in_vain(connection: Connection, org_id: str, now: datetime, overdue_since: datetime) -> bool:
    """A job that waits for another one's outcome does not count: more workers would not help it."""
    overdue = is_queued, jobs.c.org_id == org_id, jobs.c.next_attempt_at < overdue_since, is_unhindered(now)
    return connection.execute(select(jobs.c.id).where(*overdue).limit(1)).one_or_none() is not None


def _ended_since(connection: Connection, org_id: str, moment: datetime) -> int:
    ended = select(func.count()).where(jobs.c.finished_at > moment, jobs.c.org_id == org_id)
    return connection.execute(ended).scalar_one()

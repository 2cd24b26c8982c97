"""Reads jobs together with what a list shows beside them: names, whom they are for, the newest attempt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select

from app.domain.appointments import Attendee
from app.domain.job_search import ListedJob, whom
from app.domain.jobs import Attempt
from app.storage.directory_tables import agents, organizations
from app.storage.job_rows import attempt_from_row, job_from_row
from app.storage.tables import appointments, attempts, jobs

ATTENDEE = ("name", "email", "phone", "time_zone", "language")


def listed_jobs(connection: Connection, job_ids: Sequence[str]) -> list[ListedJob]:
    """Newest first; those that are not there any more are left out."""
    newest = _newest_attempts(connection, job_ids)
    rows = connection.execute(_with_names().where(jobs.c.id.in_(job_ids)))
    found = [_listed(row, newest.get(row.id)) for row in rows]
    return sorted(found, key=lambda listed: (listed.job.created_at, listed.job.id), reverse=True)


def _with_names() -> Select[Any]:
    attendee = (appointments.c[f"attendee_{name}"] for name in ATTENDEE)
    names = organizations.c.name.label("org_name"), agents.c.name.label("agent_name")
    return (
        select(jobs, *names, *attendee)
        .outerjoin(organizations, organizations.c.id == jobs.c.org_id)
        .outerjoin(agents, agents.c.id == jobs.c.agent_id)
        .outerjoin(appointments, appointments.c.id == jobs.c.appointment_id)
    )


def _newest_attempts(connection: Connection, job_ids: Sequence[str]) -> dict[str, Attempt]:
    newest = (
        select(attempts.c.job_id, func.max(attempts.c.fence).label("fence"))
        .where(attempts.c.job_id.in_(job_ids))
        .group_by(attempts.c.job_id)
        .subquery()
    )
    same = and_(attempts.c.job_id == newest.c.job_id, attempts.c.fence == newest.c.fence)
    rows = connection.execute(select(attempts).join(newest, same).where(attempts.c.job_id.in_(job_ids)))
    return {row.job_id: attempt_from_row(row) for row in rows}


def _listed(row: Row[Any], last: Attempt | None) -> ListedJob:
    job = job_from_row(row)
    of_appointment = None
    if row.attendee_name is not None:
        of_appointment = Attendee(**{name: getattr(row, f"attendee_{name}") for name in ATTENDEE})
    return ListedJob(
        job=job,
        org_name=row.org_name or "",
        agent_name=row.agent_name or "",
        attendee=whom(job, of_appointment),
        last=last,
    )

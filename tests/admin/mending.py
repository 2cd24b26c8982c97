"""Jobs that need mending, on a desk's own site: accepted, sent to the sandbox, ended as a test needs them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.answers import Final, Result
from app.domain.appointments import Action
from app.domain.directory import Agent
from app.domain.jobs import LEASE, Job, Status
from app.domain.outcomes import Trace
from app.services.manage_appointment import ManageRequest
from app.storage.database import Database
from tests.admin.site import DeskSite

NEW_YORK = ZoneInfo("America/New_York")
HALF_HOUR = timedelta(minutes=30)


def weekday(days: int = 7, hour: int = 14, minute: int = 0) -> datetime:
    """At that time of Dr. Rivera's on a day some days from now on which she works."""
    local = datetime.now(NEW_YORK) + timedelta(days=days)
    local += timedelta(days=1) if local.weekday() == 6 else timedelta()
    return local.replace(hour=hour, minute=minute, second=0, microsecond=0).astimezone(UTC)


@contextmanager
def database_of(site: DeskSite) -> Iterator[Database]:
    database = Database(site.settings.database_url, secret_keys=site.settings.secret_keys)
    try:
        yield database
    finally:
        database.dispose()


def booked(site: DeskSite, agent: Agent, at: datetime, **fields: Any) -> Job:
    """A booking as a caller asks for it, accepted and not yet tried."""
    known = {"name": "Jane Doe", "email": "jane@example.com", "appointment_datetime": at.isoformat()}
    request = ManageRequest(action=Action.BOOK, org_id=agent.org_id, agent_id=agent.id, wait=0.0, **known | fields)
    return job_of(site, site.container.callers.manage_appointment(request).job_id)


def failed(site: DeskSite, job: Job, result: Result = Result.UPSTREAM_DOWN) -> Job:
    """The job as a worker that gave it up leaves it."""
    now = max(datetime.now(UTC), job.next_attempt_at)
    with database_of(site) as database, database.unit() as unit:
        held = unit.jobs.claim(job.id, owner="w_1", now=now, lease_until=now + LEASE)
        assert held is not None
        final = Final(result=result)
        assert unit.jobs.finish(
            held, now=datetime.now(UTC), status=Status.FAILED, final=final, outcome="unknown", trace=Trace()
        )
        unit.commit()
    return job_of(site, job.id)


def settles_at_once(site: DeskSite, job: Job) -> None:
    """Its Cal.com carries nothing out later than it answers."""
    with database_of(site) as database, database.unit() as unit:
        account = unit.directory.account(job.account_id)
        assert account is not None
        unit.directory.save_account(replace(account, settle_seconds=0.0), None)
        unit.commit()


def job_of(site: DeskSite, job_id: str) -> Job:
    return site.operators.show_job(job_id).job


def work(site: DeskSite, job: Job) -> Job:
    """A worker's turn at it."""
    site.container.workers.execute_job(job.id)
    return job_of(site, job.id)

"""Jobs for the tests of the desk: made up in every state, or asked for and worked on as in earnest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.domain.answers import Answer, Final, Result
from app.domain.appointments import Action, Attendee
from app.domain.directory import Agent, Organization
from app.domain.jobs import Job, Status
from app.services.manage_appointment import ManageRequest
from app.storage.database import Database
from tests.admin.site import DeskSite
from tests.journeys.test_a_caller_books import free_time
from tests.storage import rows

JANE: dict[str, Any] = {"name": "Jane Canary", "email": "jane@canary.example", "phone": "+14155550137"}
MASKED = "J. C. j***@canary.example, +1 *** 0137"
CANARIES = ("jane canary", "jane@canary", "4155550137")
ATTENDEE = Attendee(**JANE)


@contextmanager
def database_of(site: DeskSite) -> Iterator[Database]:
    database = Database(site.settings.database_url, secret_keys=site.settings.secret_keys)
    yield database
    database.dispose()


def failed(database: Database, result: Result = Result.SLOT_TAKEN, detail: str = "", **changes: Any) -> Job:
    job = rows.claimed(database, rows.added(database, **changes), now=rows.NOW)
    final = Final(result=result, detail=detail)
    assert rows.finish(database, job, now=rows.NOW + rows.SECOND, status=Status.FAILED, final=final)
    return job


def organization(database: Database, org_id: str, name: str) -> None:
    with database.unit() as unit:
        unit.directory.save_organization(Organization(id=org_id, name=name, created_at=rows.NOW))
        unit.commit()


def ask(site: DeskSite, agent: Agent, action: Action, **fields: Any) -> Answer:
    request = ManageRequest(action=action, org_id=agent.org_id, agent_id=agent.id, wait=0.0, **fields)
    return site.container.callers.manage_appointment(request)


def booked(site: DeskSite, agent: Agent, **fields: Any) -> Answer:
    """Accepted, and worked on once."""
    asked = ask(site, agent, Action.BOOK, **({"appointment_datetime": free_time()} | JANE | fields))
    site.container.workers.execute_job(asked.job_id)
    return asked

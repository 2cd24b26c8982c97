"""Makes runs over many jobs for the store tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.domain.answers import Result
from app.domain.appointments import Action
from app.domain.bulk import LEASE, BulkAction, BulkRun
from app.domain.identifiers import new_bulk_id
from app.domain.job_search import JobSearch
from app.domain.jobs import Status
from app.storage.database import Database
from tests.storage.rows import NOW

EVERYTHING = JobSearch(until=NOW + timedelta(days=1))
FULL = JobSearch(
    until=NOW,
    since=NOW - timedelta(hours=1),
    status=Status.FAILED,
    result=Result.UPSTREAM_DOWN,
    org_id="org",
    agent_id="agent",
    account_id="account",
    action=Action.BOOK,
    tried=2,
    call_session_id="call",
    appointment_id="apt",
)


def make_run(**changes: Any) -> BulkRun:
    values: dict[str, Any] = {
        "id": new_bulk_id(),
        "action": BulkAction.RETRY,
        "wanted": EVERYTHING,
        "rate": 60,
        "reason": "",
        "actor": "operator:jane",
        "created_at": NOW,
        "next_at": NOW,
    }
    return BulkRun(**values | changes)


def added_run(database: Database, jobs: int = 0, **changes: Any) -> BulkRun:
    """With so many jobs in it, called job-0, job-1 and so on."""
    run = make_run(**changes)
    with database.unit() as unit:
        unit.bulk.add(run)
        unit.bulk.add_items(run, [f"job-{number}" for number in range(jobs)])
        unit.commit()
    return run


def stored_run(database: Database, run: BulkRun) -> BulkRun:
    with database.reading_unit() as unit:
        found = unit.bulk.get(run.id)
    assert found is not None
    return found


def claim_run(database: Database, run: BulkRun, *, now: Any = NOW) -> BulkRun | None:
    with database.unit() as unit:
        taken = unit.bulk.claim(run.id, now=now, lease_until=now + LEASE)
        unit.commit()
    return taken

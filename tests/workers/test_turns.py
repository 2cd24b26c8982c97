"""A worker's jobs work in turn, and those that wait for Cal.com keep no other from it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.services.work_turns import AT_ONCE
from app.storage.database import Database
from app.storage.tables import jobs
from tests.admin.mending import weekday
from tests.support.sandbox import SandboxProcess
from tests.support.stack import Stack
from tests.support.valkey import ValkeyServer
from tests.support.waiting import eventually

SLOW = 10.0
"""Seconds that Cal.com takes for a booking."""


def under_way(database: Database) -> int:
    """Jobs that were sent to Cal.com and wait for its answer."""
    sent = select(func.count()).where(jobs.c.submitted_at.is_not(None), jobs.c.finished_at.is_(None))
    with database._reading.connect() as connection:
        return connection.execute(sent).scalar_one()


@pytest.mark.slow
def test_a_worker_waits_for_more_answers_of_calcom_than_it_works_on_jobs_at_once(
    empty_valkey: ValkeyServer, tmp_path: Path
) -> None:
    wished = AT_ONCE + 2
    with SandboxProcess("--latency", str(SLOW), "--read-latency", "0") as sandbox:
        where = {"database_url": f"sqlite:///{tmp_path}/ringbook.db", "redis_url": empty_valkey.url}
        stack = Stack(tmp_path, calcom_url=f"{sandbox.url}/v2", WORKER_THREADS=str(2 * wished), **where)
        database = Database(stack.settings.database_url, secret_keys=stack.settings.secret_keys)
        try:
            agent = stack.add_agent()
            stack.start("web")
            for number in range(wished):
                when = weekday(hour=10 + number).isoformat()
                caller = {"name": "Jane Doe", "email": f"caller{number}@example.com", "appointment_datetime": when}
                asked = stack.manage(agent, {"Prefer": "respond-async"}, action="book", **caller)
                assert asked.status_code == 202, asked.text
            stack.start("worker")
            eventually(stack.settings.ready_file("worker").exists, within=90, what="the worker is ready")
            eventually(lambda: under_way(database) == wished, within=SLOW, what="all were sent")
            stack.kill("worker")
        finally:
            database.dispose()
            stack.stop()

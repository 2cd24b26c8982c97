"""Who waits for an outcome in the whole application: others work meanwhile, and one watch calls all of them back."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from app.services.work_turns import AT_ONCE
from tests.api.provider.site import Site
from tests.support.stack import MANAGE
from tests.support.waiting import eventually


def watches() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "outcome-watch"}


def is_told(site: Site, job_id: str) -> bool:
    with site.container.callers.manage_appointment.await_outcome.read_unit() as unit:
        job = unit.jobs.get(job_id)
    assert job is not None
    return job.told_pending_at is not None


def test_who_waits_stands_aside_until_the_watch_calls_and_it_ends_with_the_application(site: Site) -> None:
    site.connect()
    agent, turns, before = site.agent(), site.container.callers.turns, watches()
    body = {
        "action": "book",
        "agent_id": agent.id,
        "org_id": agent.org_id,
        "name": "Jane",
        "email": "jane@example.com",
        "appointment_datetime": f"{datetime.now(UTC).date() + timedelta(days=2)}T10:00",
    }
    with ThreadPoolExecutor(1) as caller:
        asked = caller.submit(site.client.post, MANAGE, json=body, headers={"Prefer": "wait=2"})
        eventually(lambda: watches() - before)
        eventually(lambda: turns._line.free == AT_ONCE)
        answer = asked.result()
    assert answer.status_code == 202
    eventually(lambda: is_told(site, answer.get_json()["data"]["job_id"]))
    eventually(lambda: turns._line.free == AT_ONCE)
    assert site.container.callers.manage_appointment.await_outcome.way_back == turns.way_back
    site.close()
    eventually(lambda: not watches() - before)

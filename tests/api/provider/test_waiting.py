"""Who waits for an outcome in the whole application: others work meanwhile, and one watch calls all of them back."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

import app.services.await_outcome
from app.domain.jobs import Job
from app.services.note_told import NoteTold
from app.services.work_turns import AT_ONCE
from tests.api.provider.site import Site
from tests.support.stack import MANAGE
from tests.support.waiting import eventually


def watches() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "outcome-watch"}


def test_who_waits_stands_aside_until_the_watch_calls_and_it_ends_with_the_application(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = list[bool]()

    def pending(_: NoteTold, job: Job) -> Job:
        told.append(job.told_pending_at is not None)
        return job

    monkeypatch.setattr(NoteTold, "pending", pending)  # who comes back by itself would be noted by it
    monkeypatch.setattr(app.services.await_outcome, "AHEAD", timedelta(seconds=1.5))
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
        asked = caller.submit(site.client.post, MANAGE, json=body, headers={"Prefer": "wait=3"})
        eventually(lambda: watches() - before)
        eventually(lambda: turns._line.free == AT_ONCE)
        answer = asked.result()
    assert answer.status_code == 202
    assert told == [True]
    eventually(lambda: turns._line.free == AT_ONCE)
    assert site.container.callers.manage_appointment.await_outcome.way_back == turns.way_back
    site.close()
    eventually(lambda: not watches() - before)

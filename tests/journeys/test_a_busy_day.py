"""Too much at once: what Cal.com allows is kept to, and no organization pays for another's flood or slow calendar."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from app.domain.appointments import Attendee, Book
from app.domain.directory import Agent
from app.domain.identifiers import new_appointment_id, new_job_id
from app.domain.jobs import Job, Status
from app.domain.stores import JobFilter
from app.storage.database import Database
from tests.support.sandbox import SandboxProcess
from tests.support.stack import Stack, running
from tests.support.valkey import ValkeyServer
from tests.support.waiting import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
NEW_YORK = ZoneInfo("America/New_York")
CALLER: dict[str, Any] = {"name": "Jane Doe", "email": "jane@example.com"}


@pytest.fixture(scope="module")
def diary() -> Iterator[str]:
    """Half hours of coming weekdays, 9 to 5, New York time: each only once, for both databases book in one sandbox."""
    return _half_hours()


def _half_hours() -> Iterator[str]:
    day = datetime.now(NEW_YORK).replace(hour=9, minute=0, second=0, microsecond=0)
    while True:
        day += timedelta(days=1)
        if day.weekday() < 5:
            yield from ((day + timedelta(minutes=30 * slot)).isoformat(timespec="minutes") for slot in range(16))


def book(stack: Stack, agent: Agent, when: str, prefer: str = "respond-async") -> requests.Response:
    return stack.manage(agent, {"Prefer": prefer}, action="book", appointment_datetime=when, **CALLER)


def queue(stack: Stack, agent: Agent, number: int, *, since: datetime) -> None:
    """Jobs accepted at that time and not yet tried, an hour apart."""
    account = stack.operators.show_organization(agent.org_id).accounts[0]
    database = Database(stack.settings.database_url, secret_keys=stack.settings.secret_keys)
    first = datetime(since.year + 1, 1, 1, tzinfo=UTC)
    with database.unit() as unit:
        for hour in range(number):
            starts_at = first + timedelta(hours=hour)
            assert unit.jobs.add(
                Job(
                    id=new_job_id(),
                    org_id=agent.org_id,
                    agent_id=agent.id,
                    account_id=account.id,
                    appointment_id=new_appointment_id(),
                    command=Book(attendee=Attendee(name="Jane", email="jane@example.com"), starts_at=starts_at),
                    status=Status.QUEUED,
                    created_at=since,
                    deadline_at=since + timedelta(minutes=15),
                    next_attempt_at=since + timedelta(microseconds=hour),
                    zone="UTC",
                    language="en",
                    calendar=account.id,
                    starts_at=starts_at,
                    ends_at=starts_at + timedelta(minutes=30),
                )
            )
        unit.commit()
    database.dispose()


@pytest.fixture(scope="module")
def slow_sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess("--latency", "6") as process:
        yield process


@pytest.fixture
def slow(stack: Stack, slow_sandbox: SandboxProcess) -> Iterator[Agent]:
    slow_sandbox.latency(writes=0, reads=0)
    agent = stack.add_agent(101, base_url=f"{slow_sandbox.url}/v2")
    slow_sandbox.latency(writes=6, reads=6)
    yield agent
    slow_sandbox.latency(writes=0, reads=0)


def test_a_slow_account_holds_up_nobody_else(stack: Stack, slow: Agent, agent: Agent, diary: Iterator[str]) -> None:
    asked = [book(stack, slow, next(diary)) for _ in range(24)]
    assert {response.status_code for response in asked} == {202}
    first = asked[0].json()["data"]["status_url"]
    eventually(lambda: requests.get(first, timeout=5).json()["data"]["status"] != "queued")

    booked = book(stack, agent, next(diary), "wait=10")

    assert booked.status_code == 200, booked.text
    assert requests.get(asked[-1].json()["data"]["status_url"], timeout=5).json()["data"]["final"] is False
    assert stack.poll(asked[-1].json()["data"]["status_url"], wait=90)["status"] == "succeeded"


def test_without_workers_requests_are_refused_before_they_are_accepted(
    stack: Stack, agent: Agent, diary: Iterator[str]
) -> None:
    """Each request for another time: a repeat would find its job."""
    asked_before = next(diary)
    accepted = book(stack, agent, asked_before, "wait=10")
    stack.kill("scheduler")
    stack.kill("worker")
    try:
        queue(stack, stack.add_agent(101), 1, since=datetime.now(UTC) - timedelta(seconds=40))
        (refused,) = eventually(lambda: _if(book(stack, agent, next(diary)), 503), within=5)

        assert refused.headers["Retry-After"] == "15"
        body = refused.json()
        assert (body["success"], body["error"]["code"]) == (False, "OVERLOADED")
        assert body["message"].startswith("I'm sorry, it's very busy just now and I couldn't take that on.")
        assert book(stack, agent, asked_before).status_code == accepted.status_code == 200
        assert stack.manage(agent, action="suggest").status_code == 200
    finally:
        stack.start("worker", "scheduler")
    eventually(lambda: _if(book(stack, agent, next(diary), "wait=10"), 200), within=40, every=0.5)


def test_ten_thousand_queued_jobs_of_one_organization_do_not_delay_another(
    stack: Stack, slow: Agent, agent: Agent, diary: Iterator[str]
) -> None:
    queue(stack, slow, 10_000, since=datetime.now(UTC))
    at_work = JobFilter(status=Status.RUNNING, org_id=slow.org_id)
    eventually(lambda: stack.operators.list_jobs(at_work), what="workers are at it")
    seconds: list[float] = []
    for _ in range(8):
        began = time.monotonic()
        booked = book(stack, agent, next(diary), "wait=10")
        seconds.append(time.monotonic() - began)
        assert booked.status_code == 200, booked.text

    print("seconds:", [round(each, 2) for each in seconds])
    flooded = book(stack, slow, next(diary))
    assert (flooded.status_code, flooded.json()["error"]["code"]) == (429, "RATE_LIMITED")
    assert flooded.headers["Retry-After"] == "30"


@pytest.fixture
def own_valkey() -> Iterator[ValkeyServer]:
    """For a second service: two must not share a broker, each would take the other's messages."""
    server = ValkeyServer()
    try:
        server.start()
        yield server
    finally:
        server.close()


def test_what_cal_com_allows_in_a_minute_is_kept_to_and_all_are_booked(
    tmp_path: Path, own_valkey: ValkeyServer, diary: Iterator[str]
) -> None:
    where = {"redis_url": own_valkey.url, "database_url": f"sqlite:///{tmp_path}/ringbook.db"}
    with (
        SandboxProcess("--rate-limit", "20", "--latency", "0.3") as strict,  # else one may be booked before it is told
        running(tmp_path, calcom_url=f"{strict.url}/v2", **where) as stack,
    ):
        agent = stack.add_agent(101)
        asked = [book(stack, agent, next(diary)) for _ in range(22)]
        assert {response.status_code for response in asked} == {202}
        finals = [stack.poll(response.json()["data"]["status_url"], wait=150)["status"] for response in asked]

        assert finals == ["succeeded"] * 22
        assert len(strict.bookings("accepted")) == 22
        answers = [entry["status"] for entry in strict.journal("request")]
        print("requests:", len(answers), "429:", answers.count(429))
        assert answers.count(429) == 0


def _if(response: requests.Response, status: int) -> tuple[requests.Response] | None:
    """In a tuple, for a response that refuses counts as false."""
    return (response,) if response.status_code == status else None

"""After a bad hour: hundreds of failed jobs are retried at once, by real workers, one of which is killed meanwhile."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from app.container.composition import build_container
from app.container.mending import MendingCases
from app.domain.answers import Final, Result
from app.domain.appointments import Attendee, Book
from app.domain.audit import AuditFilter, Deed
from app.domain.bulk import BulkAction, ItemState, Stage
from app.domain.directory import Agent
from app.domain.identifiers import new_appointment_id, new_job_id
from app.domain.job_search import JobSearch
from app.domain.jobs import Job, Status
from app.storage.database import Database
from tests.support.sandbox import SandboxProcess
from tests.support.stack import Stack
from tests.support.waiting import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
NEW_YORK = ZoneInfo("America/New_York")
RATE = 300
EACH = 20
"""Jobs of each kind."""
_half_hours = count()


def next_time() -> datetime:
    """Every half hour from 9 to 5, Mondays to Saturdays, from a month ahead; each once for both databases."""
    number = next(_half_hours)
    day = datetime.now(NEW_YORK).date() + timedelta(days=28)
    while number >= 16 or day.weekday() == 6:
        number -= 16 if day.weekday() != 6 else 0
        day += timedelta(days=1)
    start = datetime(day.year, day.month, day.day, 9, tzinfo=NEW_YORK) + timedelta(minutes=30 * number)
    return start.astimezone(UTC)


def failed_job(stack: Stack, agent: Agent, starts_at: datetime, **changes: object) -> Job:
    now = datetime.now(UTC)
    account = stack.operators.show_organization(agent.org_id).accounts[0]
    job = Job(
        id=new_job_id(),
        org_id=agent.org_id,
        agent_id=agent.id,
        account_id=account.id,
        appointment_id=new_appointment_id(),
        command=Book(attendee=Attendee(name="Jane Doe", email="jane@example.com"), starts_at=starts_at),
        status=Status.FAILED,
        created_at=now,
        deadline_at=now,
        next_attempt_at=now,
        zone="America/New_York",
        language="en",
        calendar=account.id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
        finished_at=now,
        final=Final(result=Result.UPSTREAM_DOWN),
    )
    return replace(job, **{"dedupe_key": f"n:{job.id}"} | changes)  # type: ignore[arg-type]


def plant(sandbox: SandboxProcess, job: Job) -> None:
    """Cal.com has what the job asked for: the answer was lost."""
    assert job.starts_at is not None
    sandbox.plant(
        eventTypeId=101,
        start=job.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        attendees=[{"name": "Jane Doe", "email": "jane@example.com", "timeZone": "America/New_York"}],
        metadata={"ringbook_job": job.id},
    )


def add_mixed(stack: Stack, agent: Agent, sandbox: SandboxProcess, each: int) -> dict[str, int]:
    sent_at, unknown = datetime.now(UTC) - timedelta(minutes=9), Final(result=Result.OUTCOME_UNKNOWN)
    done = [
        failed_job(stack, agent, next_time(), submissions=1, submitted_at=sent_at, final=unknown) for _ in range(each)
    ]
    for job in done:
        plant(sandbox, job)
    jobs = [failed_job(stack, agent, next_time()) for _ in range(each)]
    jobs += [failed_job(stack, agent, next_time().replace(hour=4)) for _ in range(each)]
    jobs += [failed_job(stack, agent, datetime.now(UTC) - timedelta(minutes=1)) for _ in range(each)]
    database = Database(stack.settings.database_url, secret_keys=stack.settings.secret_keys)
    with database.unit() as unit:
        assert all(unit.jobs.add(job) for job in [*jobs, *done])
        unit.commit()
    database.dispose()
    return dict.fromkeys(("useful", "already_done", "slot_gone", "time_past"), each)


def verdicts(mending: MendingCases, run_id: str) -> dict[str, int]:
    counted = Counter[str]()
    for tally in mending.show_bulk(run_id).progress.tallies:
        counted[str(tally.verdict)] += tally.number
    return dict(counted)


def most_a_minute(stack: Stack) -> int:
    entries = stack.operators.list_audit(AuditFilter(deed=Deed.REQUEUE, limit=500))
    times = [entry.at for entry in entries]
    return max(sum(first <= at < first + timedelta(minutes=1) for at in times) for first in times)


def begin(mending: MendingCases, agent: Agent) -> str:
    wanted = JobSearch(until=datetime.now(UTC) + timedelta(hours=1), org_id=agent.org_id)
    return mending.start_bulk(BulkAction.RETRY, wanted, actor="operator:jane", rate=RATE).id


def await_stage(mending: MendingCases, run_id: str, stage: Stage, *, within: float) -> None:
    eventually(lambda: mending.show_bulk(run_id).run.stage is stage, within=within, what=stage.value)


def kill_worker_in_the_middle(stack: Stack, mending: MendingCases, run_id: str, after: int) -> None:
    eventually(lambda: mending.show_bulk(run_id).progress.acted_on >= after, within=60, what="begun")
    stack.kill("worker")
    assert mending.show_bulk(run_id).progress.ready > 0
    stack.start("worker")


def test_many_failed_jobs_are_mended_although_a_worker_is_killed(stack: Stack, calm: SandboxProcess) -> None:
    agent = stack.add_agent(101)
    said = add_mixed(stack, agent, calm, EACH)
    before = len(calm.bookings("accepted"))
    container = build_container(stack.settings)
    mending = container.desk.mending
    try:
        run_id = begin(mending, agent)
        await_stage(mending, run_id, Stage.READY, within=90)
        assert verdicts(mending, run_id) == said
        mending.confirm_bulk(run_id, 2 * EACH, actor="operator:jane")
        kill_worker_in_the_middle(stack, mending, run_id, after=EACH // 2)
        await_stage(mending, run_id, Stage.DONE, within=150)
        tallies = mending.show_bulk(run_id).progress.tallies
        assert verdicts(mending, run_id) == said
    finally:
        container.close()

    ends = {(str(tally.verdict), tally.state, tally.result): tally.number for tally in tallies}
    assert ends["useful", ItemState.ENDED, "booked"] == EACH
    assert ends["already_done", ItemState.ENDED, "booked"] == EACH
    assert len(calm.bookings("accepted")) == before + EACH
    entries = stack.operators.list_audit(AuditFilter(deed=Deed.REQUEUE, actor="operator:jane", limit=500))
    assert (len(entries), len({entry.target for entry in entries})) == (2 * EACH, 2 * EACH)
    assert most_a_minute(stack) <= RATE

"""What the scheduler and the operator ask about many jobs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.answers import Final, Result
from app.domain.appointments import Cancel
from app.domain.jobs import LEASE, Job, Status
from app.domain.stores import JobFilter
from app.storage.database import Database
from tests.storage import rows
from tests.storage.rows import BOOKED, HALF_HOUR, NOW, SECOND, START, TRACE

MINUTE = timedelta(minutes=1)


def due(database: Database, *, per_org: int = 100) -> list[str]:
    with database.reading_unit() as unit:
        return [job.id for job in unit.jobs.due(now=NOW, unpublished_since=NOW, per_org=per_org).get("org", [])]


def oldest(database: Database) -> object:
    with database.reading_unit() as unit:
        return unit.jobs.oldest_due(now=NOW)


def test_due_jobs_come_longest_waiting_first(database: Database) -> None:
    second = rows.added(database, next_attempt_at=NOW - MINUTE)
    first = rows.added(database, next_attempt_at=NOW - 2 * MINUTE)
    third = rows.added(database, next_attempt_at=NOW)
    rows.added(database, next_attempt_at=NOW + SECOND)
    assert due(database) == [first.id, second.id, third.id]
    assert due(database, per_org=2) == [first.id, second.id]


def test_final_and_running_jobs_are_not_due_but_run_out_leases_are(database: Database) -> None:
    for status in (Status.SUCCEEDED, Status.FAILED, Status.DISCARDED, Status.RUNNING):
        rows.in_status(database, status)
    early = NOW - 2 * LEASE
    left = rows.claimed(database, rows.added(database, next_attempt_at=early), now=early)
    assert due(database) == [left.id]


def test_a_job_that_must_wait_for_another_is_neither_due_nor_counted_as_waiting(database: Database) -> None:
    rows.claimed(database, rows.added(database, calendar="c"))
    rows.added(database, calendar="c", next_attempt_at=NOW - MINUTE)
    assert due(database) == []
    assert oldest(database) is None


def test_the_oldest_due_is_the_one_waiting_longest(database: Database) -> None:
    assert oldest(database) is None
    rows.added(database, next_attempt_at=NOW + SECOND)
    assert oldest(database) is None
    rows.added(database, next_attempt_at=NOW - MINUTE)
    assert oldest(database) == NOW - MINUTE
    early = NOW - LEASE - 2 * MINUTE
    rows.claimed(database, rows.added(database, next_attempt_at=early), now=early)
    assert oldest(database) == NOW - 2 * MINUTE


@pytest.mark.parametrize(
    ("org_id", "calendar", "is_other"),
    [("org", "c", True), ("another", "c", False), ("org", "d", False)],
    ids=["other appointment", "other organization", "other calendar"],
)
def test_the_newest_open_job_is_looked_for_in_its_own_place(
    database: Database, org_id: str, calendar: str, *, is_other: bool
) -> None:
    job = rows.added(database, calendar="c")
    appointment_id = "appt_other" if is_other else job.appointment_id
    with database.reading_unit() as unit:
        assert unit.jobs.newest_open_on("org", "c", job.appointment_id) == job.created_at
        assert unit.jobs.newest_open_on(org_id, calendar, appointment_id) is None


def woken_by_the_end_of(database: Database, job: Job) -> list[str]:
    with database.unit() as unit:
        assert unit.jobs.finish(job, now=NOW, status=Status.SUCCEEDED, final=BOOKED, outcome="succeeded", trace=TRACE)
        return unit.jobs.waiting_behind(job, now=NOW + SECOND)


def test_those_who_waited_for_a_job_and_may_run_now_are_named_oldest_first(database: Database) -> None:
    running = rows.claimed(database, rows.added(database, calendar="c", appointment_id="appt_1"))
    cancel = Cancel(appointment_id="appt_1")
    newer = rows.added(
        database, appointment_id="appt_1", command=cancel, starts_at=None, ends_at=None, created_at=NOW + SECOND
    )
    overlapping = rows.added(database, calendar="c")
    rows.added(database, calendar="c", starts_at=START + HALF_HOUR, ends_at=START + 2 * HALF_HOUR)
    rows.added(database)
    rows.in_status(database, Status.FAILED)
    assert woken_by_the_end_of(database, running) == [overlapping.id, newer.id]


def test_of_those_who_would_keep_each_other_waiting_only_the_first_is_named(database: Database) -> None:
    running = rows.claimed(database, rows.added(database, calendar="c"))
    oldest, *_ = [rows.added(database, calendar="c", created_at=NOW + number * SECOND / 10) for number in range(5)]
    assert woken_by_the_end_of(database, running) == [oldest.id]


def test_a_job_that_waits_for_a_later_try_is_passed_over(database: Database) -> None:
    running = rows.claimed(database, rows.added(database, calendar="c"))
    rows.added(database, calendar="c", next_attempt_at=NOW + 2 * MINUTE)
    ready = rows.added(database, calendar="c", created_at=NOW + SECOND / 2)
    assert woken_by_the_end_of(database, running) == [ready.id]


def test_a_search_pages_through_all_jobs_newest_first(database: Database) -> None:
    jobs = [rows.added(database, id=f"job_{number}", created_at=NOW + (number // 2) * SECOND) for number in range(5)]
    found: list[str] = []
    before = None
    with database.reading_unit() as unit:
        while page := unit.jobs.search(JobFilter(limit=2, before=before)):
            assert len(page) <= 2
            found += [job.id for job in page]
            before = page[-1].id
    assert found == [job.id for job in reversed(jobs)]


def test_a_search_filters_by_status_and_organization(database: Database) -> None:
    rows.added(database, org_id="a")
    mine = rows.added(database, org_id="b")
    rows.claimed(database, rows.added(database, org_id="b"))
    with database.reading_unit() as unit:
        assert unit.jobs.search(JobFilter(org_id="b", status=Status.QUEUED)) == [mine]
        assert len(unit.jobs.search(JobFilter(org_id="b"))) == 2
        assert unit.jobs.search(JobFilter(org_id="c\x00")) == []
        assert unit.jobs.search(JobFilter(before="job_unknown")) == []


def test_open_jobs_are_counted_by_status_and_those_that_ended_are_not(database: Database) -> None:
    rows.added(database), rows.added(database)
    for status in (Status.RETRYING, Status.SUCCEEDED, Status.FAILED, Status.DISCARDED):
        rows.in_status(database, status)
    with database.reading_unit() as unit:
        assert unit.jobs.open_counts() == {Status.QUEUED: 2, Status.RUNNING: 0, Status.RETRYING: 1}


def test_pruning_deletes_only_what_ended_before_with_its_attempts_oldest_first(database: Database) -> None:
    def ended(minutes: int) -> str:
        job = rows.claimed(database, rows.added(database))
        final = Final(result=Result.UPSTREAM_DOWN)
        rows.finish(database, job, now=NOW + minutes * MINUTE, status=Status.FAILED, final=final)
        return job.id

    last, first, kept = ended(2), ended(1), ended(3)
    waiting = rows.added(database)
    for expected_gone in (first, last):
        with database.unit() as unit:
            assert unit.jobs.prune(finished_before=NOW + 3 * MINUTE, limit=1) == 1
            unit.commit()
        with database.reading_unit() as unit:
            assert unit.jobs.get(expected_gone) is None
            assert unit.jobs.attempts_of(expected_gone) == []
    with database.unit() as unit:
        assert unit.jobs.prune(finished_before=NOW + 3 * MINUTE, limit=10) == 0
        assert unit.jobs.get(waiting.id) is not None
        assert len(unit.jobs.attempts_of(kept)) == 1

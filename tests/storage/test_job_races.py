"""Many threads at one row: the database decides, and decides once."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from app.domain.appointments import Cancel
from app.domain.jobs import LEASE, Status
from app.storage.database import Database
from tests.storage import rows
from tests.storage.rows import HALF_HOUR, NOW, SECOND, START, at_once

THREADS = 20


def test_twenty_threads_adding_the_same_request_make_one_job(database: Database) -> None:
    jobs = [rows.make_job(dedupe_key="n:same") for _ in range(THREADS)]

    def add(number: int) -> bool:
        with database.unit() as unit:
            is_first = unit.jobs.add(jobs[number])
            holder = unit.jobs.holder_of("n:same")
            unit.commit()
        assert holder is not None
        return is_first

    firsts = at_once(THREADS, add)
    assert firsts.count(True) == 1
    with database.reading_unit() as unit:
        holder = unit.jobs.holder_of("n:same")
        assert holder is not None
        assert holder.id == jobs[firsts.index(True)].id
        assert unit.jobs.open_counts()[Status.QUEUED] == 1


def test_twenty_threads_claiming_one_job_get_it_once(database: Database) -> None:
    job = rows.added(database)
    claims = at_once(THREADS, lambda number: rows.claim(database, job, owner=f"w_{number}"))
    assert len([claim for claim in claims if claim is not None]) == 1
    assert rows.stored(database, job).fence == 1
    assert len(rows.stored(database, job).history) == 1


@pytest.mark.parametrize("lot", range(5))
def test_overlapping_jobs_claimed_at_once_never_run_together(database: Database, lot: int) -> None:
    steps = [START + timedelta(minutes=10 * number) for number in range(THREADS)]
    jobs = [rows.added(database, calendar=f"c{lot}", starts_at=step, ends_at=step + HALF_HOUR) for step in steps]
    at_once(THREADS, lambda number: rows.claim(database, jobs[number]))
    running = [job.starts_at for job in jobs if rows.stored(database, job).status is Status.RUNNING]
    starts = sorted(start for start in running if start is not None)
    assert starts
    assert all(later - earlier >= HALF_HOUR for earlier, later in pairwise(starts))


def test_jobs_on_one_appointment_claimed_at_once_run_one_by_one_in_order(database: Database) -> None:
    jobs = [
        rows.added(
            database,
            appointment_id="appt_1",
            command=Cancel(appointment_id="appt_1"),
            created_at=NOW + number * SECOND,
            starts_at=None,
            ends_at=None,
        )
        for number in range(THREADS)
    ]
    at_once(THREADS, lambda number: rows.claim(database, jobs[number]))
    running = [job.id for job in jobs if rows.stored(database, job).status is Status.RUNNING]
    assert running == [jobs[0].id]


def test_a_worker_that_woke_too_late_changes_nothing(database: Database) -> None:
    late = rows.claimed(database, rows.added(database))
    new = rows.claimed(database, late, now=NOW + LEASE + SECOND)
    before = rows.stored(database, new)
    assert not rows.submit(database, late)
    assert not rows.retry(database, late)
    assert not rows.finish(database, late)
    assert not rows.hand_back(database, late)
    assert rows.stored(database, new) == before
    assert rows.stored(database, new).history == before.history
    assert rows.finish(database, new)


def test_a_worker_cannot_end_a_job_it_gave_up(database: Database) -> None:
    claimed = rows.claimed(database, rows.added(database))
    assert rows.retry(database, claimed)
    assert not rows.finish(database, claimed)
    assert not rows.finish(database, claimed, status=Status.FAILED)
    assert rows.stored(database, claimed).status is Status.RETRYING


def test_one_of_many_outcomes_recorded_at_once_is_kept(database: Database) -> None:
    claimed = rows.claimed(database, rows.added(database))

    def record(number: int) -> bool:
        return rows.finish(database, claimed) if number % 2 else rows.retry(database, claimed)

    assert at_once(THREADS, record).count(True) == 1

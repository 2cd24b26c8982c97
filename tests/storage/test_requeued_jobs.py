"""A job that runs again knows of everything it ever sent, runs as it was amended, and only as it was seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.answers import Final, Result
from app.domain.appointments import Book
from app.domain.jobs import Job, Status
from app.storage.database import Database
from tests.storage import rows
from tests.storage.rows import NOW, SECOND, START

LATER = NOW + timedelta(hours=1)


def fail(database: Database, job: Job, result: Result = Result.UPSTREAM_DOWN) -> None:
    assert rows.finish(database, job, status=Status.FAILED, final=Final(result=result))


def requeued(database: Database, job: Job) -> Job:
    """And what the domain said of it before, which is what the statement has to say."""
    known = rows.stored(database, job).last_submission
    assert rows.requeue(database, job, now=LATER)
    stored = rows.stored(database, job)
    assert stored.submitted_at == known
    return stored


def test_whatever_an_earlier_attempt_sent_is_looked_for_however_the_job_ended(database: Database) -> None:
    job = rows.added(database)
    first = rows.claimed(database, job)
    assert rows.submit(database, first)
    assert rows.retry(database, first, keep_submitted=True)
    second = rows.claimed(database, job)
    assert rows.submit(database, second, now=NOW + SECOND)
    fail(database, second)
    assert rows.stored(database, job).submitted_at is None
    again = requeued(database, job)
    assert (again.submitted_at, again.outcome_is_open, again.submissions) == (NOW + SECOND, True, 1)


def test_what_a_dead_worker_may_have_sent_counts(database: Database) -> None:
    job = rows.added(database)
    assert rows.submit(database, rows.claimed(database, job))
    after = rows.claimed(database, job, now=NOW + timedelta(minutes=1))
    fail(database, after)
    assert requeued(database, job).submitted_at == NOW


def test_what_cal_com_is_known_not_to_have_taken_does_not_count(database: Database) -> None:
    job = rows.added(database)
    first = rows.claimed(database, job)
    assert rows.submit(database, first)
    assert rows.retry(database, first, keep_submitted=False)
    fail(database, rows.claimed(database, job))
    again = requeued(database, job)
    assert (again.submitted_at, again.submissions) == (None, 0)


def test_of_several_requests_the_last_that_counts_is_the_one_to_settle(database: Database) -> None:
    job = rows.added(database)
    first = rows.claimed(database, job)
    assert rows.submit(database, first)
    with database.unit() as unit:
        assert unit.jobs.retry(first, now=NOW, at=NOW, keep_submitted=True, outcome="unknown", trace=rows.TRACE)
        unit.commit()
    second = rows.claimed(database, job)
    assert rows.submit(database, second, now=NOW + SECOND)
    assert rows.retry(database, second, keep_submitted=False)
    fail(database, rows.claimed(database, job))
    assert requeued(database, job).submitted_at == NOW


def test_a_request_of_an_earlier_life_counts_in_the_next_one(database: Database) -> None:
    job = rows.added(database)
    sent = rows.claimed(database, job)
    assert rows.submit(database, sent)
    fail(database, sent)
    assert rows.requeue(database, job)
    fail(database, rows.claimed(database, job))
    assert requeued(database, job).submitted_at == NOW


def test_nothing_is_looked_for_where_nothing_was_sent(database: Database) -> None:
    job = rows.added(database)
    fail(database, rows.claimed(database, job))
    again = requeued(database, job)
    assert (again.submitted_at, again.outcome_is_open) == (None, False)


@pytest.mark.parametrize("decide", ["requeue", "discard"])
def test_a_job_that_another_worker_had_since_is_left_as_it_is(database: Database, decide: str) -> None:
    job = rows.added(database)
    fail(database, rows.claimed(database, job))
    seen = rows.stored(database, job)
    assert rows.requeue(database, job)
    fail(database, rows.claimed(database, job))
    before = rows.stored(database, job)
    assert before.version != seen.version
    with database.unit() as unit:
        if decide == "requeue":
            assert not unit.jobs.requeue(job.id, now=LATER, deadline_at=LATER, fence=seen.fence)
        else:
            assert not unit.jobs.discard(job.id, now=LATER, final=rows.DISCARDED, fence=seen.fence)
        unit.commit()
    assert rows.stored(database, job) == before


def test_an_amended_job_runs_with_what_it_says_now_and_stays_the_same_job(database: Database) -> None:
    job = rows.added(database, dedupe_key="n:1", fingerprint="f")
    fail(database, rows.claimed(database, job))
    moved = START + timedelta(days=1)
    command = Book(attendee=replace(rows.ANN, email="new@example.org"), starts_at=moved)
    amended = replace(job, command=command, starts_at=moved, ends_at=moved + rows.HALF_HOUR)
    with database.unit() as unit:
        assert unit.jobs.requeue(job.id, now=LATER, deadline_at=moved, fence=1, amended=amended)
        unit.commit()
    stored = rows.stored(database, job)
    assert (stored.command, stored.starts_at, stored.ends_at) == (command, moved, moved + rows.HALF_HOUR)
    kept = (stored.id, stored.appointment_id, stored.dedupe_key, stored.fingerprint, stored.created_at)
    assert kept == (job.id, job.appointment_id, "n:1", "f", job.created_at)


def test_a_version_changes_with_every_move_a_person_could_have_missed(database: Database) -> None:
    job = rows.added(database)
    seen = [rows.stored(database, job).version]
    held = rows.claimed(database, job)
    seen.append(rows.stored(database, job).version)
    fail(database, held)
    seen.append(rows.stored(database, job).version)
    assert rows.discard(database, job, now=LATER)
    seen.append(rows.stored(database, job).version)
    assert rows.requeue(database, job, now=LATER)
    seen.append(rows.stored(database, job).version)
    assert len(set(seen)) == len(seen)
    assert rows.stored(database, job).version == seen[-1]

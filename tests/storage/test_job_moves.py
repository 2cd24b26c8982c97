"""Each state a job can be in allows the moves of `app.domain.jobs.MOVES`, and no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.domain.answers import Final, Result
from app.domain.appointments import Cancel
from app.domain.jobs import LEASE, Attempt, Job, Status
from app.storage.database import Database
from tests.storage import rows
from tests.storage.rows import NOW, SECOND, TRACE

EVERY = list(Status)
LATER = NOW + timedelta(minutes=5)


def _claim(database: Database, job: Job) -> bool:
    return rows.claim(database, job, now=LATER) is not None


def _succeed(database: Database, job: Job) -> bool:
    return rows.finish(database, job)


def _fail(database: Database, job: Job) -> bool:
    return rows.finish(database, job, status=Status.FAILED, final=Final(result=Result.UPSTREAM_DOWN))


MOVES: list[tuple[str, Callable[[Database, Job], bool], set[Status]]] = [
    ("claim", _claim, {Status.QUEUED, Status.RUNNING, Status.RETRYING}),
    ("mark_submitted", rows.submit, {Status.RUNNING}),
    ("retry", rows.retry, {Status.RUNNING}),
    ("succeed", _succeed, {Status.RUNNING}),
    ("fail", _fail, {Status.QUEUED, Status.RUNNING, Status.RETRYING}),
    ("hand_back", rows.hand_back, {Status.RUNNING}),
    ("requeue", rows.requeue, {Status.FAILED, Status.DISCARDED}),
    ("discard", rows.discard, {Status.QUEUED, Status.RETRYING, Status.FAILED}),
]


@pytest.mark.parametrize("status", EVERY)
@pytest.mark.parametrize(("move", "allowed"), [move[1:] for move in MOVES], ids=[move[0] for move in MOVES])
def test_a_move_is_made_from_its_sources_and_refused_elsewhere(
    database: Database, status: Status, move: Callable[[Database, Job], bool], allowed: set[Status]
) -> None:
    job = rows.in_status(database, status)
    assert move(database, job) is (status in allowed)
    if status not in allowed:
        assert rows.stored(database, job) == job
        assert rows.stored(database, job).history == job.history


def test_an_added_job_comes_back_as_it_was(database: Database) -> None:
    job = rows.added(
        database,
        command=Cancel(appointment_id="appt_1", notes="quite \x00 odd \ud800 text \N{GRINNING FACE}"),
        starts_at=None,
        ends_at=None,
        dedupe_key="n:1",
        fingerprint="f",
        dedupe_until=NOW + timedelta(hours=24),
        published_at=NOW,
    )
    assert rows.stored(database, job) == job
    assert rows.stored(database, job).command == job.command


def test_a_claim_opens_an_attempt_and_takes_the_lease(database: Database) -> None:
    claimed = rows.claimed(database, rows.added(database))
    assert (claimed.status, claimed.fence, claimed.attempts, claimed.crashes) == (Status.RUNNING, 1, 1, 0)
    assert (claimed.lease_owner, claimed.lease_until) == ("w_1", NOW + LEASE)
    stored = rows.stored(database, claimed)
    assert stored == claimed
    assert stored.history == (Attempt(number=1, fence=1, started_at=NOW),)


def test_a_job_is_not_claimed_before_its_time(database: Database) -> None:
    """Within two seconds it is: hosts' clocks differ."""
    job = rows.added(database, next_attempt_at=NOW + 3 * SECOND)
    assert rows.claim(database, job, now=NOW) is None
    assert rows.claim(database, job, now=NOW + SECOND) is not None


def test_a_lease_that_ran_out_counts_as_a_crash(database: Database) -> None:
    job = rows.added(database)
    first = rows.claimed(database, job)
    assert first.lease_until is not None
    assert rows.claim(database, job, now=first.lease_until) is None
    second = rows.claimed(database, job, now=first.lease_until + SECOND)
    assert (second.fence, second.attempts, second.crashes) == (2, 2, 1)
    assert [attempt.outcome for attempt in rows.stored(database, job).history] == ["", ""]


def test_a_submitted_job_says_when_in_row_and_attempt(database: Database) -> None:
    claimed = rows.claimed(database, rows.added(database))
    assert rows.submit(database, claimed, now=NOW + SECOND)
    stored = rows.stored(database, claimed)
    assert (stored.submitted_at, stored.submissions) == (NOW + SECOND, 1)
    assert stored.history[0].submitted_at == NOW + SECOND
    assert stored.outcome_is_open


def test_nothing_is_submitted_once_the_lease_has_run_out(database: Database) -> None:
    claimed = rows.claimed(database, rows.added(database))
    assert claimed.lease_until is not None
    assert not rows.submit(database, claimed, now=claimed.lease_until + SECOND)
    assert rows.stored(database, claimed).submitted_at is None


@pytest.mark.parametrize("keep", [True, False])
def test_a_retry_closes_the_attempt_and_keeps_the_submission_only_when_told(database: Database, keep: bool) -> None:
    claimed = rows.claimed(database, rows.added(database, published_at=NOW))
    rows.submit(database, claimed)
    assert rows.retry(database, claimed, now=NOW + SECOND, at=LATER, keep_submitted=keep)
    stored = rows.stored(database, claimed)
    assert (stored.status, stored.next_attempt_at) == (Status.RETRYING, LATER)
    assert (stored.lease_owner, stored.lease_until, stored.published_at) == ("", None, None)
    assert stored.submitted_at == (NOW if keep else None)
    closed = stored.history[0]
    assert (closed.finished_at, closed.outcome) == (NOW + SECOND, "retry_later")
    assert (closed.code, closed.http_status, closed.detail) == (TRACE.code, TRACE.http_status, TRACE.detail)
    assert (closed.request, closed.duration_ms) == (TRACE.request, TRACE.duration_ms)


def test_a_request_that_did_not_count_leaves_an_earlier_one_open(database: Database) -> None:
    job = rows.added(database)
    first = rows.claimed(database, job)
    rows.submit(database, first)
    rows.retry(database, first, keep_submitted=True)
    second = rows.claimed(database, job)
    rows.submit(database, second, now=NOW + SECOND)
    assert rows.retry(database, second)
    stored = rows.stored(database, job)
    assert (stored.submitted_at, stored.submissions) == (NOW, 1)


def test_a_finished_job_keeps_its_answer_and_nothing_of_its_run(database: Database) -> None:
    claimed = rows.claimed(database, rows.added(database))
    rows.submit(database, claimed)
    assert rows.finish(database, claimed, now=LATER)
    stored = rows.stored(database, claimed)
    assert (stored.status, stored.final, stored.finished_at) == (Status.SUCCEEDED, rows.BOOKED, LATER)
    assert (stored.lease_owner, stored.lease_until, stored.submitted_at) == ("", None, None)
    assert stored.history[0].finished_at == LATER


def test_ending_a_job_between_attempts_leaves_the_last_attempt_as_it_was(database: Database) -> None:
    job = rows.in_status(database, Status.RETRYING)
    assert rows.finish(database, job, now=LATER, status=Status.FAILED, final=Final(result=Result.SLOT_PAST))
    assert rows.stored(database, job).history == job.history


def test_a_job_handed_back_is_as_it_was_before_the_claim(database: Database) -> None:
    job = rows.added(database)
    assert rows.hand_back(database, rows.claimed(database, job), now=LATER)
    stored = rows.stored(database, job)
    assert (stored.status, stored.attempts, stored.next_attempt_at) == (Status.QUEUED, 0, LATER)
    assert (stored.lease_owner, stored.lease_until, stored.history) == ("", None, ())
    rows.retry(database, rows.claimed(database, job, now=LATER), now=LATER, at=LATER)
    assert rows.hand_back(database, rows.claimed(database, job, now=LATER), now=LATER)
    assert (rows.stored(database, job).status, rows.stored(database, job).attempts) == (Status.RETRYING, 1)


def test_a_job_is_not_handed_back_once_a_request_of_this_attempt_left(database: Database) -> None:
    claimed = rows.claimed(database, rows.added(database))
    rows.submit(database, claimed)
    assert not rows.hand_back(database, claimed)
    assert rows.stored(database, claimed).status is Status.RUNNING


def test_a_job_may_be_handed_back_although_an_earlier_attempt_sent_something(database: Database) -> None:
    job = rows.added(database)
    first = rows.claimed(database, job)
    rows.submit(database, first)
    rows.retry(database, first, keep_submitted=True)
    assert rows.hand_back(database, rows.claimed(database, job))
    assert rows.stored(database, job).submitted_at == NOW


def test_a_requeued_job_starts_anew_and_forgets_no_submission_count(database: Database) -> None:
    claimed = rows.claimed(database, rows.added(database, published_at=NOW))
    rows.submit(database, claimed)
    rows.finish(database, claimed, status=Status.FAILED, final=Final(result=Result.UPSTREAM_REFUSED))
    assert rows.requeue(database, claimed, now=LATER)
    stored = rows.stored(database, claimed)
    assert (stored.status, stored.next_attempt_at) == (Status.QUEUED, LATER)
    assert (stored.final, stored.finished_at, stored.published_at) == (None, None, None)
    assert (stored.attempts, stored.crashes, stored.submissions, stored.requeued_at) == (0, 0, 1, LATER)
    assert stored.deadline_at == LATER + timedelta(hours=1)


def test_a_requeued_job_of_unknown_outcome_looks_before_it_sends(database: Database) -> None:
    claimed = rows.claimed(database, rows.added(database))
    rows.submit(database, claimed, now=NOW + SECOND)
    rows.finish(database, claimed, status=Status.FAILED, final=Final(result=Result.OUTCOME_UNKNOWN))
    assert not rows.stored(database, claimed).outcome_is_open
    assert rows.requeue(database, claimed, now=LATER)
    stored = rows.stored(database, claimed)
    assert stored.submitted_at == NOW + SECOND
    assert stored.outcome_is_open


@pytest.mark.parametrize("ended_before", [True, False])
def test_a_job_discarded_with_an_open_outcome_looks_first_when_requeued(database: Database, ended_before: bool) -> None:
    claimed = rows.claimed(database, rows.added(database))
    rows.submit(database, claimed)
    if ended_before:
        rows.finish(database, claimed, status=Status.FAILED, final=Final(result=Result.OUTCOME_UNKNOWN))
    else:
        rows.retry(database, claimed, keep_submitted=True)
    assert rows.discard(database, claimed)
    assert rows.requeue(database, claimed)
    assert rows.stored(database, claimed).outcome_is_open

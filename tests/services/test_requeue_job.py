"""Requeueing: what ended without success runs again, and nothing else does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.answers import Result
from app.domain.appointments import Cancel
from app.domain.errors import RefusedError, UnknownNameError
from app.domain.jobs import Job, Status
from tests.services.office import NOW, Office


def failed(office: Office, result: Result = Result.UPSTREAM_DOWN) -> Job:
    return office.ended(Status.FAILED, result)


@pytest.mark.parametrize("status", [Status.FAILED, Status.DISCARDED])
def test_a_job_that_ended_without_success_runs_again(office: Office, status: Status) -> None:
    job = failed(office)
    if status is Status.DISCARDED:
        office.discard_job(job.id, actor="test", reason="by mistake")
    office.later(60)
    requeued = office.requeue_job(job.id, actor="test")
    assert (requeued.status, requeued.final, requeued.next_attempt_at) == (Status.QUEUED, None, office.now)
    assert requeued.deadline_at == office.now + timedelta(minutes=15)
    assert office.job(job.id) == requeued
    assert office.bells.published == [job.id]


def test_the_operator_may_give_it_more_time_but_not_past_its_start(office: Office) -> None:
    job = failed(office)
    assert office.requeue_job(job.id, lasting=timedelta(minutes=90), actor="test").deadline_at == NOW + timedelta(
        minutes=90
    )
    other = failed(office)
    assert office.requeue_job(other.id, lasting=timedelta(days=7), actor="test").deadline_at == other.starts_at


def test_a_cancel_may_run_again_for_a_day(office: Office) -> None:
    job = office.ended(
        Status.FAILED,
        Result.UPSTREAM_DOWN,
        command=Cancel(appointment_id="appt_1"),
        starts_at=None,
        ends_at=None,
    )
    assert office.requeue_job(job.id, actor="test").deadline_at == NOW + timedelta(hours=24)


@pytest.mark.parametrize("lasting", [timedelta(0), timedelta(minutes=-1), timedelta(days=8)])
def test_a_deadline_has_bounds(office: Office, lasting: timedelta) -> None:
    job = failed(office)
    with pytest.raises(RefusedError):
        office.requeue_job(job.id, lasting=lasting, actor="test")
    assert office.job(job.id).status is Status.FAILED


def test_a_booking_whose_time_has_passed_is_refused(office: Office) -> None:
    job = failed(office)
    office.later(2 * 3600)
    with pytest.raises(RefusedError) as refusal:
        office.requeue_job(job.id, force=True, actor="test")
    assert refusal.value.result is Result.TIME_PAST
    assert office.job(job.id).status is Status.FAILED
    assert office.bells.published == []


def test_jobs_in_other_states_are_refused(office: Office) -> None:
    queued, running = office.add_job(), office.claim(office.add_job())
    retrying, done = office.retrying(submitted=False), office.ended(Status.SUCCEEDED, Result.BOOKED)
    for job, state in ((queued, "queued"), (running, "running"), (retrying, "retrying"), (done, "succeeded")):
        with pytest.raises(UnknownNameError, match=f"is {state}; only discarded or failed jobs can be requeued"):
            office.requeue_job(job.id, actor="test")
    assert office.bells.published == []


def test_a_job_followed_by_the_same_request_runs_again_only_by_force(office: Office) -> None:
    job = failed(office)
    with office.database.unit() as unit:
        assert unit.jobs.release_key(job.id, f"n:{job.id}")
        unit.commit()
    with pytest.raises(RefusedError, match="invalid") as refusal:
        office.requeue_job(job.id, actor="test")
    assert "could be done twice" in refusal.value.fields["job"]
    assert office.requeue_job(job.id, force=True, actor="test").status is Status.QUEUED


def test_a_job_of_unknown_outcome_still_knows_that_it_was_sent(office: Office) -> None:
    requeued = office.requeue_job(failed(office, Result.OUTCOME_UNKNOWN).id, actor="test")
    assert requeued.submitted_at == NOW
    assert requeued.outcome_is_open


def test_an_unknown_job_is_said_to_be_unknown(office: Office) -> None:
    with pytest.raises(UnknownNameError, match="There is no job job_0"):
        office.requeue_job("job_0", actor="test")

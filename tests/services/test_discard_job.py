"""Discarding: a job is closed with a reason, but not while Cal.com may have what it asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.answers import Final, Result
from app.domain.errors import RefusedError, UnknownNameError
from app.domain.jobs import Status
from tests.services.office import NOW, Office


def test_a_waiting_job_is_closed_and_whoever_waits_for_it_hears_of_it(office: Office) -> None:
    job = office.add_job()
    discarded = office.discard_job(job.id, actor="test", reason="  the caller\nrang again ")
    assert (discarded.status, discarded.finished_at) == (Status.DISCARDED, NOW)
    assert discarded.final == Final(result=Result.DISCARDED, detail="the caller rang again")
    assert office.job(job.id) == discarded
    assert office.bells.rung == [job.id]


def test_retrying_and_failed_jobs_can_be_closed(office: Office) -> None:
    for job in (office.retrying(submitted=False), office.ended(Status.FAILED, Result.SLOT_TAKEN)):
        assert office.discard_job(job.id, actor="test", reason="no longer wanted").status is Status.DISCARDED


def test_jobs_in_other_states_are_refused(office: Office) -> None:
    running, done = office.claim(office.add_job()), office.ended(Status.SUCCEEDED, Result.BOOKED)
    gone = office.add_job()
    office.discard_job(gone.id, actor="test", reason="first")
    for job, said in (
        (running, "A worker is at the job"),
        (done, "is succeeded already"),
        (gone, "is discarded already"),
    ):
        with pytest.raises(UnknownNameError, match=said):
            office.discard_job(job.id, actor="test", reason="second", force=True)
    final = office.job(gone.id).final
    assert final is not None
    assert final.detail == "first"


def test_while_its_outcome_is_open_only_force_closes_it(office: Office) -> None:
    looking, given_up = office.retrying(submitted=True), office.ended(Status.FAILED, Result.OUTCOME_UNKNOWN)
    for job, advice in ((looking, "It is being looked for"), (given_up, "Requeue it to look again")):
        with pytest.raises(RefusedError) as refusal:
            office.discard_job(job.id, actor="test", reason="tired of it")
        assert advice in refusal.value.fields["job"]
        assert office.job(job.id).final == job.final or office.job(job.id).status is Status.FAILED
        assert office.discard_job(job.id, actor="test", reason="seen in Cal.com", force=True).status is Status.DISCARDED


@pytest.mark.parametrize("reason", ["", " \n ", "x" * 501, "\x1b[31mred"])
def test_a_reason_is_plain_text(office: Office, reason: str) -> None:
    job = office.add_job()
    with pytest.raises(RefusedError):
        office.discard_job(job.id, actor="test", reason=reason)
    assert office.job(job.id).status is Status.QUEUED


def test_jobs_it_kept_waiting_are_woken(office: Office) -> None:
    first = office.retrying(submitted=True)
    second = replace(first, status=Status.QUEUED)
    waiting = office.add_job(starts_at=second.starts_at, ends_at=second.ends_at)
    office.discard_job(first.id, actor="test", reason="seen in Cal.com", force=True)
    assert office.bells.published == [waiting.id]

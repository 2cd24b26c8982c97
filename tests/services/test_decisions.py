"""Decisions about jobs are recorded with what they did, are about the job as it was seen, and double nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.answers import Result
from app.domain.appointments import Action, AppointmentStatus, Booking
from app.domain.audit import AuditFilter, Deed
from app.domain.errors import CalendarError, ConflictError, PostponedError, RefusedError
from app.domain.jobs import Job, Status
from app.domain.outcomes import RetryLater, Unknown
from app.domain.retry_policy import LOOKING_LIMIT, MAX_TRIES
from app.services.requeue_job import RequeueJob
from tests.services.desk import TWO_PM_TUESDAY, Desk
from tests.services.office import Office


def recorded(office: Office) -> list[tuple[str, str, str, str]]:
    return [
        (entry.deed.value, entry.actor, entry.target, entry.reason) for entry in office.list_audit(AuditFilter(limit=9))
    ]


def requeue(desk: Desk, job_id: str) -> Job:
    return RequeueJob(open_unit=desk.database.unit, publisher=desk.bells, clock=desk.clock)(job_id, actor="test")


def given_up(desk: Desk) -> str:
    """A booking that Cal.com made, whose answer was lost and whose looks all failed."""
    desk.calendar.script = ["lost"]
    desk.calendar.look_fault = CalendarError(RetryLater())
    job_id = desk.book().job_id
    final = desk.work_until_final(job_id).final
    assert final is not None
    assert final.result is Result.OUTCOME_UNKNOWN
    return job_id


def test_each_decision_is_recorded_once_with_who_and_why(office: Office) -> None:
    failed, waiting = office.ended(Status.FAILED, Result.UPSTREAM_DOWN), office.add_job()
    office.requeue_job(failed.id, actor="operator:jane")
    office.later(60)
    office.discard_job(waiting.id, actor="cli:root", reason="rang\nagain")
    assert recorded(office) == [
        (Deed.DISCARD.value, "cli:root", waiting.id, "rang again"),
        (Deed.REQUEUE.value, "operator:jane", failed.id, ""),
    ]
    (entry,) = office.list_audit(AuditFilter(target=waiting.id))
    assert (entry.org_id, entry.at) == (waiting.org_id, office.now)


def test_what_is_refused_is_not_recorded(office: Office) -> None:
    queued, unknown = office.add_job(), office.ended(Status.FAILED, Result.OUTCOME_UNKNOWN)
    with pytest.raises(ConflictError):
        office.requeue_job(queued.id, actor="test")
    with pytest.raises(RefusedError):
        office.discard_job(unknown.id, actor="test", reason="tired of it")
    assert recorded(office) == []


def test_a_decision_about_a_job_that_moved_on_does_nothing_and_says_what_it_is_now(office: Office) -> None:
    seen = office.job(office.ended(Status.FAILED, Result.UPSTREAM_DOWN).id)
    office.discard_job(seen.id, actor="somebody else", reason="rang again")
    said = r"has changed since it was looked at: it is discarded \(discarded\) now"
    with pytest.raises(ConflictError, match=said):
        office.requeue_job(seen.id, actor="test", version=seen.version)
    with pytest.raises(ConflictError, match=said):
        office.discard_job(seen.id, actor="test", reason="x", version=seen.version)
    assert office.job(seen.id).status is Status.DISCARDED
    assert len(recorded(office)) == 1
    now = office.job(seen.id)
    assert office.requeue_job(seen.id, actor="test", version=now.version).status is Status.QUEUED


def test_a_booking_that_exists_is_found_by_a_retry_and_not_made_again(desk: Desk) -> None:
    job_id = given_up(desk)
    desk.calendar.look_fault = None
    requeue(desk, job_id)
    desk.work()
    job = desk.job(job_id)
    assert job.final is not None
    assert (job.status, job.final.result) == (Status.SUCCEEDED, Result.BOOKED)
    assert (len(desk.calendar.writes), len(desk.calendar.live())) == (1, 1)


def test_a_retry_looks_although_the_job_ended_as_known_not_to_be_done(desk: Desk) -> None:
    """The write arrived after Cal.com was found not to have it."""
    desk.calendar.script = [Unknown(), RetryLater(), RetryLater()]
    job_id = desk.book().job_id
    desk.traffic.waits = [0.0] + [3600.0] * 99
    job = desk.work_until_final(job_id)
    assert job.final is not None
    assert (job.final.result, job.submitted_at, job.submissions) == (Result.UPSTREAM_DOWN, None, 1)
    desk.traffic.waits = []
    desk.calendar.script = []
    desk.calendar.rows["late"] = Booking(
        uid="late",
        status=AppointmentStatus.ACCEPTED,
        starts_at=TWO_PM_TUESDAY,
        ends_at=TWO_PM_TUESDAY + timedelta(minutes=30),
        metadata={"ringbook_job": job_id},
    )
    requeue(desk, job_id)
    desk.work()
    assert desk.job(job_id).status is Status.SUCCEEDED
    assert len(desk.calendar.live()) == 1


def test_a_retry_of_an_old_job_is_not_given_up_at_the_first_look_that_fails(desk: Desk) -> None:
    job_id = given_up(desk)
    requeue(desk, job_id)
    desk.work()
    assert desk.job(job_id).status is Status.RETRYING
    desk.calendar.look_fault = PostponedError(5.0)
    desk.later(120)
    desk.execute(job_id)
    assert desk.job(job_id).status is Status.RETRYING
    desk.calendar.look_fault = None
    assert desk.work_until_final(job_id).status is Status.SUCCEEDED
    assert len(desk.calendar.writes) == 1


def test_looks_after_a_retry_end_as_those_before_it(desk: Desk) -> None:
    job_id = given_up(desk)
    began = desk.now
    requeue(desk, job_id)
    final = desk.work_until_final(job_id).final
    assert final is not None
    assert final.result is Result.OUTCOME_UNKNOWN
    assert LOOKING_LIMIT < desk.now - began < LOOKING_LIMIT + timedelta(minutes=3)


def test_a_requeued_job_has_its_tries_anew(desk: Desk) -> None:
    appointment_id = desk.booked(TWO_PM_TUESDAY + timedelta(days=2)).appointment_id
    job_id = desk.ask(Action.CANCEL, appointment_id=appointment_id).job_id
    desk.calendar.script = [RetryLater() for _ in range(MAX_TRIES)]
    assert desk.work_until_final(job_id).status is Status.FAILED
    desk.later(3600)
    requeue(desk, job_id)
    desk.calendar.script = [RetryLater() for _ in range(MAX_TRIES - 1)]

    assert desk.work_until_final(job_id).status is Status.SUCCEEDED
    assert len(desk.job(job_id).history) == 2 * MAX_TRIES


def test_a_job_whose_time_has_passed_may_still_find_out_whether_it_was_booked(desk: Desk) -> None:
    job_id = given_up(desk)
    desk.calendar.look_fault = None
    desk.now = TWO_PM_TUESDAY + timedelta(hours=1)
    requeue(desk, job_id)
    assert desk.work_until_final(job_id).status is Status.SUCCEEDED
    assert len(desk.calendar.writes) == 1


def test_one_that_was_not_booked_then_ends_and_sends_nothing(desk: Desk) -> None:
    job_id = given_up(desk)
    desk.calendar.look_fault = None
    desk.calendar.rows.clear()
    desk.now = TWO_PM_TUESDAY + timedelta(hours=1)
    requeue(desk, job_id)
    final = desk.work_until_final(job_id).final
    assert final is not None
    assert (final.result, len(desk.calendar.writes)) == (Result.SLOT_PAST, 1)
    with pytest.raises(RefusedError) as refusal:
        requeue(desk, job_id)
    assert refusal.value.result is Result.TIME_PAST

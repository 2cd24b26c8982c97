"""A job that may not ask Cal.com now goes back as it was: nothing sent, nothing marked, no try used up."""

from __future__ import annotations

from datetime import timedelta

from app.domain.answers import Result
from app.domain.appointments import Action
from app.domain.errors import PostponedError
from app.domain.jobs import Status
from app.domain.outcomes import Moved
from app.domain.retry_policy import LOOKING_LIMIT
from app.domain.traffic import Priority
from tests.services.desk import NOW, TWO_PM_TUESDAY, Desk


def test_a_write_without_leave_is_handed_back_as_it_was(desk: Desk) -> None:
    desk.traffic.waits = [20.0]

    answer = desk.book()
    desk.work()

    job = desk.job(answer.job_id)
    assert desk.calendar.writes == []
    assert (job.status, job.attempts, job.submissions, job.submitted_at) == (Status.QUEUED, 0, 0, None)
    assert job.history == ()
    assert timedelta(seconds=20) <= job.next_attempt_at - NOW <= timedelta(seconds=21)
    assert desk.traffic.asked == [Priority.WRITE]


def test_held_back_any_number_of_times_it_is_booked_in_the_end(desk: Desk) -> None:
    desk.traffic.waits = [5.0] * 40

    answer = desk.book()
    job = desk.work_until_final(answer.job_id, within=600)

    assert job.status is Status.SUCCEEDED
    assert job.attempts == 1
    assert len(desk.calendar.writes) == 1


def test_held_back_until_its_deadline_it_ends_in_a_plain_no(desk: Desk) -> None:
    desk.traffic.waits = [60.0] * 1000

    answer = desk.book()
    job = desk.work_until_final(answer.job_id, within=16 * 60)

    assert job.final is not None
    assert job.final.result is Result.UPSTREAM_DOWN
    assert job.finished_at is not None
    assert job.finished_at - NOW <= timedelta(minutes=15, seconds=2)
    assert desk.calendar.writes == []


def test_a_look_without_leave_keeps_the_mark_and_is_made_later(desk: Desk) -> None:
    desk.calendar.script = ["lost"]
    desk.calendar.look_fault = PostponedError(2.0)
    answer = desk.book()
    desk.work()
    desk.later(5)
    desk.rescue_jobs()
    desk.work()
    job = desk.job(answer.job_id)
    assert job.submitted_at is not None
    assert (job.status, job.attempts) == (Status.RETRYING, 1)

    desk.calendar.look_fault = None

    assert desk.work_until_final(answer.job_id).status is Status.SUCCEEDED
    assert len(desk.calendar.writes) == 1


def test_looks_that_never_get_leave_end_with_a_person_to_decide(desk: Desk) -> None:
    desk.calendar.script = ["lost"]
    desk.calendar.look_fault = PostponedError(60.0)

    answer = desk.book()
    job = desk.work_until_final(answer.job_id)

    assert job.final is not None
    assert job.final.result is Result.OUTCOME_UNKNOWN
    assert job.finished_at is not None
    assert job.finished_at - NOW >= LOOKING_LIMIT
    assert len(desk.calendar.writes) == 1


def test_leave_refused_for_the_second_write_of_an_attempt_keeps_the_record_of_the_first(desk: Desk) -> None:
    booked = desk.booked()
    moved = desk.calendar.move(None, "uid1", TWO_PM_TUESDAY + timedelta(hours=1), "")  # type: ignore[arg-type]
    desk.calendar.writes.clear()
    desk.calendar.script = [Moved(uid=moved.booking.uid)]  # type: ignore[union-attr]
    desk.traffic.waits = [0.0, 3.0]

    answer = desk.ask(Action.CANCEL, appointment_id=booked.appointment_id)
    desk.work()
    job = desk.job(answer.job_id)

    assert (job.status, job.submitted_at) == (Status.RETRYING, None)
    assert [attempt.code for attempt in job.history] == ["held_back"]
    assert desk.work_until_final(answer.job_id).status is Status.SUCCEEDED
    assert desk.calendar.live() == []


def test_beyond_its_accounts_seats_a_job_goes_back_and_holds_no_thread(desk: Desk) -> None:
    account_id = "a" * 32
    answer = desk.book()
    with desk.bulkhead.seat(account_id), desk.bulkhead.seat(account_id), desk.bulkhead.seat("another"):
        desk.work()
        job = desk.job(answer.job_id)
        assert (job.status, job.attempts) == (Status.QUEUED, 0)
        assert desk.traffic.asked == []

    assert desk.work_until_final(answer.job_id).status is Status.SUCCEEDED


def test_a_read_without_leave_is_refused_with_the_time_to_come_back(desk: Desk) -> None:
    desk.calendar.look_fault = PostponedError(7.2)

    answer = desk.ask(Action.SUGGEST)

    assert (answer.result, answer.retry_after) == (Result.UPSTREAM_DOWN, 8)

"""What is not known is found out: lost answers, late commits, dead workers."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.answers import Result
from app.domain.appointments import AppointmentStatus, Booking
from app.domain.errors import CalendarError
from app.domain.jobs import LEASE, MAX_CRASHES, Status
from app.domain.outcomes import RetryLater, Trace, Unknown
from tests.services.desk import NOW, TWO_PM_TUESDAY, Desk
from tests.services.scripted_calendar import TAKEN

HALF_PAST = TWO_PM_TUESDAY + timedelta(minutes=30)
SETTLE_TIME = timedelta(seconds=130)


def test_a_lost_answer_is_found_and_nothing_is_sent_twice(desk: Desk) -> None:
    desk.calendar.script = ["lost"]

    answer = desk.book()
    desk.work()
    assert desk.read_job(answer.job_id).answer.result is Result.CONFIRMING

    desk.work_until_final(answer.job_id, within=5)
    assert desk.read_job(answer.job_id).answer.result is Result.BOOKED
    assert len(desk.calendar.writes) == 1


def test_a_write_that_never_arrived_is_sent_again_only_after_the_settle_time(desk: Desk) -> None:
    desk.calendar.script = [Unknown(trace=Trace(code="ReadTimeout"))]
    answer = desk.book()
    desk.work()

    desk.later(29)
    desk.rescue_jobs()
    desk.work()
    assert len(desk.calendar.writes) == 1

    job = desk.work_until_final(answer.job_id, within=10)
    assert job.status is Status.SUCCEEDED
    assert len(desk.calendar.writes) == 2
    assert len(desk.calendar.live()) == 1


def test_a_worker_frozen_between_its_mark_and_the_write_sends_nothing_when_it_wakes(desk: Desk) -> None:
    """Past the settle time another worker may have sent it already."""
    answer = desk.book()

    def freeze() -> bool:  # asked on the way to the mark's commit
        desk.later(140)
        return False

    awake = desk.execute.send_command
    desk.execute = replace(desk.execute, send_command=replace(awake, stopping=freeze))
    desk.work()
    assert desk.calendar.writes == []
    job = desk.job(answer.job_id)
    assert (job.status, job.submitted_at, job.submissions) == (Status.RETRYING, None, 0)
    assert job.history[-1].code == "woke_too_late"

    desk.execute = replace(desk.execute, send_command=awake)
    assert desk.work_until_final(answer.job_id, within=5).status is Status.SUCCEEDED
    assert len(desk.calendar.writes) == 1


def test_no_is_not_said_while_an_earlier_write_may_still_be_carried_out(desk: Desk) -> None:
    """The second was not taken, and then the time was up."""
    answer = desk.book()
    desk.later(14 * 60 + 15)
    sent_at = desk.now
    desk.calendar.script = [Unknown(), RetryLater(wait=3.0, counts=False)]

    def hold_back_from_the_second_write_on() -> None:
        if desk.calendar.writes:
            desk.traffic.waits = [60.0] * 20

    desk.calendar.before_write = hold_back_from_the_second_write_on
    job = desk.work_until_final(answer.job_id)

    assert len(desk.calendar.writes) == 2
    assert job.final is not None
    assert job.final.result is Result.UPSTREAM_DOWN
    assert job.finished_at is not None
    assert job.finished_at - sent_at >= SETTLE_TIME


def test_a_write_that_was_not_taken_leaves_the_earlier_one_open(desk: Desk) -> None:
    desk.calendar.script = [Unknown(), RetryLater(wait=60.0, counts=False)]
    first = desk.book()
    desk.work()
    while len(desk.calendar.writes) < 2:
        desk.later(1)
        desk.rescue_jobs()
        desk.work()

    job = desk.job(first.job_id)
    assert (job.submitted_at, job.submissions) == (NOW, 1)
    overlapping = desk.book(TWO_PM_TUESDAY + timedelta(minutes=15), email="john@example.com")
    desk.work()
    assert desk.job(overlapping.job_id).attempts == 0


def test_a_late_commit_inside_the_settle_time_is_found(desk: Desk) -> None:
    desk.calendar.script = [Unknown()]
    answer = desk.book()
    desk.work()
    desk.later(20)
    desk.calendar.rows["late"] = Booking(
        uid="late",
        status=AppointmentStatus.ACCEPTED,
        starts_at=TWO_PM_TUESDAY,
        ends_at=HALF_PAST,
        metadata={"ringbook_job": answer.job_id},
    )

    desk.work_until_final(answer.job_id, within=30)

    assert len(desk.calendar.writes) == 1
    assert desk.appointment(answer.appointment_id).uid == "late"


def test_somebody_elses_booking_is_not_taken_for_ours(desk: Desk) -> None:
    desk.calendar.script = [Unknown(), TAKEN]
    answer = desk.book()
    desk.calendar.rows["foreign"] = Booking(
        uid="foreign",
        status=AppointmentStatus.ACCEPTED,
        starts_at=TWO_PM_TUESDAY,
        ends_at=HALF_PAST,
        attendee_email="other@example.com",
        metadata={},
    )
    desk.work()

    desk.work_until_final(answer.job_id)

    assert desk.read_job(answer.job_id).answer.result is Result.SLOT_TAKEN


def test_a_refusal_after_a_lost_answer_is_our_own_echo(desk: Desk) -> None:
    desk.calendar.script = [Unknown(), TAKEN]
    answer = desk.book()
    desk.work()

    def commit_just_before_the_second_write() -> None:
        desk.calendar.rows["late"] = Booking(
            uid="late",
            status=AppointmentStatus.ACCEPTED,
            starts_at=TWO_PM_TUESDAY,
            ends_at=HALF_PAST,
            metadata={"ringbook_job": answer.job_id},
        )

    desk.calendar.before_write = commit_just_before_the_second_write
    desk.work_until_final(answer.job_id)

    assert desk.read_job(answer.job_id).answer.result is Result.BOOKED


def test_nobody_is_handed_an_earlier_booking_for_knowing_its_time_and_contact(desk: Desk) -> None:
    first = desk.booked()
    desk.later(3600)  # the repeat is no longer recognised as one
    desk.calendar.script = [TAKEN]

    again = desk.booked()

    assert again.result is Result.SLOT_TAKEN
    assert again.appointment_id != first.appointment_id


def test_an_outcome_that_cannot_be_found_out_is_left_to_a_person(desk: Desk) -> None:
    desk.calendar.script = [Unknown()]
    answer = desk.book()
    desk.work()
    desk.calendar.look_fault = CalendarError(RetryLater())

    job = desk.work_until_final(answer.job_id)

    assert job.status is Status.FAILED
    assert job.final is not None
    assert job.final.result is Result.OUTCOME_UNKNOWN
    assert len(desk.calendar.writes) == 1


def test_a_worker_that_died_before_sending_is_followed_by_another(desk: Desk) -> None:
    answer = desk.book()
    desk.calendar.before_write = _die
    with pytest.raises(KeyboardInterrupt):
        desk.work()
    assert desk.job(answer.job_id).status is Status.RUNNING

    desk.calendar.before_write = lambda: None
    desk.later(LEASE.total_seconds() + 1)
    job = desk.work_until_final(answer.job_id)

    assert job.status is Status.SUCCEEDED
    assert len(desk.calendar.live()) == 1


def test_a_job_that_kills_its_workers_is_stopped(desk: Desk) -> None:
    desk.calendar.script = [Unknown()]
    answer = desk.book()
    desk.work()
    desk.calendar.look_fault = KeyboardInterrupt()
    job = desk.job(answer.job_id)
    turns = 0
    while not job.status.is_final:
        turns += 1
        assert turns < 20
        with suppress(KeyboardInterrupt):
            desk.execute(answer.job_id)
        desk.later(LEASE.total_seconds() + 1)
        job = desk.job(answer.job_id)

    assert job.status is Status.FAILED
    assert job.final is not None
    assert job.final.result is Result.OUTCOME_UNKNOWN
    assert job.crashes == MAX_CRASHES + 1
    assert len(desk.calendar.writes) == 1


def _die() -> None:
    raise KeyboardInterrupt

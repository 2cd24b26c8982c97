"""What Cal.com tells of our own writes: nothing new where the job knows it, the answer where it waits for one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.domain.answers import Result
from app.domain.appointments import Action, Booking
from app.domain.errors import CalendarError
from app.domain.jobs import Status
from app.domain.outcomes import RetryLater
from tests.services.desk import TWO_PM_TUESDAY, Desk
from tests.services.switchboard import Switchboard

HOUR = timedelta(hours=1)


@pytest.fixture
def board(desk: Desk) -> Switchboard:
    return Switchboard(desk)


def test_the_echo_of_what_we_did_ourselves_costs_no_look_and_raises_nothing(board: Switchboard) -> None:
    board.booked()
    looks = board.desk.calendar.looks
    board.tell("BOOKING_CREATED", board.desk.calendar.rows["uid1"])
    board.work()

    assert (board.outcomes(), board.desk.calendar.looks, board.raised()) == (["known"], looks, [])


def test_a_notice_that_comes_while_our_own_write_is_under_way_waits_for_the_job(board: Switchboard) -> None:
    """Cal.com tells before it answers: the row does not yet say what our job is about to write."""
    desk, ours = board.desk, board.booked()
    asked = desk.ask(Action.RESCHEDULE, appointment_id=ours, appointment_datetime=(TWO_PM_TUESDAY + HOUR).isoformat())
    move: Any = desk.calendar.move

    def move_and_tell(*words: Any) -> Any:
        outcome = move(*words)
        board.tell("BOOKING_RESCHEDULED", outcome.booking, rescheduleUid="uid1")
        board.handle(board.bells.notices.pop(0))
        assert desk.appointment(ours).starts_at == TWO_PM_TUESDAY
        return outcome

    calendar: Any = desk.calendar
    calendar.move = move_and_tell
    desk.work()
    assert desk.job(asked.job_id).status is Status.SUCCEEDED
    board.later(3)

    assert desk.appointment(ours).starts_at == TWO_PM_TUESDAY + HOUR
    assert (board.outcomes(), board.raised()) == (["known"], [])


def test_a_job_whose_write_was_not_answered_looks_at_once_when_cal_com_tells_of_its_booking(board: Switchboard) -> None:
    desk = board.desk
    desk.calendar.script, desk.calendar.look_fault = ["lost"], CalendarError(RetryLater())
    answer = desk.book()
    desk.work()
    for _ in range(2):  # the looks 1 s and 3 s after the write fail
        board.later(2)
    desk.calendar.look_fault = None
    job = desk.job(answer.job_id)
    assert (job.status, job.next_attempt_at - desk.now) == (Status.RETRYING, timedelta(seconds=3))

    board.tell("BOOKING_CREATED", desk.calendar.rows["uid1"], metadata={"ringbook_job": job.id})
    board.work()
    assert desk.job(job.id).status is Status.SUCCEEDED
    board.later(3)
    assert (board.outcomes(), len(desk.calendar.writes)) == (["known"], 1)


def test_a_job_that_gave_up_looking_is_settled_by_what_cal_com_tells(board: Switchboard) -> None:
    desk = board.desk
    desk.calendar.script, desk.calendar.look_fault = ["lost"], CalendarError(RetryLater())
    job = desk.work_until_final(desk.book().job_id)
    assert job.final is not None
    assert job.final.result is Result.OUTCOME_UNKNOWN
    desk.calendar.look_fault = None

    board.tell("BOOKING_CREATED", desk.calendar.rows["uid1"], metadata={"ringbook_job": job.id})
    board.work()

    assert desk.job(job.id).status is Status.SUCCEEDED
    assert (len(desk.calendar.writes), board.outcomes()) == (1, ["reopened"])


def test_a_row_that_changed_while_cal_com_was_asked_is_not_overwritten_by_what_was_read(board: Switchboard) -> None:
    desk, ours = board.desk, board.booked()
    old = board.desk.calendar.rows["uid1"]
    board.tell("BOOKING_CANCELLED", old)  # a lie, so that Cal.com is asked
    calendar: Any = desk.calendar
    look = calendar.booking

    def look_while_a_job_moves_it(*words: Any) -> Booking:
        calendar.booking = look
        asked = desk.ask(
            Action.RESCHEDULE, appointment_id=ours, appointment_datetime=(TWO_PM_TUESDAY + HOUR).isoformat()
        )
        desk.work()
        assert desk.job(asked.job_id).status is Status.SUCCEEDED
        return old

    calendar.booking = look_while_a_job_moves_it
    board.work()
    assert desk.appointment(ours).starts_at == TWO_PM_TUESDAY + HOUR
    assert board.outcomes() == [""]
    board.later(1)

    assert desk.appointment(ours).starts_at == TWO_PM_TUESDAY + HOUR
    assert (board.outcomes(), board.raised()) == (["known"], [])

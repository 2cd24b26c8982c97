"""What Cal.com tells is looked up, never believed, and changes our appointment exactly once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.answers import Result
from app.domain.appointments import Action, AppointmentStatus, Booking
from app.domain.errors import CalendarError, PostponedError
from app.domain.jobs import Status
from app.domain.outcomes import RetryLater
from tests.services.desk import ORG, TWO_PM_TUESDAY, Desk
from tests.services.switchboard import Switchboard

HOUR = timedelta(hours=1)
NOBODY: Any = None


@pytest.fixture
def board(desk: Desk) -> Switchboard:
    return Switchboard(desk)


def booked(board: Switchboard) -> str:
    """The id of an appointment that Ringbook booked itself."""
    return board.desk.booked().appointment_id


def moved(board: Switchboard, uid: str, by: timedelta = HOUR) -> Booking:
    """The host moves it in Cal.com."""
    board.desk.calendar.move(NOBODY, uid, board.desk.calendar.rows[uid].starts_at + by, "")
    return board.desk.calendar.rows[board.desk.calendar.rows[uid].moved_to]


def with_status(board: Switchboard, uid: str, status: AppointmentStatus) -> Booking:
    """The host decides in Cal.com."""
    board.desk.calendar.rows[uid] = replace(board.desk.calendar.rows[uid], status=status)
    return board.desk.calendar.rows[uid]


def test_a_booking_moved_in_cal_com_moves_here_and_is_told_once(board: Switchboard) -> None:
    ours = booked(board)
    new = moved(board, "uid1")
    board.tell("BOOKING_RESCHEDULED", new, rescheduleUid="uid1")
    board.work()

    appointment = board.desk.appointment(ours)
    assert (appointment.starts_at, appointment.uids) == (TWO_PM_TUESDAY + HOUR, ("uid1", new.uid))
    (event,) = board.raised()
    assert (event.name, event.appointment_id) == ("appointment.rescheduled", ours)
    assert event.data["previous_date_time"] == "2026-11-24T19:00:00Z"
    assert event.data["date_time"] == "2026-11-24T20:00:00Z"


def test_a_booking_cancelled_in_cal_com_is_cancelled_here(board: Switchboard) -> None:
    ours = booked(board)
    board.tell("BOOKING_CANCELLED", with_status(board, "uid1", AppointmentStatus.CANCELLED))
    board.work()

    assert board.desk.appointment(ours).status is AppointmentStatus.CANCELLED
    assert [event.name for event in board.raised()] == ["appointment.cancelled"]


@pytest.mark.parametrize(
    ("trigger", "status", "event"),
    [
        ("BOOKING_CREATED", AppointmentStatus.ACCEPTED, "appointment.booked"),
        ("BOOKING_REJECTED", AppointmentStatus.REJECTED, "appointment.cancelled"),
    ],
)
def test_a_request_is_confirmed_or_declined_by_the_host(
    board: Switchboard, trigger: str, status: AppointmentStatus, event: str
) -> None:
    board.desk.calendar.status = AppointmentStatus.PENDING
    ours = booked(board)
    board.tell(trigger, with_status(board, "uid1", status))
    board.work()

    assert board.desk.appointment(ours).status is status
    (told,) = board.raised()
    assert (told.name, told.data["status"]) == (event, status.value)


def test_moves_whose_notices_got_lost_are_followed_to_the_end(board: Switchboard) -> None:
    ours = booked(board)
    second = moved(board, "uid1")
    third = moved(board, second.uid)
    job_id = second.metadata["ringbook_job"]
    board.tell("BOOKING_RESCHEDULED", third, rescheduleUid=second.uid, metadata={"ringbook_job": job_id})
    board.work()

    assert board.desk.appointment(ours).uids == ("uid1", second.uid, third.uid)
    assert board.desk.appointment(ours).starts_at == TWO_PM_TUESDAY + 2 * HOUR
    assert len(board.raised()) == 1


def test_the_same_notice_again_does_nothing(board: Switchboard) -> None:
    booked(board)
    raw = board.tell("BOOKING_CANCELLED", with_status(board, "uid1", AppointmentStatus.CANCELLED))
    board.work()
    looks = board.desk.calendar.looks
    for _ in range(3):
        board.send(raw)
    board.work()

    assert (board.outcomes(), board.desk.calendar.looks, len(board.raised())) == (["updated"], looks, 1)


def test_notices_in_the_wrong_order_end_in_what_cal_com_says(board: Switchboard) -> None:
    ours = booked(board)
    old = board.desk.calendar.rows["uid1"]
    new = moved(board, "uid1")
    gone = with_status(board, new.uid, AppointmentStatus.CANCELLED)
    board.tell("BOOKING_CANCELLED", gone)
    board.tell("BOOKING_RESCHEDULED", new, rescheduleUid="uid1")
    board.tell("BOOKING_CREATED", old)
    board.work()

    assert board.desk.appointment(ours).status is AppointmentStatus.CANCELLED
    assert board.desk.appointment(ours).uid == new.uid
    assert [event.name for event in board.raised()] == ["appointment.cancelled"]


def test_a_notice_that_lies_changes_nothing(board: Switchboard) -> None:
    ours = booked(board)
    before = board.desk.appointment(ours)
    board.tell("BOOKING_CANCELLED", board.desk.calendar.rows["uid1"])
    board.work()

    assert board.desk.appointment(ours) == before
    assert (board.outcomes(), board.raised()) == (["known"], [])


def test_a_booking_that_claims_to_be_of_our_job_does_not_take_our_appointment(board: Switchboard) -> None:
    ours = booked(board)
    before = board.desk.appointment(ours)
    job_id = board.desk.calendar.rows["uid1"].metadata["ringbook_job"]
    foreign = replace(board.desk.calendar.rows["uid1"], uid="foreign", starts_at=TWO_PM_TUESDAY + HOUR)
    board.desk.calendar.rows["foreign"] = foreign
    board.tell("BOOKING_CREATED", foreign, metadata={"ringbook_job": job_id})
    board.work()

    assert board.desk.appointment(ours) == before


def test_the_echo_of_what_we_did_ourselves_costs_no_look_and_raises_nothing(board: Switchboard) -> None:
    booked(board)
    looks = board.desk.calendar.looks
    board.tell("BOOKING_CREATED", board.desk.calendar.rows["uid1"])
    board.work()

    assert (board.outcomes(), board.desk.calendar.looks, board.raised()) == (["known"], looks, [])


def test_a_notice_that_comes_while_our_own_write_is_under_way_waits_for_the_job(board: Switchboard) -> None:
    """Cal.com tells before it answers: the row does not yet say what our job is about to write."""
    desk, ours = board.desk, booked(board)
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


def test_a_booking_of_others_only_has_the_slots_around_it_asked_for_again(board: Switchboard) -> None:
    foreign = Booking(
        uid="theirs",
        status=AppointmentStatus.ACCEPTED,
        starts_at=TWO_PM_TUESDAY + HOUR,
        ends_at=TWO_PM_TUESDAY + 2 * HOUR,
        metadata={},
    )
    board.tell("BOOKING_RESCHEDULED", foreign, rescheduleStartTime=TWO_PM_TUESDAY.isoformat(), rescheduleUid="older")
    board.work()

    assert board.desk.cache.told == [("forget", TWO_PM_TUESDAY + HOUR), ("forget", TWO_PM_TUESDAY)]
    assert (board.outcomes(), board.desk.calendar.looks, board.raised()) == (["not_ours"], 0, [])


def test_the_slot_cache_learns_of_a_move(board: Switchboard) -> None:
    booked(board)
    board.desk.cache.told.clear()
    board.tell("BOOKING_RESCHEDULED", moved(board, "uid1"), rescheduleUid="uid1")
    board.work()

    just_reaching_in = TWO_PM_TUESDAY + HOUR - timedelta(minutes=30) + timedelta(seconds=1)
    assert board.desk.cache.told == [
        ("forget", TWO_PM_TUESDAY),
        ("forget", TWO_PM_TUESDAY + HOUR),
        ("taken", just_reaching_in),
    ]


def test_the_same_request_again_is_a_new_one_once_the_host_called_the_appointment_off(board: Switchboard) -> None:
    first = board.desk.booked()
    board.tell("BOOKING_CANCELLED", with_status(board, "uid1", AppointmentStatus.CANCELLED))
    board.work()

    again = board.desk.booked()
    assert again.appointment_id != first.appointment_id
    assert len(board.desk.calendar.live()) == 1


@pytest.mark.parametrize("fault", [CalendarError(RetryLater()), PostponedError(4.0)])
def test_a_look_that_fails_is_made_again_later(board: Switchboard, fault: CalendarError) -> None:
    ours = booked(board)
    new = moved(board, "uid1")
    board.desk.calendar.look_fault = fault
    board.tell("BOOKING_RESCHEDULED", new, rescheduleUid="uid1")
    board.work()
    assert board.outcomes() == [""]
    board.desk.calendar.look_fault = None
    board.later(5)

    assert (board.outcomes(), board.desk.appointment(ours).uid) == (["updated"], new.uid)


def test_a_notice_whose_worker_died_is_handled_by_another_after_the_lease(board: Switchboard) -> None:
    ours = booked(board)
    board.tell("BOOKING_CANCELLED", with_status(board, "uid1", AppointmentStatus.CANCELLED))
    dead = board.claim(board.bells.notices.pop())
    assert dead is not None
    board.later(29)
    assert board.desk.appointment(ours).status is AppointmentStatus.ACCEPTED
    board.later(2)
    assert board.desk.appointment(ours).status is AppointmentStatus.CANCELLED

    with board.desk.database.unit() as unit:
        assert not unit.notices.finish(dead, now=board.desk.now, outcome="too late")
    assert len(board.raised()) == 1


def test_a_notice_that_kills_every_worker_is_given_up(board: Switchboard) -> None:
    booked(board)
    board.tell("BOOKING_CANCELLED", with_status(board, "uid1", AppointmentStatus.CANCELLED))
    notice_id = board.bells.notices.pop()
    for _ in range(5):
        assert board.claim(notice_id) is not None
        board.desk.later(31)
    looks = board.desk.calendar.looks
    board.handle(notice_id)

    assert (board.outcomes(), board.desk.calendar.looks) == (["given_up"], looks)


def test_a_lost_message_is_sent_again_and_a_broker_that_is_away_is_made_up_for_at_once(board: Switchboard) -> None:
    ours = booked(board)
    board.tell("BOOKING_CANCELLED", with_status(board, "uid1", AppointmentStatus.CANCELLED))
    board.bells.notices.clear()
    board.later(29)
    assert board.outcomes() == [""]
    board.later(2)
    assert board.outcomes() == ["updated"]

    board.bells.broker_is_up = False
    board.tell("BOOKING_CREATED", with_status(board, "uid1", AppointmentStatus.ACCEPTED))
    board.bells.broker_is_up = True
    board.later(0)
    assert board.desk.appointment(ours).status is AppointmentStatus.ACCEPTED


def test_an_appointment_of_another_account_is_not_touched(board: Switchboard) -> None:
    ours = booked(board)
    with board.desk.database.unit() as unit:
        appointment = unit.appointments.get(ORG, ours)
        account = unit.directory.account(appointment.account_id) if appointment else None
        assert appointment is not None
        assert account is not None
        unit.directory.save_account(replace(account, id="b" * 32, name="Other"), "cal_test_otherkey")
        unit.appointments.save(replace(appointment, id="appt_other", account_id="b" * 32, uids=("uid9",)))
        unit.commit()
    gone = replace(board.desk.calendar.rows["uid1"], uid="uid9", status=AppointmentStatus.CANCELLED)
    board.desk.calendar.rows["uid9"] = gone
    board.tell("BOOKING_CANCELLED", gone)
    board.work()

    assert board.desk.appointment("appt_other").status is AppointmentStatus.ACCEPTED
    assert board.outcomes() == ["not_ours"]

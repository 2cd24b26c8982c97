"""What Cal.com tells is looked up, never believed, and changes our appointment exactly once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.appointments import Action, AppointmentStatus, Booking
from tests.services.desk import ORG, TWO_PM_TUESDAY, Desk
from tests.services.switchboard import Switchboard

HOUR = timedelta(hours=1)
NOBODY: Any = None


@pytest.fixture
def board(desk: Desk) -> Switchboard:
    return Switchboard(desk)


def test_a_booking_moved_in_cal_com_moves_here_and_is_told_once(board: Switchboard) -> None:
    ours = board.booked()
    new = board.move("uid1")
    board.tell("BOOKING_RESCHEDULED", new, rescheduleUid="uid1")
    board.work()

    appointment = board.desk.appointment(ours)
    assert (appointment.starts_at, appointment.uids) == (TWO_PM_TUESDAY + HOUR, ("uid1", new.uid))
    (event,) = board.raised()
    assert (event.name, event.appointment_id) == ("appointment.rescheduled", ours)
    assert event.data["previous_date_time"] == "2026-11-24T19:00:00Z"
    assert event.data["date_time"] == "2026-11-24T20:00:00Z"


def test_a_booking_cancelled_in_cal_com_is_cancelled_here(board: Switchboard) -> None:
    ours = board.booked()
    board.tell("BOOKING_CANCELLED", board.decide("uid1", AppointmentStatus.CANCELLED))
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
    ours = board.booked()
    board.tell(trigger, board.decide("uid1", status))
    board.work()

    assert board.desk.appointment(ours).status is status
    (told,) = board.raised()
    assert (told.name, told.data["status"]) == (event, status.value)


def test_moves_whose_notices_got_lost_are_followed_to_the_end(board: Switchboard) -> None:
    ours = board.booked()
    second = board.move("uid1")
    third = board.move(second.uid)
    job_id = second.metadata["ringbook_job"]
    board.tell("BOOKING_RESCHEDULED", third, rescheduleUid=second.uid, metadata={"ringbook_job": job_id})
    board.work()

    assert board.desk.appointment(ours).uids == ("uid1", second.uid, third.uid)
    assert board.desk.appointment(ours).starts_at == TWO_PM_TUESDAY + 2 * HOUR
    assert len(board.raised()) == 1


def test_the_same_notice_again_does_nothing(board: Switchboard) -> None:
    board.booked()
    raw = board.tell("BOOKING_CANCELLED", board.decide("uid1", AppointmentStatus.CANCELLED))
    board.work()
    looks = board.desk.calendar.looks
    for _ in range(3):
        board.send(raw)
    board.work()

    assert (board.outcomes(), board.desk.calendar.looks, len(board.raised())) == (["updated"], looks, 1)


def test_notices_in_the_wrong_order_end_in_what_cal_com_says(board: Switchboard) -> None:
    ours = board.booked()
    old = board.desk.calendar.rows["uid1"]
    new = board.move("uid1")
    gone = board.decide(new.uid, AppointmentStatus.CANCELLED)
    board.tell("BOOKING_CANCELLED", gone)
    board.tell("BOOKING_RESCHEDULED", new, rescheduleUid="uid1")
    board.tell("BOOKING_CREATED", old)
    board.work()

    assert board.desk.appointment(ours).status is AppointmentStatus.CANCELLED
    assert board.desk.appointment(ours).uid == new.uid
    assert [event.name for event in board.raised()] == ["appointment.cancelled"]


def test_a_notice_that_lies_changes_nothing(board: Switchboard) -> None:
    ours = board.booked()
    before = board.desk.appointment(ours)
    board.tell("BOOKING_CANCELLED", board.desk.calendar.rows["uid1"])
    board.work()

    assert board.desk.appointment(ours) == before
    assert (board.outcomes(), board.raised()) == (["known"], [])


def test_a_booking_that_claims_to_be_of_our_job_does_not_take_our_appointment(board: Switchboard) -> None:
    ours = board.booked()
    before = board.desk.appointment(ours)
    job_id = board.desk.calendar.rows["uid1"].metadata["ringbook_job"]
    foreign = replace(board.desk.calendar.rows["uid1"], uid="foreign", starts_at=TWO_PM_TUESDAY + HOUR)
    board.desk.calendar.rows["foreign"] = foreign
    board.tell("BOOKING_CREATED", foreign, metadata={"ringbook_job": job_id})
    board.work()

    assert board.desk.appointment(ours) == before


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
    board.booked()
    board.desk.cache.told.clear()
    board.tell("BOOKING_RESCHEDULED", board.move("uid1"), rescheduleUid="uid1")
    board.work()

    just_reaching_in = TWO_PM_TUESDAY - timedelta(minutes=30) + timedelta(seconds=1)
    assert board.desk.cache.told == [
        ("freed", just_reaching_in),
        ("forget", TWO_PM_TUESDAY),
        ("forget", TWO_PM_TUESDAY + HOUR),
        ("taken", just_reaching_in + HOUR),
    ]


def test_what_was_over_for_us_already_frees_nothing_that_others_may_have_by_now(board: Switchboard) -> None:
    ours = board.booked()
    board.desk.ask(Action.CANCEL, appointment_id=ours)
    board.desk.work()
    board.desk.cache.told.clear()
    board.tell("BOOKING_REJECTED", board.decide("uid1", AppointmentStatus.REJECTED))
    board.work()

    assert board.desk.appointment(ours).status is AppointmentStatus.REJECTED
    assert [what for what, _ in board.desk.cache.told] == ["forget"]


def test_the_same_request_again_is_a_new_one_once_the_host_called_the_appointment_off(board: Switchboard) -> None:
    first = board.desk.booked()
    board.tell("BOOKING_CANCELLED", board.decide("uid1", AppointmentStatus.CANCELLED))
    board.work()

    again = board.desk.booked()
    assert again.appointment_id != first.appointment_id
    assert len(board.desk.calendar.live()) == 1


def test_an_appointment_of_another_account_is_not_touched(board: Switchboard) -> None:
    ours = board.booked()
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

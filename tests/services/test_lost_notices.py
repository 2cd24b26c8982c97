"""A notice is handled in the end, whatever happens to messages, workers and Cal.com meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.appointments import AppointmentStatus
from app.domain.errors import CalendarError, PostponedError
from app.domain.outcomes import RetryLater
from tests.services.desk import Desk
from tests.services.switchboard import ACCOUNT, EVERY, Switchboard

STOP = 4 * 3600
"""Seconds; longer than looks that fail are made again."""


@pytest.fixture
def board(desk: Desk) -> Switchboard:
    return Switchboard(desk)


@pytest.mark.parametrize("fault", [CalendarError(RetryLater()), PostponedError(4.0)])
def test_a_look_that_fails_is_made_again_later(board: Switchboard, fault: CalendarError) -> None:
    ours = board.booked()
    new = board.move("uid1")
    board.desk.calendar.look_fault = fault
    board.tell("BOOKING_RESCHEDULED", new, rescheduleUid="uid1")
    board.work()
    assert board.outcomes() == [""]
    board.desk.calendar.look_fault = None
    board.later(5)

    assert (board.outcomes(), board.desk.appointment(ours).uid) == (["updated"], new.uid)


@pytest.mark.parametrize("fault", [None, PostponedError(4.0)])
def test_a_notice_that_lay_through_a_long_stop_is_looked_at(board: Switchboard, fault: PostponedError | None) -> None:
    ours = board.booked()
    board.tell("BOOKING_CANCELLED", board.decide("uid1", AppointmentStatus.CANCELLED))
    board.desk.later(STOP)
    board.desk.calendar.look_fault = fault
    board.work()
    board.desk.calendar.look_fault = None
    board.later(5)

    assert board.desk.appointment(ours).status is AppointmentStatus.CANCELLED
    assert len(board.raised()) == 1


def test_a_notice_is_given_up_for_its_age_when_a_look_fails(board: Switchboard) -> None:
    board.booked()
    board.desk.calendar.look_fault = CalendarError(RetryLater())
    board.tell("BOOKING_CANCELLED", board.decide("uid1", AppointmentStatus.CANCELLED))
    board.work()
    board.later(3 * 3600)
    looks = board.desk.calendar.looks
    assert board.outcomes() == [""]
    board.later(60)

    assert (board.outcomes(), board.desk.calendar.looks) == (["given_up"], looks + 1)


def test_a_notice_whose_worker_died_is_handled_by_another_after_the_lease(board: Switchboard) -> None:
    ours = board.booked()
    board.tell("BOOKING_CANCELLED", board.decide("uid1", AppointmentStatus.CANCELLED))
    dead = board.claim(board.bells.notices.pop())
    assert dead is not None
    board.later(29)
    assert board.desk.appointment(ours).status is AppointmentStatus.ACCEPTED
    board.later(2)
    assert board.desk.appointment(ours).status is AppointmentStatus.CANCELLED

    with board.desk.database.unit() as unit:
        assert not unit.notices.finish(dead, now=board.desk.now, outcome="too late")
    assert len(board.raised()) == 1


def test_what_a_dead_worker_left_is_published_anew_only_after_a_while(board: Switchboard) -> None:
    board.booked()
    board.rescue.enroll()
    board.desk.later(EVERY.total_seconds())
    board.tell("BOOKING_CANCELLED", board.decide("uid1", AppointmentStatus.CANCELLED))
    assert board.claim(board.bells.notices.pop()) is not None
    with board.desk.database.unit() as unit:
        assert unit.sweeps.claim(ACCOUNT, now=board.desk.now, lease_until=board.desk.now + timedelta(seconds=30))
        unit.commit()
    for _ in range(30 + 61):
        board.desk.later(1)
        board.rescue()

    assert (len(board.bells.notices), len(board.bells.sweeps)) == (2, 2)


def test_a_notice_that_kills_every_worker_is_given_up(board: Switchboard) -> None:
    board.booked()
    board.tell("BOOKING_CANCELLED", board.decide("uid1", AppointmentStatus.CANCELLED))
    notice_id = board.bells.notices.pop()
    for _ in range(5):
        assert board.claim(notice_id) is not None
        board.desk.later(31)
    looks = board.desk.calendar.looks
    board.handle(notice_id)

    assert (board.outcomes(), board.desk.calendar.looks) == (["given_up"], looks)


def test_a_lost_message_is_sent_again_and_a_broker_that_is_away_is_made_up_for_at_once(board: Switchboard) -> None:
    ours = board.booked()
    board.tell("BOOKING_CANCELLED", board.decide("uid1", AppointmentStatus.CANCELLED))
    board.bells.notices.clear()
    board.later(29)
    assert board.outcomes() == [""]
    board.later(2)
    assert board.outcomes() == ["updated"]

    board.bells.broker_is_up = False
    board.tell("BOOKING_CREATED", board.decide("uid1", AppointmentStatus.ACCEPTED))
    board.bells.broker_is_up = True
    board.later(0)
    assert board.desk.appointment(ours).status is AppointmentStatus.ACCEPTED

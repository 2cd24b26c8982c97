"""Several callers for one time: who comes too late is refused without a second write."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.domain.answers import Result
from app.domain.appointments import Action, AppointmentStatus
from app.domain.event_types import EventType
from app.domain.jobs import Status
from app.domain.outcomes import RetryLater, Unknown
from tests.services.desk import PLAIN, TWO_PM_TUESDAY, Desk

QUARTER = timedelta(minutes=15)
OTHER: dict[str, Any] = {"name": "John Roe", "email": "john@example.com"}


def test_of_fifty_callers_one_is_booked_and_the_others_cost_no_write(desk: Desk) -> None:
    desk.calendar.free = [TWO_PM_TUESDAY + timedelta(hours=1)]

    asked = [desk.book(name=f"Caller {number}", email=f"caller{number}@example.com") for number in range(50)]
    desk.work()

    results = [desk.read_job(answer.job_id).answer for answer in asked]
    assert [answer.result for answer in results] == [Result.BOOKED] + 49 * [Result.SLOT_TAKEN]
    assert all(answer.openings == (TWO_PM_TUESDAY + timedelta(hours=1),) for answer in results[1:])
    assert len(desk.calendar.writes) == 1


def test_a_start_that_overlaps_ours_is_refused_without_a_write(desk: Desk) -> None:
    desk.booked()
    assert desk.booked(TWO_PM_TUESDAY + QUARTER, **OTHER).result is Result.SLOT_TAKEN
    assert desk.booked(TWO_PM_TUESDAY + 2 * QUARTER, **OTHER).result is Result.BOOKED
    assert len(desk.calendar.writes) == 2


def test_a_time_whose_booking_was_cancelled_in_cal_com_itself_can_be_booked(desk: Desk) -> None:
    desk.booked()
    (uid,) = desk.calendar.rows
    desk.calendar.rows[uid] = replace(desk.calendar.rows[uid], status=AppointmentStatus.CANCELLED)

    assert desk.booked(**OTHER).result is Result.BOOKED


def test_a_move_within_its_own_time_is_no_obstacle_to_itself(desk: Desk) -> None:
    first = desk.booked()
    moved = desk.ask(
        Action.RESCHEDULE,
        appointment_id=first.appointment_id,
        appointment_datetime=(TWO_PM_TUESDAY + QUARTER).isoformat(),
    )
    desk.work()
    assert desk.job(moved.job_id).status is Status.SUCCEEDED


def test_a_move_onto_a_booking_of_ours_is_refused_without_a_write(desk: Desk) -> None:
    desk.booked()
    other = desk.booked(TWO_PM_TUESDAY + timedelta(hours=2), **OTHER)
    moved = desk.ask(
        Action.RESCHEDULE, appointment_id=other.appointment_id, appointment_datetime=TWO_PM_TUESDAY.isoformat()
    )
    desk.work()
    assert desk.read_job(moved.job_id).answer.result is Result.SLOT_TAKEN
    assert len(desk.calendar.writes) == 2


def test_where_several_may_ask_for_one_time_cal_com_decides(tmp_path: Path) -> None:
    desk = Desk(tmp_path, replace(PLAIN, needs_confirmation=True))
    desk.calendar.status = AppointmentStatus.PENDING
    assert desk.booked().result is Result.REQUESTED
    assert desk.booked(**OTHER).result is Result.REQUESTED
    assert len(desk.calendar.writes) == 2
    desk.close()


@pytest.mark.parametrize("event_type", [PLAIN, replace(PLAIN, needs_confirmation=True)], ids=["plain", "on request"])
def test_who_books_again_what_they_are_giving_up_waits_for_that(tmp_path: Path, event_type: EventType) -> None:
    with closing(Desk(tmp_path, event_type)) as desk:
        first = desk.booked()
        desk.calendar.script = [RetryLater(wait=5.0, counts=False)]
        cancel = desk.ask(Action.CANCEL, appointment_id=first.appointment_id)
        again = desk.book()
        desk.work()
        assert desk.read_job(again.job_id).answer.result is Result.CONFIRMING
        assert desk.booked(**OTHER).result is not Result.CONFIRMING

        desk.work_until_final(again.job_id, within=15)

        assert [desk.read_job(each.job_id).answer.result for each in (cancel, again)] == [
            Result.CANCELLED,
            Result.BOOKED,
        ]


def test_who_has_waited_for_that_for_a_minute_hears_what_cal_com_has(desk: Desk) -> None:
    first = desk.booked()
    desk.calendar.script = [RetryLater(wait=300.0, counts=False)]
    desk.ask(Action.CANCEL, appointment_id=first.appointment_id)
    again = desk.book()
    desk.work_until_final(again.job_id, within=70)
    assert desk.read_job(again.job_id).answer.result is Result.SLOT_TAKEN


def test_a_booking_of_the_same_time_does_not_overtake_the_cancel_before_it(desk: Desk) -> None:
    desk.calendar.script = ["lost"]
    first = desk.book()
    desk.work()
    cancel = desk.ask(Action.CANCEL, appointment_id=first.appointment_id)
    again = desk.book()
    desk.work()
    desk.later(2)
    desk.execute(first.job_id)
    desk.execute(again.job_id)  # another worker is quicker
    desk.work()
    desk.work_until_final(again.job_id, within=5)

    results = [desk.read_job(each.job_id).answer.result for each in (first, cancel, again)]
    assert results == [Result.BOOKED, Result.CANCELLED, Result.BOOKED]
    assert len(desk.calendar.live()) == 1


def test_what_waits_for_a_booking_of_open_outcome_is_not_waited_for_by_it(tmp_path: Path) -> None:
    with closing(Desk(tmp_path, replace(PLAIN, needs_confirmation=True))) as desk:
        first = desk.booked()
        desk.calendar.script = [Unknown()]
        second = desk.book(TWO_PM_TUESDAY + QUARTER)
        desk.work()
        later = (TWO_PM_TUESDAY + 2 * QUARTER).isoformat()
        desk.ask(Action.RESCHEDULE, appointment_id=first.appointment_id, appointment_datetime=later)

        assert desk.work_until_final(second.job_id, within=140).status is Status.SUCCEEDED

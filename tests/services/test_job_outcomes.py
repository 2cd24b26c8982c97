"""A job ends in exactly one known outcome, whatever Cal.com answers or does not answer."""

from __future__ import annotations

from datetime import timedelta

from app.domain.answers import Result
from app.domain.appointments import Action, AppointmentStatus
from app.domain.errors import CalendarError
from app.domain.jobs import Status
from app.domain.outcomes import Failed, RetryLater
from tests.services.desk import NOW, TWO_PM_TUESDAY, Desk
from tests.services.scripted_calendar import TAKEN

HALF_PAST = TWO_PM_TUESDAY + timedelta(minutes=30)


def test_a_booking_is_confirmed_when_cal_com_has_it(desk: Desk) -> None:
    answer = desk.booked()

    assert answer.result is Result.BOOKED
    assert answer.starts_at == TWO_PM_TUESDAY
    assert answer.appointment_id.startswith("appt_")
    assert [row.starts_at for row in desk.calendar.live()] == [TWO_PM_TUESDAY]
    assert desk.appointment(answer.appointment_id).uid == desk.calendar.live()[0].uid


def test_a_pending_booking_is_requested_and_not_booked(desk: Desk) -> None:
    desk.calendar.status = AppointmentStatus.PENDING

    assert desk.booked().result is Result.REQUESTED


def test_before_the_worker_ran_the_answer_is_still_confirming(desk: Desk) -> None:
    answer = desk.book()

    assert answer.result is Result.CONFIRMING
    assert answer.job_status == "queued"


def test_a_taken_slot_is_refused_with_the_nearest_free_times_first(desk: Desk) -> None:
    desk.calendar.script = [TAKEN]
    desk.calendar.free = [TWO_PM_TUESDAY - timedelta(hours=4), HALF_PAST, TWO_PM_TUESDAY + timedelta(days=1)]

    answer = desk.booked()

    assert answer.result is Result.SLOT_TAKEN
    assert answer.openings == (HALF_PAST, TWO_PM_TUESDAY - timedelta(hours=4), TWO_PM_TUESDAY + timedelta(days=1))


def test_the_refused_time_is_never_offered_again(desk: Desk) -> None:
    desk.calendar.script = [TAKEN]
    desk.calendar.free = [TWO_PM_TUESDAY, HALF_PAST]  # Cal.com's list is stale for two seconds

    assert desk.booked().openings == (HALF_PAST,)


def test_a_taken_slot_without_a_look_at_others_is_still_a_plain_no(desk: Desk) -> None:
    desk.calendar.script = [TAKEN]
    desk.calendar.look_fault = CalendarError(RetryLater())

    answer = desk.booked()

    assert answer.result is Result.SLOT_TAKEN
    assert answer.openings == ()


def test_cal_com_being_away_for_good_ends_in_a_plain_no(desk: Desk) -> None:
    desk.calendar.script = [RetryLater() for _ in range(100)]

    answer = desk.book()
    job = desk.work_until_final(answer.job_id, within=1000)

    assert job.final is not None
    assert job.final.result is Result.UPSTREAM_DOWN
    assert 2 < len(desk.calendar.writes) <= 12


def test_a_rate_limit_is_waited_for_and_does_not_use_up_tries(desk: Desk) -> None:
    desk.calendar.script = [RetryLater(wait=20.0, counts=False) for _ in range(20)]

    answer = desk.book()
    job = desk.work_until_final(answer.job_id, within=600)

    assert job.status is Status.SUCCEEDED
    assert len(desk.calendar.writes) == 21


def test_a_booking_whose_time_went_by_while_it_waited_is_refused(desk: Desk) -> None:
    soon = NOW + timedelta(seconds=30)
    desk.calendar.script = [RetryLater(wait=25.0, counts=False), RetryLater(wait=3.0, counts=False)]
    answer = desk.book(soon)
    desk.work()
    desk.later(31)
    desk.rescue_jobs()
    desk.work()

    assert desk.read_job(answer.job_id).answer.result in {Result.SLOT_PAST, Result.UPSTREAM_DOWN}
    assert desk.calendar.live() == []


def test_a_second_delivery_of_the_message_changes_nothing(desk: Desk) -> None:
    answer = desk.booked()

    for _ in range(5):
        desk.execute(answer.job_id)

    assert len(desk.calendar.writes) == 1


def test_no_database_connection_is_held_while_cal_com_is_asked(desk: Desk) -> None:
    held: list[int] = []
    desk.calendar.before_write = lambda: held.append(desk.database.checked_out())

    desk.booked()

    assert held == [0]


def test_a_stopping_worker_hands_the_job_back_unsent(desk: Desk) -> None:
    answer = desk.book()
    desk.stopping = True
    desk.work()

    assert desk.calendar.writes == []
    assert desk.job(answer.job_id).status is Status.QUEUED


def test_a_key_cal_com_does_not_take_is_a_final_no(desk: Desk) -> None:
    desk.calendar.script = [Failed(result=Result.UPSTREAM_KEY)]

    assert desk.booked().result is Result.UPSTREAM_KEY


def test_the_waiting_are_told_when_the_job_is_final(desk: Desk) -> None:
    answer = desk.booked()

    assert desk.bells.rung == [answer.job_id]


def test_a_waiting_caller_gets_the_outcome_itself(desk: Desk) -> None:
    desk.bells.at_wait = desk.work

    assert desk.book(wait=10).result is Result.BOOKED


def test_more_callers_than_seats_are_not_kept_waiting(desk: Desk) -> None:
    room = desk.await_outcome.room
    assert [room.enter(), room.enter()] == [True, True]

    assert desk.book(wait=10).result is Result.CONFIRMING

    for _ in range(2):
        room.leave()
    assert room.enter()


def test_with_the_broker_down_the_scheduler_publishes_later(desk: Desk) -> None:
    desk.bells.broker_is_up = False
    answer = desk.book()
    assert answer.result is Result.CONFIRMING
    desk.bells.broker_is_up = True

    job = desk.work_until_final(answer.job_id, within=30)

    assert job.status is Status.SUCCEEDED


def test_a_time_in_the_past_is_refused_before_anything_is_queued(desk: Desk) -> None:
    answer = desk.book(NOW - timedelta(hours=1))

    assert answer.result is Result.TIME_PAST
    assert "appointment_datetime" in answer.fields


def test_list_is_closed_to_callers_that_are_not_verified(desk: Desk) -> None:
    desk.booked()

    assert desk.ask(Action.LIST, email="jane@example.com").result is Result.NOT_VERIFIED

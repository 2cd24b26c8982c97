"""The same request again attaches to its job or hears its answer: asking again is polling."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from app.domain.answers import Answer, Result
from app.domain.appointments import Action
from app.domain.errors import CalendarError
from app.domain.outcomes import RetryLater, Unknown
from tests.services.desk import TWO_PM_TUESDAY, Desk
from tests.services.scripted_calendar import TAKEN

THREE_PM_TUESDAY = TWO_PM_TUESDAY + timedelta(hours=1)
FOUR_PM_TUESDAY = TWO_PM_TUESDAY + timedelta(hours=2)


def move(desk: Desk, appointment_id: str, at: datetime, **fields: Any) -> Answer:
    return desk.ask(Action.RESCHEDULE, appointment_id=appointment_id, appointment_datetime=at.isoformat(), **fields)


def finish(desk: Desk, *answers: Answer) -> None:
    for answer in answers:
        desk.work_until_final(answer.job_id)


def test_while_the_job_runs_the_same_request_attaches_to_it(desk: Desk) -> None:
    first = desk.book()
    again = desk.book()

    assert again.job_id == first.job_id
    assert again.result is Result.CONFIRMING
    assert not again.replayed
    desk.work()
    assert len(desk.calendar.writes) == 1


def test_a_final_answer_is_given_again_and_marked(desk: Desk) -> None:
    first = desk.booked()

    again = desk.book()

    assert again.result is Result.BOOKED
    assert again.appointment_id == first.appointment_id
    assert again.replayed


def test_spelling_of_name_and_notes_and_the_offset_make_no_other_request(desk: Desk) -> None:
    first = desk.book()
    new_york = "2026-11-24T14:00:00-05:00"

    again = desk.book(name="Jane  DOE", notes="window seat", appointment_datetime=new_york)

    assert again.job_id == first.job_id


def test_another_time_or_another_person_is_another_request(desk: Desk) -> None:
    first = desk.book()

    assert desk.book(TWO_PM_TUESDAY + timedelta(hours=1)).job_id != first.job_id
    assert desk.book(email="john@example.com").job_id != first.job_id


def test_without_call_or_key_a_repeat_is_one_for_ten_minutes(desk: Desk) -> None:
    first = desk.booked()
    desk.later(9 * 60)
    assert desk.book().job_id == first.job_id

    desk.later(2 * 60)
    assert desk.book().job_id != first.job_id


@pytest.mark.parametrize(
    ("looks", "told"), [(None, Result.BOOKED), (CalendarError(RetryLater()), Result.OUTCOME_UNKNOWN)]
)
def test_the_ten_minutes_begin_anew_when_a_job_that_took_longer_ends(
    desk: Desk, looks: CalendarError | None, told: Result
) -> None:
    desk.calendar.script = [*(RetryLater(wait=60.0, counts=False) for _ in range(11)), "lost"]
    desk.calendar.look_fault = looks
    first = desk.book()
    desk.work_until_final(first.job_id)
    desk.later(9 * 60)

    again = desk.book()

    assert (again.job_id, again.result) == (first.job_id, told)
    desk.later(60)
    assert desk.book().job_id != first.job_id


def test_within_a_call_a_repeat_is_one_for_a_day(desk: Desk) -> None:
    early = TWO_PM_TUESDAY + timedelta(days=3)
    first = desk.booked(early, call_session_id="call-1")
    desk.later(23 * 3600)

    assert desk.book(early, call_session_id="call-1").job_id == first.job_id


def test_a_key_with_another_body_is_a_conflict(desk: Desk) -> None:
    desk.book(idempotency_key="k1")

    answer = desk.book(TWO_PM_TUESDAY + timedelta(hours=1), idempotency_key="k1")

    assert answer.result is Result.KEY_REUSED


def test_a_key_replays_a_refusal_too(desk: Desk) -> None:
    desk.calendar.script = [TAKEN]
    first = desk.booked(idempotency_key="k1")

    again = desk.book(idempotency_key="k1")

    assert again.result is Result.SLOT_TAKEN
    assert again.job_id == first.job_id
    assert again.replayed


def test_a_slot_that_was_refused_may_be_asked_for_again(desk: Desk) -> None:
    desk.calendar.script = [TAKEN]
    first = desk.booked()

    again = desk.booked()

    assert again.job_id != first.job_id
    assert again.result is Result.BOOKED


def test_two_bookings_of_one_time_run_one_after_the_other(desk: Desk) -> None:
    first = desk.book()
    second = desk.book(email="john@example.com")
    desk.calendar.script = [Unknown()]
    desk.work()

    assert [job_id for job_id in (first.job_id, second.job_id) if desk.job(job_id).attempts] == [first.job_id]

    desk.calendar.script = ["done", TAKEN]
    desk.work_until_final(second.job_id)
    assert desk.read_job(first.job_id).answer.result is Result.BOOKED
    assert desk.read_job(second.job_id).answer.result is Result.SLOT_TAKEN


def test_a_booking_about_to_be_cancelled_is_not_replayed_as_booked(desk: Desk) -> None:
    first = desk.booked()
    desk.calendar.script = [RetryLater()]
    cancel = desk.ask(Action.CANCEL, appointment_id=first.appointment_id)
    desk.work()

    again = desk.book()
    finish(desk, cancel, again)

    assert again.result is Result.CONFIRMING
    assert again.appointment_id != first.appointment_id
    assert desk.read_job(cancel.job_id).answer.result is Result.CANCELLED


def test_asked_for_again_behind_its_cancel_a_booking_under_way_is_made_anew(desk: Desk) -> None:
    desk.calendar.script = [RetryLater()]
    first = desk.book()
    desk.work()
    cancel = desk.ask(Action.CANCEL, appointment_id=first.appointment_id)

    again = desk.book()
    finish(desk, first, cancel, again)

    assert desk.read_job(again.job_id).answer.result is Result.BOOKED
    assert [desk.appointment(again.appointment_id).uid] == [row.uid for row in desk.calendar.live()]


def test_a_move_back_is_not_replayed_while_a_later_move_is_under_way(desk: Desk) -> None:
    appointment_id = desk.booked().appointment_id
    desk.work_until_final(move(desk, appointment_id, THREE_PM_TUESDAY).job_id)
    desk.calendar.script = [RetryLater()]
    away = move(desk, appointment_id, FOUR_PM_TUESDAY)
    desk.work()

    back = move(desk, appointment_id, THREE_PM_TUESDAY)
    assert back.result is Result.CONFIRMING
    finish(desk, away, back)

    assert desk.read_job(back.job_id).answer.result is Result.BOOKED
    assert [row.starts_at for row in desk.calendar.live()] == [THREE_PM_TUESDAY]


def test_a_repeat_does_not_attach_to_a_move_that_a_newer_one_follows(desk: Desk) -> None:
    appointment_id = desk.booked().appointment_id
    there = move(desk, appointment_id, THREE_PM_TUESDAY)
    away = move(desk, appointment_id, FOUR_PM_TUESDAY)

    back = move(desk, appointment_id, THREE_PM_TUESDAY)
    again = move(desk, appointment_id, THREE_PM_TUESDAY)
    finish(desk, there, away, back)

    assert back.job_id != there.job_id
    assert again.job_id == back.job_id
    assert [row.starts_at for row in desk.calendar.live()] == [THREE_PM_TUESDAY]


def test_a_key_attaches_to_its_job_whatever_follows_it(desk: Desk) -> None:
    appointment_id = desk.booked().appointment_id
    there = move(desk, appointment_id, THREE_PM_TUESDAY, idempotency_key="k1")
    move(desk, appointment_id, FOUR_PM_TUESDAY, idempotency_key="k2")

    assert move(desk, appointment_id, THREE_PM_TUESDAY, idempotency_key="k1").job_id == there.job_id


def test_a_booking_of_unknown_outcome_is_not_made_anew_before_its_cancel_ran(desk: Desk) -> None:
    desk.calendar.script = ["lost"]
    first = desk.book(call_session_id="call-1")
    desk.work()
    cancel = desk.ask(Action.CANCEL, appointment_id=first.appointment_id)
    desk.calendar.look_fault = CalendarError(RetryLater())
    while not desk.job(first.job_id).status.is_final:
        desk.later(60)
        desk.execute(first.job_id)

    again = desk.book(call_session_id="call-1")

    assert cancel.result is Result.CONFIRMING
    assert again.result is Result.OUTCOME_UNKNOWN
    assert again.job_id == first.job_id

"""The same request again attaches to its job or hears its answer: asking again is polling."""

from __future__ import annotations

from datetime import timedelta

from app.domain.answers import Result
from app.domain.outcomes import Unknown
from tests.services.desk import TWO_PM_TUESDAY, Desk
from tests.services.scripted_calendar import TAKEN


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

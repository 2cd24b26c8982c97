"""Before a job runs again it is said what would come of it: found out, not guessed, and without changing anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.answers import Result
from app.domain.appointments import Action, AppointmentStatus
from app.domain.errors import CalendarError, PostponedError, UnknownNameError
from app.domain.event_types import BookingField
from app.domain.jobs import Job, Status
from app.domain.outcomes import Failed, Outcome, RetryLater, Unknown
from app.domain.preflight import Verdict
from app.domain.slots import nearest_first
from tests.services.desk import PLAIN, TWO_PM_TUESDAY, Desk
from tests.services.mending import HALF_HOUR, Mending

HOUR = timedelta(hours=1)


@pytest.fixture
def mending(desk: Desk) -> Mending:
    desk.calendar.free = [TWO_PM_TUESDAY + step * HALF_HOUR for step in range(-8, 9)]
    return Mending(desk)


def test_what_was_never_sent_and_is_still_free_is_useful(desk: Desk, mending: Mending) -> None:
    job = mending.never_sent()
    desk.calendar.looks = 0
    told = mending.check(job)
    assert (told.verdict, told.is_worth_running, told.zone) == (Verdict.USEFUL, True, "America/New_York")
    assert desk.calendar.looks == 1  # at the free times: nothing of it can be in Cal.com
    assert desk.job(job.id) == job


def test_a_booking_that_exists_is_told_and_a_retry_books_nothing(desk: Desk, mending: Mending) -> None:
    desk.calendar.script, desk.calendar.look_fault = ["lost"], CalendarError(RetryLater())
    job_id = desk.book().job_id
    job = desk.work_until_final(job_id)
    desk.calendar.look_fault = None
    told = mending.check(job)
    assert (told.verdict, told.found_at, told.is_worth_running) == (Verdict.ALREADY_DONE, TWO_PM_TUESDAY, True)
    mending.requeue_job(job.id, actor="test")
    assert mending.run_to_end(job).status is Status.SUCCEEDED
    assert len(desk.calendar.writes) == 1


def test_a_booking_the_host_called_off_since_is_not_booked_again(mending: Mending) -> None:
    job = mending.refused()
    mending.late_booking(job, status=AppointmentStatus.CANCELLED)
    told = mending.check(job)
    assert (told.verdict, "cancelled in Cal.com since" in told.says) == (Verdict.APPOINTMENT_GONE, True)


def test_a_slot_that_is_gone_comes_with_the_nearest_ones(desk: Desk, mending: Mending) -> None:
    job = mending.never_sent()
    desk.calendar.free.remove(TWO_PM_TUESDAY)
    told = mending.check(job)
    assert (told.verdict, told.is_worth_running) == (Verdict.SLOT_GONE, False)
    assert nearest_first(told.openings, TWO_PM_TUESDAY, 2) == (TWO_PM_TUESDAY - HALF_HOUR, TWO_PM_TUESDAY + HALF_HOUR)


def test_the_free_times_are_asked_for_each_time(desk: Desk, mending: Mending) -> None:
    job = mending.never_sent()
    assert mending.check(job).verdict is Verdict.USEFUL
    desk.calendar.free.clear()
    assert mending.check(job).verdict is Verdict.SLOT_GONE


def test_a_time_that_has_passed_needs_no_look(desk: Desk, mending: Mending) -> None:
    job = mending.never_sent()
    desk.now = TWO_PM_TUESDAY
    desk.calendar.looks = 0
    assert (mending.check(job).verdict, desk.calendar.looks) == (Verdict.TIME_PAST, 0)


def test_a_time_that_has_passed_is_looked_for_where_the_outcome_is_open(desk: Desk, mending: Mending) -> None:
    job = mending.closed_while_open("lost")
    desk.now = TWO_PM_TUESDAY + HOUR
    assert mending.check(job).verdict is Verdict.ALREADY_DONE
    desk.calendar.rows.clear()
    assert mending.check(job).verdict is Verdict.TIME_PAST


def test_what_cal_com_may_still_carry_out_is_unknown_until_it_has_settled(desk: Desk, mending: Mending) -> None:
    job = mending.closed_while_open(Unknown())
    told = mending.check(job)
    assert (told.verdict, told.is_worth_running) == (Verdict.OUTCOME_UNKNOWN, True)
    desk.later(60)
    assert mending.check(job).verdict is Verdict.USEFUL


def test_a_refusal_that_may_last_is_told_beside_the_verdict(mending: Mending) -> None:
    job = mending.refused(Failed(result=Result.PERSON_LIMIT))
    mending.desk.later(60)
    told = mending.check(job)
    assert (told.verdict, "refused it before (person limit)" in told.says) == (Verdict.USEFUL, True)


@pytest.mark.parametrize("result", [Result.UPSTREAM_KEY, Result.NOT_CONNECTED])
def test_a_key_that_is_not_taken_is_a_broken_account(desk: Desk, mending: Mending, result: Result) -> None:
    job = mending.never_sent()
    desk.calendar.look_fault = CalendarError(Failed(result=result))
    assert mending.check(job).verdict is Verdict.ACCOUNT_BROKEN


def test_an_account_without_a_key_is_broken_and_cal_com_is_not_asked(desk: Desk, mending: Mending) -> None:
    job = mending.never_sent()
    with desk.database.unit() as unit:
        unit.directory.disconnect_account(job.account_id, now=desk.now)
        unit.commit()
    desk.calendar.looks = 0
    assert (mending.check(job).verdict, desk.calendar.looks) == (Verdict.ACCOUNT_BROKEN, 0)


@pytest.mark.parametrize(
    ("fault", "wait", "held_back"),
    [
        (PostponedError(7.0), 7.0, True),
        (CalendarError(RetryLater(wait=30.0)), 30.0, False),
        (CalendarError(RetryLater()), 5.0, False),
        (CalendarError(Unknown()), None, False),
        (CalendarError(Failed(result=Result.UPSTREAM_REFUSED)), None, False),
        (TimeoutError(), 5.0, False),
    ],
)
def test_what_could_not_be_found_out_is_said_so(
    desk: Desk, mending: Mending, fault: BaseException, wait: float | None, held_back: bool
) -> None:
    for job in (mending.never_sent(email="other@example.com"), mending.closed_while_open("lost")):
        desk.calendar.look_fault = fault
        told = mending.check(job)
        assert (told.verdict, told.wait, told.held_back) == (Verdict.CANNOT_BE_CHECKED, wait, held_back)
        desk.calendar.look_fault = None


def test_only_what_ended_without_success_can_be_retried(desk: Desk, mending: Mending) -> None:
    queued = desk.job(desk.book().job_id)
    told = [mending.check(queued)]
    desk.calendar.script = [RetryLater()]
    desk.work()
    told.append(mending.check(queued))
    desk.work_until_final(queued.id)
    told.append(mending.check(queued))
    assert {each.verdict for each in told} == {Verdict.CANNOT_BE_RETRIED}
    assert [each.says.split(".")[0] for each in told] == [
        "It waits for its first try and runs by itself",
        "It is tried again, or looked for, by itself",
        "It is done",
    ]


def test_a_job_that_a_worker_is_at_cannot_be_retried(desk: Desk, mending: Mending) -> None:
    asked = desk.book()
    seen: list[Verdict] = []
    desk.calendar.before_write = lambda: seen.append(mending.preflight_job(asked.job_id).verdict)
    desk.work()
    assert seen == [Verdict.CANNOT_BE_RETRIED]


def test_a_job_that_was_followed_by_something_newer_cannot_be_retried(desk: Desk, mending: Mending) -> None:
    job = mending.never_sent()
    desk.booked()
    told = mending.check(job)
    assert (told.verdict, "could be done twice" in told.says) == (Verdict.CANNOT_BE_RETRIED, True)


def test_a_job_whose_person_was_erased_cannot_be_retried(desk: Desk, mending: Mending) -> None:
    job = mending.never_sent()
    with desk.database.unit() as unit:
        unit.personal_data.erase_over(desk.now + HOUR, now=desk.now, limit=9)
        unit.commit()
    assert "erased" in mending.check(job).says


def test_a_contact_that_is_missing_is_told(mending: Mending) -> None:
    mending.change_agent(event_type=replace(PLAIN, fields=(BookingField(slug="email", required=False),)))
    job = mending.never_sent(email="", phone="+12125550123")
    assert mending.check(job).verdict is Verdict.USEFUL
    mending.change_agent(event_type=PLAIN)
    assert mending.check(job).verdict is Verdict.CONTACT_NEEDED


def test_a_move_is_useful_while_its_appointment_stands_and_the_new_time_is_free(desk: Desk, mending: Mending) -> None:
    job = mending.change(Action.RESCHEDULE, TWO_PM_TUESDAY + HOUR)
    desk.later(60)
    assert mending.check(job).verdict is Verdict.USEFUL
    desk.calendar.free.remove(TWO_PM_TUESDAY + HOUR)
    assert mending.check(job).verdict is Verdict.SLOT_GONE


def test_a_move_that_was_made_in_cal_com_is_already_done(desk: Desk, mending: Mending) -> None:
    job = mending.change(Action.RESCHEDULE, TWO_PM_TUESDAY + HOUR)
    (uid,) = desk.calendar.rows
    _move(desk, uid, job)
    assert (mending.check(job).verdict, mending.check(job).found_at) == (Verdict.ALREADY_DONE, job.starts_at)


def test_what_is_to_be_changed_may_be_gone_or_over(desk: Desk, mending: Mending) -> None:
    job = mending.change(Action.CANCEL)
    (uid,) = desk.calendar.rows
    assert mending.check(job).verdict is Verdict.OUTCOME_UNKNOWN
    desk.later(5)
    assert mending.check(job).verdict is Verdict.USEFUL
    kept = desk.calendar.rows.pop(uid)
    assert mending.check(job).verdict is Verdict.APPOINTMENT_GONE
    desk.calendar.rows[uid] = replace(kept, status=AppointmentStatus.CANCELLED)
    assert mending.check(job).verdict is Verdict.ALREADY_DONE
    desk.calendar.rows[uid] = kept
    desk.now = TWO_PM_TUESDAY + HOUR
    told = mending.check(job)
    assert (told.verdict, told.says) == (Verdict.APPOINTMENT_GONE, "The appointment is over.")


def test_an_unknown_job_is_said_to_be_unknown(mending: Mending) -> None:
    with pytest.raises(UnknownNameError):
        mending.preflight_job("job_0")


def _move(desk: Desk, uid: str, job: Job) -> Outcome:
    assert job.starts_at is not None
    return desk.calendar.move(_access(desk), uid, job.starts_at, "")


def _access(desk: Desk):
    with desk.database.reading_unit() as unit:
        return unit.directory.access("a" * 32)

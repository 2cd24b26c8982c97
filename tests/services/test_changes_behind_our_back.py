"""What hosts and operators change in the middle of a job does not make it book twice, lie or wait for ever."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from app.domain.answers import Result
from app.domain.appointments import Action, AppointmentStatus, Booking
from app.domain.errors import CalendarError
from app.domain.jobs import Status
from app.domain.outcomes import Moved, RetryLater, Trace, Unknown
from app.services.requeue_job import RequeueJob
from app.storage.database import Database
from tests.services.desk import AGENT, TWO_PM_TUESDAY, Desk
from tests.services.scripted_calendar import TAKEN

DAY = timedelta(days=1)
NOBODY: Any = None


def requeue(desk: Desk, job_id: str) -> None:
    RequeueJob(open_unit=desk.database.unit, publisher=desk.bells, clock=desk.clock)(job_id, actor="test")


def test_an_agent_that_books_something_else_by_now_does_not_hide_the_booking(desk: Desk) -> None:
    desk.calendar.script = ["lost"]
    answer = desk.book()
    desk.work()
    with desk.database.unit() as unit:
        agent = unit.directory.agent(AGENT)
        assert agent is not None
        unit.directory.save_agent(replace(agent, event_type=replace(agent.event_type, id=102, length_minutes=15)))
        unit.commit()

    desk.work_until_final(answer.job_id)

    assert len(desk.calendar.live()) == 1
    assert len(desk.calendar.writes) == 1


def test_a_booking_the_host_moved_before_we_looked_is_found_where_it_is(desk: Desk) -> None:
    desk.calendar.script = ["lost"]
    answer = desk.book()
    desk.work()
    desk.calendar.move(NOBODY, "uid1", TWO_PM_TUESDAY + DAY, "")

    desk.work_until_final(answer.job_id)

    assert desk.read_job(answer.job_id).answer.starts_at == TWO_PM_TUESDAY + DAY
    assert len(desk.calendar.live()) == 1


def test_a_booking_the_host_called_off_before_we_looked_is_not_made_again(desk: Desk) -> None:
    desk.calendar.script = ["lost"]
    answer = desk.book()
    desk.work()
    desk.calendar.cancel(NOBODY, "uid1", "")

    job = desk.work_until_final(answer.job_id)

    assert job.final is not None
    assert job.final.result is Result.ALREADY_CANCELLED
    assert desk.calendar.live() == []


def test_an_unknown_booking_that_was_moved_is_found_when_an_operator_requeues_it(desk: Desk) -> None:
    desk.calendar.script = ["lost"]
    answer = desk.book(TWO_PM_TUESDAY + DAY)
    desk.work()
    desk.calendar.look_fault = CalendarError(RetryLater())
    desk.work_until_final(answer.job_id)
    desk.calendar.look_fault = None
    desk.calendar.move(NOBODY, "uid1", TWO_PM_TUESDAY + 2 * DAY, "")

    requeue(desk, answer.job_id)
    desk.work_until_final(answer.job_id)

    assert len(desk.calendar.live()) == 1


def test_a_no_for_good_waits_until_the_last_write_cannot_come_true_any_more(desk: Desk) -> None:
    desk.calendar.script = [Unknown(), Unknown(), Unknown()]

    answer = desk.book()
    job = desk.work_until_final(answer.job_id)

    last = max(attempt.submitted_at for attempt in job.history if attempt.submitted_at)
    assert job.final is not None
    assert job.final.result is Result.UPSTREAM_DOWN
    assert job.finished_at is not None
    assert job.finished_at - last >= timedelta(seconds=130)


def test_a_requeued_job_may_send_again(desk: Desk) -> None:
    desk.calendar.script = [Unknown(), Unknown(), Unknown()]
    answer = desk.book()
    desk.work()
    desk.work_until_final(answer.job_id)

    requeue(desk, answer.job_id)
    job = desk.work_until_final(answer.job_id)

    assert job.status is Status.SUCCEEDED
    assert len(desk.calendar.writes) == 4


def test_a_move_to_the_present_time_with_unreadable_looks_comes_to_an_end(desk: Desk) -> None:
    appointment_id = desk.booked().appointment_id
    desk.calendar.look_fault = CalendarError(Unknown(trace=Trace(http_status=200, code="unreadable")))
    when = TWO_PM_TUESDAY.isoformat()
    answer = desk.ask(Action.RESCHEDULE, appointment_id=appointment_id, appointment_datetime=when)

    job = desk.work_until_final(answer.job_id, within=1800)

    assert job.final is not None
    assert job.final.result is Result.UPSTREAM_DOWN
    assert desk.calendar.looks < 20


def test_an_appointment_the_host_put_off_can_be_moved_after_its_old_time(desk: Desk) -> None:
    appointment_id = desk.booked().appointment_id
    desk.calendar.move(NOBODY, "uid1", TWO_PM_TUESDAY + 14 * DAY, "")
    desk.later(3 * DAY.total_seconds())
    desk.calendar.script = [Moved(uid="uid2")]
    when = (TWO_PM_TUESDAY + 15 * DAY).isoformat()

    answer = desk.ask(Action.RESCHEDULE, appointment_id=appointment_id, appointment_datetime=when)
    desk.work_until_final(answer.job_id)

    assert desk.read_job(answer.job_id).answer.result is Result.BOOKED
    assert [row.starts_at for row in desk.calendar.live()] == [TWO_PM_TUESDAY + 15 * DAY]


def test_a_worker_that_cannot_read_the_key_gives_up_in_time(desk: Desk, tmp_path: Path) -> None:
    answer = desk.book()
    url = f"sqlite:///{tmp_path}/ringbook.db"
    stranger = Database(url, secret_keys=(Fernet.generate_key().decode(),))
    desk.execute = replace(desk.execute, read_unit=stranger.reading_unit)

    job = desk.work_until_final(answer.job_id)
    stranger.dispose()

    assert job.final is not None
    assert job.final.result is Result.UPSTREAM_KEY
    assert job.finished_at is not None
    assert job.finished_at <= job.deadline_at


def test_a_job_behind_a_strangers_open_outcome_ends_at_its_deadline(desk: Desk) -> None:
    desk.calendar.script = [Unknown()]
    desk.book()
    desk.work()
    desk.calendar.look_fault = CalendarError(RetryLater())
    second = desk.book(email="john@example.com")

    while not (job := desk.job(second.job_id)).status.is_final:
        desk.later(10)
        desk.rescue_jobs()
        desk.work()

    assert job.finished_at is not None
    assert job.finished_at <= job.deadline_at + timedelta(minutes=1)


def test_a_uid_that_another_appointment_has_already_does_not_stop_a_cancel(desk: Desk) -> None:
    first = desk.booked().appointment_id
    desk.calendar.move(NOBODY, "uid1", TWO_PM_TUESDAY + DAY, "the host")
    second = desk.booked(TWO_PM_TUESDAY + 2 * DAY)
    with desk.database.unit() as unit:
        other = unit.appointments.get(desk.job(second.job_id).org_id, second.appointment_id)
        assert other is not None
        unit.appointments.save(replace(other, uids=("uid2", *other.uids)))
        unit.commit()
    desk.calendar.script = [Moved(uid="uid2")]
    answer = desk.ask(Action.CANCEL, appointment_id=first)

    with suppress(KeyError):
        desk.work_until_final(answer.job_id)

    assert desk.job(answer.job_id).status is Status.SUCCEEDED
    assert desk.calendar.rows["uid2"].status is AppointmentStatus.CANCELLED


def test_a_late_commit_of_a_write_before_a_rate_limit_is_found(desk: Desk) -> None:
    desk.calendar.script = [Unknown(), *(RetryLater(wait=60.0, counts=False) for _ in range(30))]
    answer = desk.book()
    desk.work()
    desk.later(35)
    desk.calendar.rows["late"] = Booking(
        uid="late",
        status=AppointmentStatus.ACCEPTED,
        starts_at=TWO_PM_TUESDAY,
        ends_at=TWO_PM_TUESDAY + timedelta(minutes=30),
        metadata={"ringbook_job": answer.job_id},
    )
    desk.calendar.script = [TAKEN]

    desk.work_until_final(answer.job_id)

    assert desk.read_job(answer.job_id).answer.result is Result.BOOKED

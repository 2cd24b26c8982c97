"""A sweep finds what no hook told, goes on where it stopped, and costs one listing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.domain.answers import Result
from app.domain.appointments import AppointmentStatus, Booking
from app.domain.directory import Access
from app.domain.errors import CalendarError, PostponedError
from app.domain.jobs import Status
from app.domain.outcomes import Failed, RetryLater
from app.storage.directory_tables import accounts
from tests.services.desk import TWO_PM_TUESDAY, Desk
from tests.services.switchboard import ACCOUNT, EVERY, Switchboard

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OVERLAP = timedelta(minutes=10)
NOBODY: Any = None


@pytest.fixture
def board(desk: Desk) -> Switchboard:
    return Switchboard(desk)


@dataclass
class Windows:
    """Notes which windows were asked for, and fails when told so."""

    asked: list[tuple[datetime, datetime | None]]
    fault: CalendarError | None = None

    def __call__(self, access: Access, since: datetime, until: datetime | None) -> list[Booking]:
        self.asked.append((since, until))
        if self.fault is not None:
            raise self.fault
        return []


def windows(board: Switchboard) -> Windows:
    noted = Windows([])
    board.desk.calendar.bookings_changed_between = noted  # type: ignore[method-assign]
    return noted


def troubles(board: Switchboard) -> list[str]:
    with board.desk.database.reading_unit() as unit:
        return [each.trouble for each in unit.overview.accounts_in_trouble(limit=9)]


def test_a_booking_moved_in_cal_com_is_found_without_a_hook(board: Switchboard) -> None:
    ours = board.desk.booked().appointment_id
    board.desk.calendar.move(NOBODY, "uid1", TWO_PM_TUESDAY + HOUR, "")
    board.sweep_now()

    assert board.desk.appointment(ours).starts_at == TWO_PM_TUESDAY + HOUR
    assert [event.name for event in board.raised()] == ["appointment.rescheduled"]
    assert set(board.outcomes()) == {"updated", "known"}  # the old booking and the new one both changed
    board.sweep_now()
    assert len(board.raised()) == 1


def test_a_booking_cancelled_in_cal_com_is_found_without_a_hook(board: Switchboard) -> None:
    ours = board.desk.booked().appointment_id
    gone = replace(board.desk.calendar.rows["uid1"], status=AppointmentStatus.CANCELLED)
    board.desk.calendar.rows["uid1"] = gone
    board.sweep_now()

    assert board.desk.appointment(ours).status is AppointmentStatus.CANCELLED
    assert [event.name for event in board.raised()] == ["appointment.cancelled"]


def test_what_agrees_with_our_rows_costs_one_listing_and_leaves_no_trace(board: Switchboard) -> None:
    board.desk.booked()
    looks = board.desk.calendar.looks
    board.sweep_now()
    board.sweep_now()
    assert (board.desk.calendar.looks - looks, board.outcomes()) == (2, [])


def test_a_write_without_answer_is_finished_by_a_sweep(board: Switchboard) -> None:
    desk = board.desk
    desk.calendar.script, desk.calendar.look_fault = ["lost"], CalendarError(RetryLater())
    job = desk.work_until_final(desk.book().job_id)
    assert job.final is not None
    assert job.final.result is Result.OUTCOME_UNKNOWN
    desk.calendar.look_fault = None
    board.sweep_now()
    assert desk.job(job.id).status is Status.SUCCEEDED


def test_bookings_of_others_only_touch_the_slot_cache(board: Switchboard) -> None:
    theirs = Booking(
        uid="theirs",
        status=AppointmentStatus.ACCEPTED,
        starts_at=TWO_PM_TUESDAY,
        ends_at=TWO_PM_TUESDAY + HOUR,
        metadata={},
    )
    board.desk.calendar.rows["theirs"] = theirs
    board.sweep_now()
    assert (board.desk.cache.told, board.outcomes()) == ([("forget", TWO_PM_TUESDAY)], [])


def test_each_sweep_begins_ten_minutes_before_the_end_of_the_last(board: Switchboard) -> None:
    noted = windows(board)
    connected = board.desk.now
    board.sweep_now()
    first = board.desk.now
    board.sweep_now()
    assert noted.asked == [(connected - 12 * HOUR - OVERLAP, None), (first - OVERLAP, None)]


def test_a_sweep_that_fails_does_not_move_on(board: Switchboard) -> None:
    noted = windows(board)
    board.sweep_now()
    seen = board.desk.now
    noted.fault = CalendarError(RetryLater())
    board.sweep_now()
    board.sweep_now()
    noted.fault = None
    board.later(2 * EVERY.total_seconds())  # its pause doubles with each failure
    assert noted.asked[1:] == [(seen - OVERLAP, None)] * 3
    board.sweep_now()
    assert noted.asked[-1][0] == board.desk.now - EVERY - OVERLAP


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        (CalendarError(Failed(result=Result.UPSTREAM_KEY)), "upstream_key"),
        (CalendarError(RetryLater()), "upstream_down"),
    ],
)
def test_why_a_sweep_failed_is_kept_until_one_succeeds(board: Switchboard, fault: CalendarError, trouble: str) -> None:
    noted = windows(board)
    noted.fault = fault
    board.sweep_now()
    assert troubles(board) == [trouble]
    noted.fault = PostponedError(1.0)
    board.later(2 * EVERY.total_seconds())
    assert troubles(board) == [trouble]
    noted.fault = None
    board.later(2 * EVERY.total_seconds())
    assert troubles(board) == []


def test_with_a_new_key_it_is_the_accounts_turn_at_once(board: Switchboard) -> None:
    noted = windows(board)
    noted.fault = CalendarError(Failed(result=Result.UPSTREAM_KEY))
    board.sweep_now()
    noted.fault = None
    with board.desk.database.unit() as unit:
        unit.sweeps.start_afresh(ACCOUNT)
        unit.commit()
    board.later(0)
    assert (len(noted.asked), troubles(board)) == (2, [])


def test_a_sweep_that_has_to_stand_back_comes_when_it_may(board: Switchboard) -> None:
    noted = windows(board)
    noted.fault = PostponedError(7.0)
    board.sweep_now()
    board.later(6)
    assert len(noted.asked) == 1
    noted.fault = None
    board.later(1)
    assert len(noted.asked) == 2


def test_a_long_gap_is_made_up_for_a_day_at_a_time(board: Switchboard) -> None:
    noted = windows(board)
    board.sweep_now()
    seen = board.desk.now
    board.desk.later(2.5 * DAY.total_seconds())
    board.rescue()
    board.work()
    board.later(0)
    board.later(0)
    assert noted.asked[1:] == [
        (seen - OVERLAP, seen + DAY),
        (seen + DAY - OVERLAP, seen + 2 * DAY),
        (seen + 2 * DAY - OVERLAP, None),
    ]


def test_with_too_many_changes_for_one_list_the_window_gets_narrower(board: Switchboard) -> None:
    noted = windows(board)
    board.sweep_now()
    seen = board.desk.now
    noted.fault = CalendarError(RetryLater())
    board.desk.later(3 * DAY.total_seconds())
    for _ in range(3):
        board.rescue()
        board.work()
        board.desk.later(3600)
    assert [until for _, until in noted.asked[1:]] == [seen + DAY, seen + DAY / 2, seen + DAY / 4]


def test_what_changed_while_an_account_had_no_key_is_found_when_it_has_one_again(board: Switchboard) -> None:
    noted = windows(board)
    board.sweep_now()
    seen = board.desk.now
    with board.desk.database.unit() as unit:
        unit._connection.execute(accounts.update().values(encrypted_key=None))
        unit.commit()
    board.sweep_now()
    assert len(noted.asked) == 1
    with board.desk.database.unit() as unit:
        account = unit.directory.account(ACCOUNT)
        assert account is not None
        unit.directory.save_account(account, "cal_test_newkey")
        unit.commit()
    board.sweep_now()
    assert noted.asked[1:] == [(seen - OVERLAP, None)]


def test_a_sweep_whose_worker_died_is_made_by_another(board: Switchboard) -> None:
    noted = windows(board)
    board.rescue.enroll()
    board.desk.later(EVERY.total_seconds())
    with board.desk.database.unit() as unit:
        dead = unit.sweeps.claim(ACCOUNT, now=board.desk.now, lease_until=board.desk.now + timedelta(seconds=120))
        unit.commit()
    assert dead is not None
    board.later(119)
    assert noted.asked == []
    board.later(2)
    assert len(noted.asked) == 1
    with board.desk.database.unit() as unit:
        assert not unit.sweeps.finish(dead, swept_until=board.desk.now, failures=0, next_at=board.desk.now)


def test_of_two_schedulers_one_sends_the_messages(board: Switchboard) -> None:
    board.rescue.enroll()
    board.desk.later(EVERY.total_seconds())
    other = replace(board.rescue, owner="scheduler-2")
    assert board.rescue() == 1
    with board.desk.database.unit() as unit:
        unit.sweeps.mark_published([ACCOUNT], now=None)
        unit.commit()
    assert (other(), board.rescue()) == (0, 1)

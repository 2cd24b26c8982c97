"""What is asked of Cal.com before a retry: no more often than needed, and with nothing held meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.errors import CalendarError
from app.domain.preflight import Verdict
from app.services.shared_looks import SharedLooks
from tests.services.desk import TWO_PM_TUESDAY, Desk
from tests.services.mending import HALF_HOUR, Mending

HOUR = timedelta(hours=1)


@pytest.fixture
def mending(desk: Desk) -> Mending:
    desk.calendar.free = [TWO_PM_TUESDAY + step * HALF_HOUR for step in range(-8, 9)]
    return Mending(desk)


def test_no_unit_of_work_is_open_while_cal_com_is_asked(desk: Desk, mending: Mending) -> None:
    job = mending.refused()
    desk.later(60)
    open_units: list[int] = []

    class Watching:
        def __getattr__(self, name: str) -> object:
            open_units.append(desk.database.checked_out())
            return getattr(desk.calendar, name)

    watched: object = Watching()
    assert replace(mending.preflight_job, calendar=watched)(job.id).verdict is Verdict.USEFUL  # type: ignore[arg-type]
    assert open_units == [0, 0]


def test_jobs_that_want_to_know_the_same_ask_it_once(desk: Desk, mending: Mending) -> None:
    jobs = [mending.never_sent(TWO_PM_TUESDAY + step * HALF_HOUR) for step in range(3)]
    for job in jobs:
        mending.late_booking(job, uid=f"of {job.id}")
    desk.calendar.looks = 0
    sharing = replace(mending.preflight_job, calendar=SharedLooks(desk.calendar))
    assert {sharing(job.id).verdict for job in jobs} == {Verdict.USEFUL}
    assert desk.calendar.looks == 1


def test_a_shared_look_at_bookings_serves_only_what_lies_within_it(desk: Desk) -> None:
    looks, access = SharedLooks(desk.calendar), _access(desk)
    for minutes in (0, 5, 0, -5, -5):
        looks.bookings_made_since(access, desk.now + timedelta(minutes=minutes))
    assert desk.calendar.looks == 2


def test_a_week_of_free_times_is_shown_to_choose_from(desk: Desk, mending: Mending) -> None:
    job = mending.never_sent()
    found = mending.find_job_times(job.id, desk.now)
    assert (found.openings, found.zone) == (tuple(desk.calendar.free), "America/New_York")
    assert mending.find_job_times(job.id, TWO_PM_TUESDAY + HOUR).openings == tuple(desk.calendar.free[-7:])
    desk.calendar.look_fault = TimeoutError()
    with pytest.raises(CalendarError):
        mending.find_job_times(job.id, desk.now)


def _access(desk: Desk):
    with desk.database.reading_unit() as unit:
        return unit.directory.access("a" * 32)

"""However many wait, their rows are looked at in one go; a lost ring is found, and nobody is told too late."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from app.domain.errors import StoreUnavailableError
from app.domain.jobs import Job, Status
from app.domain.outcomes import RetryLater
from app.services.await_outcome import CHECK_EVERY, EACH_TAKES, MOST_EARLY, AwaitOutcome, WaitingRoom
from app.services.outcome_watch import LOOK_EVERY, OutcomeWatch
from tests.services.bells import Bells
from tests.services.desk import TWO_PM_TUESDAY, Desk


class CountedUnits:
    """The desk's reading units, and how many were opened."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.opened = 0
        self.fail_once = False

    def __call__(self) -> Any:
        self.opened += 1
        if self.fail_once:
            self.fail_once = False
            raise StoreUnavailableError("away")
        return self._desk.database.reading_unit()


@pytest.fixture
def units(desk: Desk) -> CountedUnits:
    return CountedUnits(desk)


@pytest.fixture
def watch(desk: Desk, units: CountedUnits) -> OutcomeWatch:
    return OutcomeWatch(read_unit=units, clock=desk.clock)


def accepted(desk: Desk, number: int) -> list[Job]:
    times = [TWO_PM_TUESDAY + timedelta(hours=place) for place in range(number)]
    return [desk.job(desk.book(at, email=f"caller{at:%H}@example.com").job_id) for at in times]


def test_one_look_serves_all_who_wait(desk: Desk, watch: OutcomeWatch, units: CountedUnits) -> None:
    jobs = accepted(desk, 5)
    with ExitStack() as waiting:
        for job in jobs:
            waiting.enter_context(watch.watching(job.id))
        assert {watch.status_of(job.id) for job in jobs} == {Status.QUEUED}
    assert units.opened == 1


def test_the_next_look_shows_what_has_become_of_them(desk: Desk, watch: OutcomeWatch) -> None:
    (job,) = accepted(desk, 1)
    with watch.watching(job.id):
        watch.status_of(job.id)
        desk.work()
        assert watch.status_of(job.id) is Status.QUEUED
        desk.later(LOOK_EVERY.total_seconds())
        assert watch.status_of(job.id) is Status.SUCCEEDED


def test_who_waits_for_nothing_any_more_is_not_looked_at(desk: Desk, watch: OutcomeWatch) -> None:
    one, other = accepted(desk, 2)
    with watch.watching(one.id), watch.watching(other.id):
        pass
    with watch.watching(one.id):
        assert (watch.status_of(one.id), watch.status_of(other.id)) == (Status.QUEUED, None)


def test_two_who_wait_for_one_job_leave_one_after_the_other(desk: Desk, watch: OutcomeWatch) -> None:
    (job,) = accepted(desk, 1)
    with watch.watching(job.id):
        with watch.watching(job.id):
            pass
        assert watch.status_of(job.id) is Status.QUEUED


def test_a_look_that_fails_is_made_again(desk: Desk) -> None:
    (job,) = accepted(desk, 1)
    units = CountedUnits(desk)
    units.fail_once = True
    watch = OutcomeWatch(read_unit=units, clock=desk.clock)
    with watch.watching(job.id):
        with pytest.raises(StoreUnavailableError):
            watch.status_of(job.id)
        assert watch.status_of(job.id) is Status.QUEUED


@dataclass
class DeafBells(Bells):
    """Every ring is lost: each wait ends with its time."""

    later: Callable[[float], None] = lambda _: None

    def wait(self, timeout: float) -> bool:
        self.at_wait()
        self.later(timeout)
        return False


def wait_deaf(
    desk: Desk,
    units: CountedUnits,
    job: Job,
    *,
    seconds: float,
    meanwhile: Callable[[], None] = lambda: None,
    others: int = 0,
) -> Job:
    watch = OutcomeWatch(read_unit=units, clock=desk.clock)
    bells = DeafBells(at_wait=meanwhile, later=desk.later)
    room = WaitingRoom(others + 1)
    for _ in range(others):
        room.enter()
    await_outcome = AwaitOutcome(read_unit=units, doorbell=bells, room=room, watch=watch, clock=desk.clock)
    return await_outcome(job, desk.now + timedelta(seconds=seconds))


def test_an_outcome_whose_ring_was_lost_is_found_at_the_next_look(desk: Desk, units: CountedUnits) -> None:
    (job,) = accepted(desk, 1)
    began = desk.now
    found = wait_deaf(desk, units, job, meanwhile=desk.work, seconds=20)
    assert (found.status, found.final is not None) == (Status.SUCCEEDED, True)
    assert desk.now - began == timedelta(seconds=CHECK_EVERY)


def test_who_waits_in_vain_is_told_how_it_stands_without_a_look_of_their_own(desk: Desk, units: CountedUnits) -> None:
    (job,) = accepted(desk, 1)
    desk.calendar.script = [RetryLater(wait=60.0)]
    found = wait_deaf(desk, units, job, meanwhile=desk.work, seconds=3)
    assert found.status is Status.RETRYING
    assert units.opened == 3


def test_of_many_who_wait_the_last_to_come_is_answered_first(desk: Desk, units: CountedUnits) -> None:
    (job,) = accepted(desk, 1)
    began = desk.now
    wait_deaf(desk, units, job, seconds=10, others=100)
    assert desk.now - began == timedelta(seconds=10 - 100 * EACH_TAKES)


def test_however_many_wait_most_of_the_time_is_kept(desk: Desk, units: CountedUnits) -> None:
    (job,) = accepted(desk, 1)
    began = desk.now
    wait_deaf(desk, units, job, seconds=2, others=1000)
    assert desk.now - began == timedelta(seconds=2) * (1 - MOST_EARLY)


def test_time_that_went_by_before_is_part_of_the_callers_time(desk: Desk) -> None:
    desk.bells.at_wait = lambda: desk.later(1)
    began = desk.now
    desk.book(wait=5, spent=3.0)
    assert desk.now - began == timedelta(seconds=2)

"""Requests that wait: each is called back in time by the watch's thread and, where that is held up, comes by itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.jobs import Job, Status
from app.services.await_outcome import AwaitOutcome, WaitingRoom
from app.services.outcome_watch import ROUND_EVERY, OutcomeWatch
from app.services.work_turns import WorkTurns
from tests.services.desk import Desk
from tests.services.waiters import CountedUnits, accepted, untold
from tests.support.waiting import eventually


@pytest.fixture
def units(desk: Desk) -> CountedUnits:
    return CountedUnits(desk)


def test_time_that_went_by_before_is_part_of_the_callers_time(desk: Desk) -> None:
    desk.bells.at_wait = lambda: desk.later(1)
    began = desk.now
    desk.book(wait=5, spent=3.0)
    assert desk.now - began == timedelta(seconds=2)


@pytest.fixture
def awake(desk: Desk, units: CountedUnits) -> Iterator[OutcomeWatch]:
    """With its thread, by the clock on the wall."""
    watch = OutcomeWatch(read_unit=units, note=desk.manage.note_told.all_pending, clock=lambda: datetime.now(UTC))
    yield watch
    watch.close()


def await_in_vain(desk: Desk, watch: OutcomeWatch, jobs: list[Job], *, seconds: float) -> tuple[list[Job], float]:
    """All wait in a turn of their own, as requests do: what each of them learns, and the seconds the last was late."""
    turns, late = WorkTurns(at_once=2), list[float]()
    await_outcome = AwaitOutcome(
        read_unit=desk.database.reading_unit,
        doorbell=desk.bells,
        room=WaitingRoom(len(jobs)),
        watch=watch,
        way_back=turns.way_back,
        clock=lambda: datetime.now(UTC),
    )
    answer_by = datetime.now(UTC) + timedelta(seconds=seconds)

    def wait(job: Job) -> Job:
        with turns.turn():
            with turns.aside():
                known = await_outcome(job, answer_by, is_told=True)
            late.append((datetime.now(UTC) - answer_by).total_seconds())
            return known

    with ThreadPoolExecutor(len(jobs)) as callers:
        known = list(callers.map(wait, jobs))
    assert turns._line.free == 2
    return known, max(late)


def test_whose_time_ends_is_called_by_a_thread_that_ends_with_the_watch(desk: Desk, awake: OutcomeWatch) -> None:
    called, before = threading.Event(), set(threading.enumerate())
    with awake.watching(untold(desk), datetime.now(UTC) + ROUND_EVERY, called.set, is_told=True) as waiter:
        assert called.wait(10)
        assert waiter.known.told_pending_at is not None
    awake.close()
    eventually(lambda: not set(threading.enumerate()) - before)


def test_more_than_work_at_once_wait_in_vain_and_all_have_their_turn(desk: Desk, awake: OutcomeWatch) -> None:
    jobs = accepted(desk, 5) * 8
    known, _ = await_in_vain(desk, awake, jobs, seconds=1.5)
    assert [job.id for job in known] == [job.id for job in jobs]


def test_where_the_watch_is_held_up_each_has_a_time_of_its_own(
    desk: Desk, awake: OutcomeWatch, units: CountedUnits
) -> None:
    units.are_away = True
    known, late = await_in_vain(desk, awake, accepted(desk, 5), seconds=0.3)
    assert all(job.status is Status.QUEUED for job in known)
    assert late >= 0


def test_a_watch_that_was_held_up_goes_on(desk: Desk, awake: OutcomeWatch, units: CountedUnits) -> None:
    units.are_away = True
    (job,) = accepted(desk, 1)
    called = threading.Event()
    with awake.watching(job, datetime.now(UTC) + timedelta(seconds=60), called.set, is_told=True):
        desk.work()
        assert not called.wait(3 * ROUND_EVERY.total_seconds())
        units.are_away = False
        assert called.wait(10)

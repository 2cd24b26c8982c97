"""Requests that wait: each is called back in time by the watch's thread and, where that is held up, comes by itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.errors import StoreUnavailableError
from app.domain.jobs import Job, Status
from app.services.await_outcome import AwaitOutcome, WaitingRoom
from app.services.outcome_watch import ROUND_EVERY, OutcomeWatch
from app.services.work_turns import WorkTurns
from tests.services.desk import Desk
from tests.services.waiters import CountedUnits, accepted, untold
from tests.support.waiting import eventually

LONG = 20.0
"""Seconds by which nobody is late whom nobody forgot."""


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
        assert waiter.job.told_pending_at is not None
    awake.close()
    eventually(lambda: not set(threading.enumerate()) - before)


def test_more_than_work_at_once_wait_in_vain_and_all_have_their_turn(desk: Desk, awake: OutcomeWatch) -> None:
    jobs = [untold(desk)] * 40
    known, late = await_in_vain(desk, awake, jobs, seconds=1.5)
    assert {job.id for job in known} == {jobs[0].id}
    assert any(job.told_pending_at for job in known)  # all, where the machine is not held up
    assert late < LONG


def test_where_the_watch_is_held_up_each_has_a_time_of_its_own(desk: Desk) -> None:
    def away(*_: Any) -> Any:
        raise StoreUnavailableError("away")

    watch = OutcomeWatch(read_unit=away, note=away, clock=lambda: datetime.now(UTC))
    known, late = await_in_vain(desk, watch, accepted(desk, 5), seconds=0.3)
    watch.close()
    assert all(job.status is Status.QUEUED for job in known)
    assert 0 <= late < LONG


def test_a_watch_that_was_held_up_goes_on(desk: Desk, awake: OutcomeWatch, units: CountedUnits) -> None:
    units.are_away = True
    (job,) = accepted(desk, 1)
    called = threading.Event()
    with awake.watching(job, datetime.now(UTC) + timedelta(seconds=60), called.set, is_told=True):
        desk.work()
        assert not called.wait(3 * ROUND_EVERY.total_seconds())
        units.are_away = False
        assert called.wait(10)


def test_a_watch_over_a_job_that_cannot_be_read_goes_on(desk: Desk) -> None:
    called, broken = threading.Event(), threading.Event()

    def note(jobs: Sequence[Job]) -> Sequence[Job]:
        if not broken.is_set():
            broken.set()
            raise ZeroDivisionError
        return jobs

    watch = OutcomeWatch(read_unit=desk.database.reading_unit, note=note, clock=lambda: datetime.now(UTC))
    with watch.watching(untold(desk), datetime.now(UTC) + ROUND_EVERY, called.set, is_told=True):
        assert called.wait(10)
    watch.close()
    assert broken.is_set()


def test_who_waits_where_no_thread_can_be_started_has_a_time_of_its_own(
    desk: Desk, awake: OutcomeWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    (job,) = accepted(desk, 1)

    def none_left(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none_left)
    known = AwaitOutcome(
        read_unit=desk.database.reading_unit,
        doorbell=desk.bells,
        room=WaitingRoom(1),
        watch=awake,
        way_back=WorkTurns().way_back,
        clock=lambda: datetime.now(UTC),
    )(job, datetime.now(UTC) + timedelta(seconds=0.2), is_told=True)
    assert known.status is Status.QUEUED

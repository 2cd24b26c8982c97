"""Lost messages, broken connections and clocks that differ cost a job a moment, never its outcome."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.answers import Answer, Result
from app.domain.appointments import Action
from app.domain.errors import StoreUnavailableError
from app.domain.jobs import Status
from app.services.rescue_jobs import LEADER, LEADER_LEASE
from tests.services.desk import TWO_PM_TUESDAY, Desk
from tests.services.waiters import CountedUnits


def test_a_database_that_blinks_while_a_caller_waits_does_not_unsay_the_acceptance(desk: Desk) -> None:
    def unreadable() -> Any:
        raise StoreUnavailableError

    desk.manage = replace(desk.manage, await_outcome=replace(desk.await_outcome, read_unit=unreadable))

    assert desk.book(wait=5).result is Result.CONFIRMING


def test_a_commit_that_happened_although_its_connection_broke_is_an_acceptance(desk: Desk) -> None:
    class Broken:
        def __init__(self) -> None:
            self._unit = desk.database.unit()

        def __enter__(self) -> Broken:
            unit = self._unit.__enter__()
            self.jobs, self.appointments, self.directory = unit.jobs, unit.appointments, unit.directory
            return self

        def __exit__(self, *error: Any) -> None:
            self._unit.__exit__(*error)

        def commit(self) -> None:
            self._unit.commit()
            raise StoreUnavailableError

    open_broken: Any = Broken
    desk.manage = replace(desk.manage, submit_job=replace(desk.manage.submit_job, open_unit=open_broken))

    answer = desk.book()
    desk.work()

    assert answer.result is Result.CONFIRMING
    assert len(desk.calendar.live()) == 1


@pytest.mark.parametrize("is_away", [False, True])
def test_a_job_that_waited_for_another_runs_behind_it_whether_or_not_its_worker_can_look(
    desk: Desk, *, is_away: bool
) -> None:
    booked = desk.book()
    cancelled = desk.ask(Action.CANCEL, appointment_id=booked.appointment_id)
    desk.bells.published.remove(cancelled.job_id)  # it came while the booking was under way, and to nothing
    if is_away:
        rest = desk.execute.settle_job
        desk.execute = replace(desk.execute, settle_job=replace(rest, read_unit=CountedUnits(desk, are_away=True)))

    desk.work()

    assert desk.bells.rung[0] == booked.job_id
    assert desk.job(booked.job_id).status is Status.SUCCEEDED
    assert desk.job(cancelled.job_id).status is (Status.QUEUED if is_away else Status.SUCCEEDED)
    assert desk.work_until_final(cancelled.job_id).status is Status.SUCCEEDED
    assert desk.calendar.live() == []


@pytest.mark.parametrize("why", ["broker away", "worker stopping"])
def test_a_message_that_came_to_nothing_is_sent_again_at_once(desk: Desk, why: str) -> None:
    desk.bells.broker_is_up = why != "broker away"
    answer = desk.book()
    desk.bells.broker_is_up = True
    desk.stopping = why == "worker stopping"
    desk.work()
    desk.stopping = False

    desk.later(0.5)
    desk.rescue_jobs()
    desk.work()

    assert desk.job(answer.job_id).status is Status.SUCCEEDED


def test_a_booking_is_accepted_while_the_scheduler_looks_for_due_jobs(desk: Desk) -> None:
    desk.bells.broker_is_up = False
    forgotten = desk.book()
    desk.bells.broker_is_up = True
    meanwhile: list[Answer] = []

    @contextmanager
    def long_look() -> Iterator[Any]:
        with desk.database.reading_unit() as unit:
            yield unit
            meanwhile.append(desk.book(TWO_PM_TUESDAY + timedelta(hours=1)))

    looking: Any = long_look
    assert replace(desk.rescue_jobs, read_unit=looking)() == 1
    desk.work()

    assert [desk.job(answer.job_id).status for answer in (forgotten, *meanwhile)] == [Status.SUCCEEDED] * 2


def test_a_scheduler_that_does_not_lead_publishes_nothing_until_the_other_is_gone(desk: Desk) -> None:
    with desk.database.unit() as unit:
        assert unit.leases.acquire(LEADER, owner="another", now=desk.clock(), until=desk.clock() + LEADER_LEASE)
        unit.commit()
    desk.bells.broker_is_up = False
    answer = desk.book()
    desk.bells.broker_is_up = True

    assert desk.rescue_jobs() == 0
    desk.later(LEADER_LEASE.total_seconds())
    assert desk.rescue_jobs() == 1
    desk.work()
    assert desk.job(answer.job_id).status is Status.SUCCEEDED


def test_a_worker_whose_clock_is_a_little_behind_runs_what_was_just_accepted(desk: Desk) -> None:
    desk.later(0.5)
    answer = desk.book()
    desk.later(-0.5)

    desk.work()

    assert desk.job(answer.job_id).status is Status.SUCCEEDED

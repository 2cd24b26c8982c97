"""Who was told "still confirming" and never heard how it ended is remembered, and costs nobody their answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

import app.services.note_told
from app.domain.answers import Result
from app.domain.appointments import Action
from app.domain.callbacks import Callback, CallbackFilter, Ending
from app.domain.errors import CalendarError, StoreUnavailableError
from app.domain.jobs import Status
from app.domain.outcomes import Failed, RetryLater
from app.services.discard_job import DiscardJob
from app.services.note_told import TRIES, WITHIN
from app.storage.callback_store import SqlCallbackStore
from tests.services.at_once import AtOnce
from tests.services.bells import Bells
from tests.services.desk import TWO_PM_TUESDAY, Desk

REFUSED = Failed(result=Result.UPSTREAM_REFUSED)


class Later(AtOnce):
    """Does nothing before `run()` is called, then all of it."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(self, call: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
        promised: Future[Any] = Future()
        self.waiting.append((promised, lambda: call(*arguments, **options)))
        return promised

    def run(self) -> None:
        while self.waiting:
            promised, call = self.waiting.pop(0)
            if promised.set_running_or_notify_cancel():
                call()


def noted_by(desk: Desk, **changes: Any) -> None:
    """Other ways for the notes."""
    note_told = replace(desk.manage.note_told, **changes)
    desk.manage = replace(desk.manage, note_told=note_told)
    desk.read_job = replace(desk.read_job, note_told=note_told)


def open_ones(desk: Desk) -> list[Callback]:
    with desk.database.reading_unit() as unit:
        return [each.callback for each in unit.callbacks.search(CallbackFilter())]


def kept(desk: Desk, job_id: str) -> Callback:
    with desk.database.reading_unit() as unit:
        listed = unit.callbacks.get(job_id)
    assert listed is not None
    return listed.callback


def test_a_caller_told_still_confirming_is_to_be_called_back_when_it_fails(desk: Desk) -> None:
    desk.calendar.script = [REFUSED]
    told = desk.book()
    assert told.result is Result.CONFIRMING
    assert desk.job(told.job_id).told_pending_at == desk.now
    desk.work()
    assert [each.job_id for each in open_ones(desk)] == [told.job_id]


def test_a_caller_who_heard_the_failure_is_not(desk: Desk) -> None:
    desk.calendar.script = [REFUSED]
    desk.bells.at_wait = desk.work
    heard = desk.book(wait=5)
    assert heard.result is Result.UPSTREAM_REFUSED
    assert desk.job(heard.job_id).told_pending_at is None
    assert open_ones(desk) == []


def test_a_caller_who_is_told_booked_in_time_costs_no_note(desk: Desk) -> None:
    desk.bells.at_wait = desk.work
    notes = Later()
    noted_by(desk, notes=notes)
    assert desk.book(wait=5).result is Result.BOOKED
    assert notes.waiting == []


def test_that_nobody_knows_the_outcome_is_a_failure_too(desk: Desk) -> None:
    desk.calendar.script = ["lost"]
    desk.calendar.look_fault = CalendarError(RetryLater())
    told = desk.book()
    job = desk.work_until_final(told.job_id)
    assert job.final is not None
    assert job.final.result is Result.OUTCOME_UNKNOWN
    assert [each.job_id for each in open_ones(desk)] == [told.job_id]


def test_a_job_that_ends_at_the_last_moment_is_answered_as_it_ended(desk: Desk) -> None:
    class WorksFirst(AtOnce):
        def submit(self, call: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
            desk.work()
            return super().submit(call, *arguments, **options)

    noted_by(desk, notes=WorksFirst())
    answer = desk.book()
    assert answer.result is Result.BOOKED
    assert desk.job(answer.job_id).told_pending_at is None


def test_what_is_asked_for_together_is_noted_together(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.services.note_told, "WITHIN", 10.0)
    all_asked, opened = threading.Barrier(5), list[int]()

    class AsOne(ThreadPoolExecutor):
        def submit(self, call: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
            all_asked.wait(10)
            return super().submit(call, *arguments, **options)

    def counted() -> Any:
        opened.append(1)
        return desk.database.unit()

    noted_by(desk, notes=Later())
    jobs = [desk.job(desk.book(TWO_PM_TUESDAY + timedelta(hours=number)).job_id) for number in range(5)]
    with AsOne(1) as notes, ThreadPoolExecutor(5) as callers:
        note_told = replace(desk.manage.note_told, notes=notes, open_unit=counted)
        noted = list(callers.map(note_told.pending, jobs))
    assert (opened, [job.told_pending_at for job in noted]) == ([1], [desk.now] * 5)
    assert [desk.job(job.id).told_pending_at for job in jobs] == [desk.now] * 5


def test_a_job_that_is_being_changed_at_that_moment_is_noted_a_little_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SqlCallbackStore, "note_told", lambda self, job_ids, *, now: frozenset())
    told = desk.book()
    assert told.result is Result.CONFIRMING
    assert desk.job(told.job_id).told_pending_at == desk.now


def test_a_fault_nobody_foresaw_is_raised_where_the_note_was_asked_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(SqlCallbackStore, "note_told", broken)
    with pytest.raises(ZeroDivisionError):
        desk.book()


def test_an_answer_does_not_wait_for_a_note_that_hangs_and_the_failure_is_found_all_the_same(desk: Desk) -> None:
    notes = Later()
    noted_by(desk, notes=notes)
    desk.calendar.script = [REFUSED]
    told = desk.book()
    desk.work()
    assert told.result is Result.CONFIRMING
    assert open_ones(desk) == []
    notes.run()
    assert [each.job_id for each in open_ones(desk)] == [told.job_id]


def test_a_database_that_takes_no_note_costs_nobody_the_answer(desk: Desk) -> None:
    def unwritable() -> Any:
        raise StoreUnavailableError

    noted_by(desk, open_unit=unwritable)
    with capture_logs() as logs:
        assert desk.book().result is Result.CONFIRMING
    assert [entry["event"] for entry in logs] == ["told_pending_was_not_noted"]


def test_a_note_is_tried_again_only_so_often(desk: Desk) -> None:
    tried: list[int] = []

    def unwritable() -> Any:
        tried.append(1)
        raise StoreUnavailableError

    noted_by(desk, open_unit=unwritable)
    desk.book()
    assert len(tried) == 1 + TRIES


def test_the_note_is_made_within_the_callers_own_time(desk: Desk) -> None:
    class Ticking(Bells):
        def wait(self, timeout: float) -> bool:
            desk.later(timeout)
            return False

    began = desk.now
    desk.manage = replace(desk.manage, await_outcome=replace(desk.await_outcome, doorbell=Ticking()))
    told = desk.book(wait=3)
    at = desk.job(told.job_id).told_pending_at
    assert at is not None
    assert began + timedelta(seconds=2.8) <= at <= began + timedelta(seconds=3 - WITHIN)


def test_asking_again_does_not_note_again(desk: Desk) -> None:
    told = desk.book()
    first = desk.job(told.job_id).told_pending_at
    desk.later(3)
    assert desk.book().result is Result.CONFIRMING
    assert desk.job(told.job_id).told_pending_at == first


@pytest.mark.parametrize("how", ["poll", "repeat"])
def test_when_the_final_answer_is_asked_for_later_is_noted_once(desk: Desk, how: str) -> None:
    desk.calendar.script = [REFUSED]
    told = desk.book(idempotency_key="one")
    desk.work()
    assert kept(desk, told.job_id).heard_at is None
    for _ in range(2):
        desk.later(30)
        if how == "poll":
            desk.read_job(told.job_id)
        else:
            assert desk.book(idempotency_key="one").replayed
    assert kept(desk, told.job_id).heard_at == desk.now - timedelta(seconds=30)
    assert kept(desk, told.job_id).closed_at is None


def test_it_closes_itself_when_they_book(desk: Desk) -> None:
    desk.calendar.script = [REFUSED]
    told = desk.book()
    desk.work()
    booked = desk.booked(TWO_PM_TUESDAY + timedelta(hours=2))
    assert booked.result is Result.BOOKED
    closed = kept(desk, told.job_id)
    assert (closed.ending, closed.settled_by) == (Ending.BOOKED_SINCE, booked.job_id)


def test_who_booked_otherwise_while_it_was_still_tried_is_not_called_back(desk: Desk) -> None:
    told = desk.book()
    desk.bells.published.clear()
    desk.later(10)
    assert desk.booked(TWO_PM_TUESDAY + timedelta(hours=2)).result is Result.BOOKED
    desk.calendar.script = [REFUSED]
    desk.execute(told.job_id)
    assert desk.job(told.job_id).status is Status.FAILED
    assert kept(desk, told.job_id).ending is Ending.BOOKED_SINCE


def test_a_move_that_fails_behind_the_callers_back_is_theirs_to_hear(desk: Desk) -> None:
    booked = desk.booked()
    desk.calendar.script = [REFUSED]
    at = (TWO_PM_TUESDAY + timedelta(days=1)).isoformat()
    told = desk.ask(Action.RESCHEDULE, appointment_id=booked.appointment_id, appointment_datetime=at)
    desk.work()
    assert [(each.job_id, each.action) for each in open_ones(desk)] == [(told.job_id, Action.RESCHEDULE)]


def test_a_job_discarded_before_its_end_leaves_its_caller_to_be_called(desk: Desk) -> None:
    told = desk.book()
    discard = DiscardJob(open_unit=desk.database.unit, publisher=desk.bells, doorbell=desk.bells, clock=desk.clock)
    discard(told.job_id, actor="Ann", reason="the office is closed")
    assert [each.job_id for each in open_ones(desk)] == [told.job_id]

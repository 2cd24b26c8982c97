"""Who was told "still confirming" and never heard how it ended is remembered, and costs nobody their answer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.domain.answers import Result
from app.domain.appointments import Action
from app.domain.callbacks import Callback, CallbackFilter, Ending
from app.domain.errors import CalendarError, StoreUnavailableError
from app.domain.jobs import Status
from app.domain.outcomes import Failed, RetryLater, Succeeded
from app.services.discard_job import DiscardJob
from app.services.note_told import TRIES, WITHIN
from app.services.work_turns import WayBack
from tests.services.at_once import AtOnce
from tests.services.desk import PLAIN, TWO_PM_TUESDAY, Desk
from tests.services.noting import Later, noted_by

REFUSED = Failed(result=Result.UPSTREAM_REFUSED)


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


def test_a_caller_who_heard_the_failure_after_something_else_was_noted_is_not(desk: Desk) -> None:
    def ends_as_it_is_noted() -> None:
        job = desk.job(desk.bells.published[0])
        desk.manage.note_told.all_pending([job])
        desk.work()

    desk.calendar.script = [REFUSED]
    desk.bells.at_wait = ends_as_it_is_noted
    heard = desk.book(wait=5)
    assert heard.result is Result.UPSTREAM_REFUSED
    assert kept(desk, heard.job_id).heard_at == desk.now


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
    class Uncalled(WayBack):
        def wait(self, seconds: float) -> bool:
            desk.later(seconds)
            return False

    began = desk.now
    desk.manage = replace(desk.manage, await_outcome=replace(desk.await_outcome, way_back=lambda: Uncalled(None)))
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


def test_the_seat_of_another_in_their_booking_leaves_them_to_be_called(tmp_path: Path) -> None:
    with closing(Desk(tmp_path, replace(PLAIN, seats=3))) as desk:
        desk.booked()
        (booking,) = desk.calendar.rows.values()
        desk.calendar.script = [REFUSED, REFUSED, Succeeded(booking=booking)]
        joe: dict[str, Any] = {"name": "Joe Doe", "email": "joe@example.com"}
        at = TWO_PM_TUESDAY + timedelta(hours=2)
        hers, his = desk.book(at), desk.book(at, **joe)
        desk.work()
        desk.later(1)
        assert desk.booked(**joe).result is Result.BOOKED
        assert [each.job_id for each in open_ones(desk)] == [hers.job_id]
        assert kept(desk, his.job_id).ending is Ending.BOOKED_SINCE


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

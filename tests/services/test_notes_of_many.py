"""What many are told at one moment is noted together, and what cannot be noted then a little later."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

import app.services.note_told
from app.domain.answers import Result
from app.storage.callback_store import SqlCallbackStore
from tests.services.desk import TWO_PM_TUESDAY, Desk
from tests.services.noting import Later, noted_by
from tests.support.waiting import eventually


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


def test_a_late_note_goes_after_those_whose_callers_wait(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = Later()
    noted_by(desk, notes=notes)
    late, waiting = (desk.job(desk.book(TWO_PM_TUESDAY + timedelta(hours=number)).job_id) for number in range(2))
    notes.waiting.clear()
    note_told = desk.manage.note_told
    monkeypatch.setattr(app.services.note_told, "WITHIN", 10.0)
    with ThreadPoolExecutor(1) as callers:
        asked = callers.submit(note_told.pending, waiting)
        eventually(lambda: notes.waiting)
        note_told._note_late(late.id, 1)
        assert asked.result(5).told_pending_at == desk.now
    assert desk.job(late.id).told_pending_at == desk.now

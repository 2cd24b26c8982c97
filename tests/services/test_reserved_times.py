"""What an accepted request is getting is offered to nobody else until it is known what came of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.answers import Result
from app.domain.appointments import Action
from app.domain.jobs import Status
from app.domain.outcomes import Failed, Outcome, SlotUnavailable
from tests.services.desk import PLAIN, TWO_PM_TUESDAY, Desk

ENDS = TWO_PM_TUESDAY + timedelta(minutes=30)
LATER = TWO_PM_TUESDAY + timedelta(hours=2)


def test_a_booking_reserves_its_time_once_until_it_is_taken(desk: Desk) -> None:
    desk.book()
    desk.book()
    assert desk.cache.told == [("reserved", ENDS)]

    desk.work()
    assert [what for what, _ in desk.cache.told] == ["reserved", "taken"]


def test_the_caller_hears_of_the_booking_before_the_cache_does(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.book()
    heard_before: list[list[str]] = []
    monkeypatch.setattr(desk.cache, "taken", lambda *_: heard_before.append(list(desk.bells.rung)))
    desk.work()
    assert heard_before == [desk.bells.rung]
    assert len(desk.bells.rung) == 1


def test_a_time_that_a_quick_worker_did_not_get_is_not_kept_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reserved only behind the message, it would be reserved after it was released."""
    desk.calendar.script = [SlotUnavailable(result=Result.LIMIT_REACHED)]

    def work_at_once(job_id: str) -> bool:
        desk.execute(job_id)
        return True

    monkeypatch.setattr(desk.bells, "publish", work_at_once)
    desk.book()
    assert desk.cache.told == [("reserved", ENDS), ("released", ENDS)]


def test_a_move_reserves_its_new_time(desk: Desk) -> None:
    booked = desk.booked()
    desk.cache.told.clear()

    desk.ask(Action.RESCHEDULE, appointment_id=booked.appointment_id, appointment_datetime=LATER.isoformat())
    desk.ask(Action.CANCEL, appointment_id=booked.appointment_id)

    assert desk.cache.told == [("reserved", LATER + timedelta(minutes=30))]


def test_a_time_that_was_not_got_is_released(desk: Desk) -> None:
    refused: list[Outcome] = [SlotUnavailable(result=Result.LIMIT_REACHED), Failed(result=Result.UPSTREAM_REFUSED)]
    for outcome, starts_at in zip(refused, (TWO_PM_TUESDAY, LATER), strict=True):
        desk.calendar.script = [outcome]
        job_id = desk.book(starts_at).job_id
        desk.work()
        assert desk.job(job_id).status is Status.FAILED

    ends = [ENDS, LATER + timedelta(minutes=30)]
    assert [each for each in desk.cache.told if each[0] == "released"] == [("released", end) for end in ends]


def test_where_others_may_have_the_same_time_nothing_is_reserved(tmp_path: Path) -> None:
    desk = Desk(tmp_path, replace(PLAIN, seats=3))

    desk.book()

    assert desk.cache.told == []


def test_a_refused_request_reserves_nothing(desk: Desk) -> None:
    assert (
        desk.ask(Action.RESCHEDULE, appointment_id="appt_unknown", appointment_datetime=LATER.isoformat()).job_id == ""
    )

    assert desk.cache.told == []

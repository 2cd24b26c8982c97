"""A repeat that comes after the time it names hears its job's answer; what would be new is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.domain.answers import Result
from app.domain.appointments import Action
from tests.services.desk import Desk


@pytest.mark.parametrize("key", ["", "k1"])
def test_a_repeat_that_comes_after_the_time_it_names_hears_what_its_job_came_to(desk: Desk, key: str) -> None:
    soon = desk.now + timedelta(minutes=2)
    booked = desk.booked(soon, idempotency_key=key)
    later: dict[str, Any] = {
        "appointment_id": booked.appointment_id,
        "appointment_datetime": (soon + timedelta(minutes=1)).isoformat(),
        "idempotency_key": key and "k2",
    }
    moved = desk.ask(Action.RESCHEDULE, **later)
    desk.work()
    desk.later(4 * 60)

    again = desk.ask(Action.RESCHEDULE, **later)

    assert (again.result, again.job_id, again.replayed) == (Result.BOOKED, moved.job_id, True)
    assert desk.book(soon + timedelta(minutes=1), email="john@example.com").result is Result.TIME_PAST


@pytest.mark.parametrize("key", ["", "k1"])
def test_a_booking_under_way_is_told_to_its_repeats_also_after_its_time(desk: Desk, key: str) -> None:
    soon = desk.now + timedelta(minutes=2)
    first = desk.book(soon, idempotency_key=key)
    desk.later(3 * 60)

    again = desk.book(soon, idempotency_key=key)

    assert (again.result, again.job_id) == (Result.CONFIRMING, first.job_id)
    desk.work()
    assert desk.read_job(first.job_id).answer.result is not Result.BOOKED


def test_what_is_new_is_refused_once_its_time_is_past_and_leaves_nothing(desk: Desk) -> None:
    first = desk.booked(desk.now + timedelta(minutes=2))
    desk.later(11 * 60)

    for _ in range(2):  # the answer holds no longer
        again = desk.book(desk.now - timedelta(minutes=9))
        assert (again.result, again.fields) == (Result.TIME_PAST, {"appointment_datetime": "is in the past"})
    assert desk.bells.published == []
    assert desk.job(first.job_id).dedupe_key

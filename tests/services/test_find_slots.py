"""Suggest and availability: true times, in the caller's zone, within the caller's time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.domain.answers import Result
from app.domain.appointments import Action
from app.domain.directory import Access
from app.domain.errors import CalendarError, PostponedError
from app.domain.outcomes import Failed, RetryLater
from app.domain.traffic import Priority
from app.services.look_up import Within
from tests.services.desk import NOW, TWO_PM_TUESDAY, Desk

HOUR = timedelta(hours=1)


def test_availability_tells_every_free_time_in_the_window(desk: Desk) -> None:
    free = [NOW - HOUR, NOW + HOUR, TWO_PM_TUESDAY, NOW + timedelta(days=8)]
    desk.calendar.free = free

    answer = desk.ask(Action.AVAILABILITY, wait=5)

    assert answer.result is Result.OPENINGS
    assert answer.openings == (NOW + HOUR, TWO_PM_TUESDAY)
    assert answer.days_ahead == 7


def test_suggest_tells_at_most_three(desk: Desk) -> None:
    desk.calendar.free = [NOW + HOUR * each for each in range(1, 60)]

    answer = desk.ask(Action.SUGGEST, wait=5)

    assert 1 <= len(answer.openings) <= 3
    assert set(answer.openings) <= set(desk.calendar.free)


def test_suggest_around_a_wanted_time_has_the_nearest(desk: Desk) -> None:
    desk.calendar.free = [NOW + HOUR * each for each in range(1, 60)]

    answer = desk.ask(Action.SUGGEST, wait=5, appointment_datetime=TWO_PM_TUESDAY.isoformat())

    assert TWO_PM_TUESDAY in answer.openings


def test_suggest_looks_as_far_as_the_wish(desk: Desk) -> None:
    in_three_weeks = TWO_PM_TUESDAY + timedelta(days=21)
    desk.calendar.free = [NOW + HOUR, in_three_weeks]

    answer = desk.ask(Action.SUGGEST, wait=5, appointment_datetime=in_three_weeks.isoformat())

    assert in_three_weeks in answer.openings


def test_nothing_free_is_an_answer_and_no_error(desk: Desk) -> None:
    assert desk.ask(Action.AVAILABILITY, wait=5).result is Result.NO_OPENINGS


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (CalendarError(RetryLater()), Result.UPSTREAM_DOWN),
        (CalendarError(Failed(result=Result.UPSTREAM_KEY)), Result.UPSTREAM_KEY),
        (CalendarError(Failed(result=Result.NOT_CONNECTED)), Result.NOT_CONNECTED),
    ],
)
def test_a_look_that_fails_says_why(desk: Desk, fault: CalendarError, expected: Result) -> None:
    desk.calendar.look_fault = fault

    assert desk.ask(Action.AVAILABILITY, wait=5).result is expected


def test_the_caller_is_answered_in_time_while_the_look_goes_on() -> None:
    done, ready = threading.Event(), threading.Event()

    def slow() -> list[datetime]:
        ready.wait(10)
        done.set()
        return [NOW]

    with ThreadPoolExecutor(1) as executor:
        within = Within(executor)
        with pytest.raises(TimeoutError):
            within(0.05, slow)
        ready.set()
        assert done.wait(10)
        assert within(5, slow) == [NOW]


def test_a_thread_that_waits_for_a_look_lets_others_work() -> None:
    aside, ready = threading.Event(), threading.Event()

    @contextmanager
    def stand_aside() -> Iterator[None]:
        aside.set()
        ready.set()
        yield
        aside.clear()

    with ThreadPoolExecutor(1) as executor:
        assert Within(executor, stand_aside)(5, lambda: ready.wait(5) and aside.is_set())
    assert not aside.is_set()


def test_where_nothing_is_kept_the_last_of_the_budget_buys_the_times_of_all_days(desk: Desk) -> None:
    asked: list[tuple[Priority, datetime]] = []

    @dataclass
    class Metered:
        priority: Priority

        def openings(self, _access: Access, _event_type_id: int, _start: datetime, end: datetime) -> list[datetime]:
            asked.append((self.priority, end))
            if self.priority is not Priority.MISSING:
                raise PostponedError(20.0)
            return [TWO_PM_TUESDAY, NOW + timedelta(days=20)]

    find_slots: Any = replace(desk.manage.find_slots, calendar_at=Metered)  # type: ignore[arg-type]
    desk.manage = replace(desk.manage, find_slots=find_slots)

    answer = desk.ask(Action.SUGGEST, wait=5, days_ahead=2)

    assert answer.openings == (TWO_PM_TUESDAY,)
    two, thirty = NOW + timedelta(days=2), NOW + timedelta(days=30)
    assert asked == [(Priority.SUGGEST, two), (Priority.MISSING, thirty)]

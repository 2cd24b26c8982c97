"""Of many who come at one moment some are accepted at a time, and nobody waits for that longer than they have."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.answers import Result
from app.domain.errors import RefusedError
from app.services.accept_turns import AcceptTurns

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def now() -> datetime:
    return NOW


def test_no_more_than_allowed_are_accepted_at_a_time() -> None:
    turns, at_work, most = AcceptTurns(clock=now, at_once=3), [0], [0]
    lock, all_there = threading.Lock(), threading.Barrier(3)

    def accept(number: int) -> None:
        with turns.turn(NOW + timedelta(seconds=20)):
            with lock:
                at_work[0] += 1
                most[0] = max(most[0], at_work[0])
            if number < 3:
                all_there.wait(20)
            with lock:
                at_work[0] -= 1

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(accept, range(12)))
    assert most == [3]


def test_whose_turn_does_not_come_in_time_is_refused() -> None:
    turns = AcceptTurns(clock=now, at_once=1)
    with turns.turn(NOW), pytest.raises(RefusedError) as refused, turns.turn(NOW + timedelta(seconds=0.05)):
        pass
    assert refused.value.result is Result.OVERLOADED


def test_half_of_the_callers_time_is_left_when_a_turn_comes() -> None:
    turns, began = AcceptTurns(clock=now, at_once=1), time.monotonic()
    with turns.turn(NOW), pytest.raises(RefusedError), turns.turn(NOW + timedelta(seconds=3)):
        pass
    assert 1.5 <= time.monotonic() - began < 3


def test_whose_answer_nobody_awaits_does_not_wait_for_ever_either() -> None:
    turns = AcceptTurns(clock=now, at_once=1, longest=0.05)
    with turns.turn(NOW), pytest.raises(RefusedError), turns.turn(NOW):
        pass


def test_a_turn_is_given_back_whatever_happens_in_it() -> None:
    turns = AcceptTurns(clock=now, at_once=1)
    for _ in range(3):
        with pytest.raises(ValueError, match="x"), turns.turn(NOW):
            raise ValueError("x")

"""Threads work in turn: those who come back before those who begin, and nobody waits for ever in vain."""

from __future__ import annotations

import threading
import time

import pytest

from app.services.work_turns import WayBack, WorkTurns
from tests.services.crew import Crew, waiting
from tests.support.waiting import eventually


@pytest.mark.parametrize("at_once", [1, 2])
def test_no_more_work_at_once_than_may(crew: Crew, at_once: int) -> None:
    turns, go = WorkTurns(at_once=at_once), threading.Event()
    for number in range(5):
        crew.begin(str(number), turns, lambda: go.wait(10))
    eventually(lambda: waiting(turns) == 5 - at_once)
    assert len(crew.did) == at_once
    go.set()
    crew.join()
    assert (len(crew.did), turns._line.free) == (5, at_once)


def test_who_came_first_begins_first(crew: Crew) -> None:
    turns, go = WorkTurns(at_once=1), threading.Event()
    for number in range(5):
        crew.begin(str(number), turns, lambda: go.wait(10))
        eventually(lambda number=number: len(crew.did) + waiting(turns) == number + 1)  # type: ignore[misc]
    go.set()
    crew.join()
    assert crew.did == ["0", "1", "2", "3", "4"]


def test_who_waits_aside_lets_others_work_and_comes_back_before_who_begins(crew: Crew) -> None:
    turns, answered, go = WorkTurns(at_once=1), threading.Event(), threading.Event()

    def asks() -> None:
        with turns.aside():
            answered.wait(10)
        crew.did.append("came back")

    crew.begin("asks", turns, asks)
    eventually(lambda: crew.did == ["asks"])
    crew.begin("works meanwhile", turns, lambda: go.wait(10))
    eventually(lambda: crew.did == ["asks", "works meanwhile"])
    crew.begin("begins", turns, lambda: None)
    eventually(lambda: waiting(turns) == 1)
    answered.set()
    eventually(lambda: waiting(turns) == 2)
    go.set()
    crew.join()
    assert crew.did == ["asks", "works meanwhile", "came back", "begins"]


def test_a_turn_that_does_not_come_is_not_waited_for_for_ever_and_none_comes_of_it(crew: Crew) -> None:
    turns, go = WorkTurns(at_once=1, patience=0.05), threading.Event()
    crew.begin("holds it", turns, lambda: go.wait(10))
    eventually(lambda: crew.did == ["holds it"])
    crew.begin("has none", turns, lambda: None)
    eventually(lambda: crew.did == ["holds it", "has none"])
    go.set()
    crew.join()
    assert (turns._line.free, waiting(turns)) == (1, 0)


def test_a_failure_gives_the_turn_back_wherever_it_comes() -> None:
    turns = WorkTurns(at_once=1)
    with pytest.raises(ZeroDivisionError), turns.turn(), turns.aside():
        _ = 1 / 0
    assert turns._line.free == 1


def test_who_is_not_in_a_turn_has_none_to_give() -> None:
    turns = WorkTurns(at_once=1)
    with turns.aside():
        assert turns._line.free == 1
    assert turns._line.free == 1


def test_who_stands_aside_already_does_so_once() -> None:
    turns = WorkTurns(at_once=1)
    with turns.turn():
        with turns.aside():
            with turns.aside():
                assert turns._line.free == 1
            assert turns._line.free == 1
        assert turns._line.free == 0
    assert turns._line.free == 1


def test_to_end_a_turn_twice_frees_one() -> None:
    turns = WorkTurns(at_once=1)
    turns.begin()
    turns.end()
    turns.end()
    assert turns._line.free == 1


def test_who_is_called_back_wakes_when_its_turn_has_come(crew: Crew) -> None:
    turns, went, go = WorkTurns(at_once=1), threading.Event(), threading.Event()
    ways = list[WayBack]()

    def waits() -> None:
        with turns.aside():
            ways.append(turns.way_back())
            went.set()
            assert ways[0].wait(10)
            crew.did.append("came back")

    crew.begin("waits", turns, waits)
    assert went.wait(10)
    crew.begin("works meanwhile", turns, lambda: go.wait(10))
    eventually(lambda: crew.did == ["waits", "works meanwhile"])
    crew.begin("begins", turns, lambda: None)
    eventually(lambda: waiting(turns) == 1)
    ways[0].call()
    ways[0].call()
    assert waiting(turns) == 2
    assert not ways[0].turn.is_set()
    go.set()
    crew.join()
    assert crew.did == ["waits", "works meanwhile", "came back", "begins"]
    assert turns._line.free == 1


def test_whose_call_came_in_time_waits_for_its_turn_beyond_it(crew: Crew) -> None:
    turns, go = WorkTurns(at_once=1), threading.Event()
    with turns.turn(), turns.aside():
        crew.begin("holds it", turns, lambda: go.wait(10))
        eventually(lambda: crew.did == ["holds it"])
        turns.way_back().call()
        threading.Timer(0.1, go.set).start()
        assert turns.way_back().wait(0)
    crew.join()
    assert turns._line.free == 1


def test_who_waits_once_more_gives_its_turn_to_others_meanwhile() -> None:
    turns = WorkTurns(at_once=1)
    with turns.turn(), turns.aside():
        way_back = turns.way_back()
        way_back.call()
        assert way_back.wait(0)
        assert turns._line.free == 0
        assert not way_back.wait(0)
        assert turns._line.free == 1
    assert turns._line.free == 1


def test_who_is_called_while_it_works_does_not_wait_the_next_time() -> None:
    turns = WorkTurns(at_once=1)
    with turns.turn(), turns.aside():
        way_back = turns.way_back()
        way_back.call()
        assert way_back.wait(0)
        way_back.call()
        assert way_back.wait(0)
        assert not way_back.wait(0)
    assert turns._line.free == 1


def test_who_was_called_back_has_its_turn_until_the_end(crew: Crew) -> None:
    turns = WorkTurns(at_once=1)
    with turns.turn():
        with turns.aside():
            turns.way_back().call()
            assert turns.way_back().wait(0)
        assert turns._line.free == 0
    assert turns._line.free == 1


def test_who_is_called_back_but_no_turn_comes_goes_on_without(crew: Crew) -> None:
    turns, go = WorkTurns(at_once=1, patience=2), threading.Event()
    with turns.turn():
        with turns.aside():
            crew.begin("holds it", turns, lambda: go.wait(10))
            eventually(lambda: crew.did == ["holds it"])
            turns.way_back().call()
            assert not turns.way_back().wait(0)
            gave_up = time.monotonic()
        assert time.monotonic() - gave_up < 2
        assert waiting(turns) == 0
    go.set()
    crew.join()
    assert turns._line.free == 1


def test_who_is_in_no_turn_is_called_back_all_the_same() -> None:
    turns = WorkTurns(at_once=1)
    way_back = turns.way_back()
    way_back.call()
    assert way_back.wait(0)
    assert not way_back.wait(0)
    assert turns._line.free == 1

"""Threads work in turn: those who come back before those who begin, and nobody waits for ever in vain."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from app.services.work_turns import WorkTurns
from tests.support.waiting import eventually


class Crew:
    """Threads in turns of their own, and what they did in which order."""

    def __init__(self) -> None:
        self.did: list[str] = []
        self._threads: list[threading.Thread] = []

    def begin(self, name: str, turns: WorkTurns, work: Callable[[], object]) -> None:
        def run() -> None:
            with turns.turn():
                self.did.append(name)
                work()

        self._threads.append(threading.Thread(target=run, daemon=True))
        self._threads[-1].start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()


@pytest.fixture
def crew() -> Iterator[Crew]:
    crew = Crew()
    yield crew
    crew.join()


def waiting(turns: WorkTurns) -> int:
    return len(turns._beginning) + len(turns._coming_back)


@pytest.mark.parametrize("at_once", [1, 2])
def test_no_more_work_at_once_than_may(crew: Crew, at_once: int) -> None:
    turns, go = WorkTurns(at_once=at_once), threading.Event()
    for number in range(5):
        crew.begin(str(number), turns, lambda: go.wait(10))
    eventually(lambda: waiting(turns) == 5 - at_once)
    assert len(crew.did) == at_once
    go.set()
    crew.join()
    assert (len(crew.did), turns._free) == (5, at_once)


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
    assert (turns._free, waiting(turns)) == (1, 0)


def test_a_failure_gives_the_turn_back_wherever_it_comes() -> None:
    turns = WorkTurns(at_once=1)
    with pytest.raises(ZeroDivisionError), turns.turn(), turns.aside():
        _ = 1 / 0
    assert turns._free == 1


def test_who_is_not_in_a_turn_has_none_to_give() -> None:
    turns = WorkTurns(at_once=1)
    with turns.aside():
        assert turns._free == 1
    assert turns._free == 1


def test_to_end_a_turn_twice_frees_one() -> None:
    turns = WorkTurns(at_once=1)
    turns.begin()
    turns.end()
    turns.end()
    assert turns._free == 1

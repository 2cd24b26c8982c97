"""A worker's threads work in turn: those who come back before those who begin, and nobody for ever in vain."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.storage.database import Database
from app.storage.tables import jobs
from tests.admin.mending import weekday
from tests.support.sandbox import SandboxProcess
from tests.support.stack import Stack
from tests.support.valkey import ValkeyServer
from tests.support.waiting import eventually
from workers.turns import AT_ONCE, WorkTurns

SLOW = 10.0
"""Seconds that Cal.com takes for a booking."""


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


def under_way(database: Database) -> int:
    """Jobs that were sent to Cal.com and wait for its answer."""
    sent = select(func.count()).where(jobs.c.submitted_at.is_not(None), jobs.c.finished_at.is_(None))
    with database._reading.connect() as connection:
        return connection.execute(sent).scalar_one()


@pytest.mark.slow
def test_a_worker_waits_for_more_answers_of_calcom_than_it_works_on_jobs_at_once(
    empty_valkey: ValkeyServer, tmp_path: Path
) -> None:
    wished = AT_ONCE + 2
    with SandboxProcess("--latency", str(SLOW), "--read-latency", "0") as sandbox:
        where = {"database_url": f"sqlite:///{tmp_path}/ringbook.db", "redis_url": empty_valkey.url}
        stack = Stack(tmp_path, calcom_url=f"{sandbox.url}/v2", WORKER_THREADS=str(2 * wished), **where)
        database = Database(stack.settings.database_url, secret_keys=stack.settings.secret_keys)
        try:
            agent = stack.add_agent()
            stack.start("web")
            for number in range(wished):
                when = weekday(hour=10 + number).isoformat()
                caller = {"name": "Jane Doe", "email": f"caller{number}@example.com", "appointment_datetime": when}
                asked = stack.manage(agent, {"Prefer": "respond-async"}, action="book", **caller)
                assert asked.status_code == 202, asked.text
            stack.start("worker")
            eventually(stack.settings.ready_file("worker").exists, within=90, what="the worker is ready")
            eventually(lambda: under_way(database) == wished, within=SLOW, what="all were sent")
            stack.kill("worker")
        finally:
            database.dispose()
            stack.stop()

"""Those who only read and those who change something begin alternately."""

from __future__ import annotations

import threading

from app.services.work_turns import WorkTurns
from tests.services.crew import Crew, waiting
from tests.support.waiting import eventually


def test_who_only_reads_does_not_begin_behind_all_who_change_something_nor_before_them(crew: Crew) -> None:
    turns, go = WorkTurns(at_once=1), threading.Event()
    names = ["holds it", *(f"changes {number}" for number in range(4)), "reads 0", "reads 1"]
    for number, name in enumerate(names):
        crew.begin(name, turns, lambda: go.wait(10), only_reads=name.startswith("reads"))
        eventually(lambda number=number: len(crew.did) + waiting(turns) == number + 1)  # type: ignore[misc]
    go.set()
    crew.join()
    begun = [name.partition(" ")[0] for name in crew.did[1:]]
    assert begun in (["reads", "changes"] * 2 + ["changes"] * 2, ["changes", "reads"] * 2 + ["changes"] * 2)
    assert [name for name in crew.did if name.startswith("changes")] == names[1:5]


def test_who_comes_back_in_between_changes_nothing_about_whose_line_is_next() -> None:
    """Whoever begins stands aside once, so that each who begins is followed by one who comes back."""
    turns = WorkTurns(at_once=1)
    line, begun = turns._line, list[str]()
    line.free = 0
    reads, changes = ([threading.Event() for _ in range(20)] for _ in range(2))
    line.reads.extend(reads)
    line.changes.extend(changes)
    for _ in range(20):
        line.pass_on()
        begun.append(f"{sum(turn.is_set() for turn in reads)}:{sum(turn.is_set() for turn in changes)}")
        line.coming_back.append(threading.Event())
        line.pass_on()
    assert begun[-1] == "10:10"

"""Threads in turns of their own, for tests."""

from __future__ import annotations

import threading
from collections.abc import Callable

from app.services.work_turns import WorkTurns


class Crew:
    """Threads in turns of their own, and what they did in which order."""

    def __init__(self) -> None:
        self.did: list[str] = []
        self._threads: list[threading.Thread] = []

    def begin(self, name: str, turns: WorkTurns, work: Callable[[], object], *, only_reads: bool = False) -> None:
        def run() -> None:
            turns.begin(only_reads=only_reads)
            try:
                self.did.append(name)
                work()
            finally:
                turns.end()

        self._threads.append(threading.Thread(target=run, daemon=True))
        self._threads[-1].start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()


def waiting(turns: WorkTurns) -> int:
    line = turns._line
    return len(line.reads) + len(line.changes) + len(line.coming_back)

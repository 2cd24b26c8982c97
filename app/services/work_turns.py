"""Who of a process's threads works and who waits: a burst that works all at once keeps itself from ending."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

AT_ONCE = 4
"""Python lets one thread run at a time; the others of these wait for the database or Redis meanwhile."""

PATIENCE = 30.0
"""Seconds after which a thread goes on without a turn: whoever has them all may be held up by a database that is."""


class WorkTurns:
    """Threads that have a turn work, in the order they came; who comes back from waiting goes before who begins.

    Without that, of hundreds of threads each new one slows down those that are about to finish; and where a thousand
    are woken within a second, they take the processor from each other so often that none of them gets on.
    """

    def __init__(self, *, at_once: int = AT_ONCE, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._lock = threading.Lock()
        self._free = at_once
        self._beginning: deque[threading.Event] = deque()
        self._coming_back: deque[threading.Event] = deque()
        self._own = threading.local()

    def begin(self) -> None:
        """Return when it is this thread's turn; it lasts until `end()`, which the same thread has to call."""
        self._own.has_turn = self._take(self._beginning)

    def end(self) -> None:
        """Once is enough, more does no harm."""
        if hasattr(self._own, "has_turn"):
            self._give()
            del self._own.has_turn

    @contextmanager
    def turn(self) -> Iterator[None]:
        self.begin()
        try:
            yield
        finally:
            self.end()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Let others work while this thread waits for what takes long; nothing for a thread that is not in a turn."""
        if not hasattr(self._own, "has_turn"):
            yield
            return
        self._give()
        try:
            yield
        finally:
            self._own.has_turn = self._take(self._coming_back)

    def _take(self, queue: deque[threading.Event]) -> bool:
        """False if it did not come in time."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            turn = threading.Event()
            queue.append(turn)
        if turn.wait(self._patience):
            return True
        with self._lock:
            if turn.is_set():  # it came at the last moment
                return True
            queue.remove(turn)
        return False

    def _give(self) -> None:
        if not self._own.has_turn:
            return
        self._own.has_turn = False
        with self._lock:
            queue = self._coming_back or self._beginning
            if queue:
                queue.popleft().set()
            else:
                self._free += 1

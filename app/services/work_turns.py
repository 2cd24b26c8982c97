"""Who of a process's threads works and who waits: a burst that works all at once keeps itself from ending."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress

AT_ONCE = 4
"""Python lets one thread run at a time; the others of these wait for the database or Redis meanwhile."""

PATIENCE = 30.0
"""Seconds after which a thread goes on without a turn: whoever has them all may be held up by a database that is."""


class WorkTurns:
    """Threads that have a turn work, each kind in its order; who comes back from waiting goes before who begins.

    Without that, of hundreds of threads each new one slows down those that are about to finish; and where a thousand
    are woken within a second, they take the processor from each other so often that none of them gets on.
    """

    def __init__(self, *, at_once: int = AT_ONCE, patience: float = PATIENCE) -> None:
        self._line = _Line(at_once, patience)
        self._own = threading.local()

    def begin(self, *, only_reads: bool = False) -> None:
        """Return when it is this thread's turn; it lasts until `end()`, which the same thread has to call.

        Those who only read are done soon: they begin alternately with the others, not behind all of them.
        """
        turn = threading.Event()
        with self._line.lock:
            self._line.ask(turn, self._line.reads if only_reads else self._line.changes)
        self._own.has_turn = self._line.wait(turn)

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
        """Let others work while this thread waits for what takes long; nothing for one that is in no turn, or stands
        aside already.
        """
        if not hasattr(self._own, "has_turn") or hasattr(self._own, "way_back"):
            yield
            return
        self._give()
        way_back = self._own.way_back = WayBack(self._line)
        try:
            yield
        finally:
            del self._own.way_back
            self._own.has_turn = way_back.come()

    def way_back(self) -> WayBack:
        """This thread's, if it stands aside; else one that leads into no turn."""
        way_back: WayBack | None = getattr(self._own, "way_back", None)
        return way_back or WayBack(None)

    def _give(self) -> None:
        if self._own.has_turn:
            self._own.has_turn = False
            with self._line.lock:
                self._line.pass_on()


class WayBack:
    """How a thread that stands aside is called back, by any other: it wakes in its turn, and so is woken once."""

    def __init__(self, line: _Line | None) -> None:
        self.turn = threading.Event()
        self._line = line
        self._lock = line.lock if line else threading.Lock()
        self._is_away = True
        self._is_called = self._has_asked = self._has_given_up = False

    def call(self) -> None:
        """While it works, this counts for the next time it waits."""
        with self._lock:
            self._is_called = True
            if self._is_away:
                self._ask()

    def wait(self, seconds: float) -> bool:
        """True once it is called and has its turn, which lasts until it waits again; False if no call came within
        `seconds`, or no turn after it.
        """
        with self._lock:
            self._go_away()
            if self._is_called:
                self._ask()
        if not self.turn.wait(seconds) and not (self._is_called and self._await()):
            return False
        with self._lock:
            self._is_away = self._is_called = False
        return True

    def come(self) -> bool:
        """Come back, called or not. False if no turn came in time."""
        self.call()
        return self.turn.is_set() or self._await()

    def _await(self) -> bool:
        """Once: who had no turn in time goes on without."""
        if self._line is None or self._has_given_up:
            return False
        self._has_given_up = not self._line.wait(self.turn)
        return not self._has_given_up

    def _go_away(self) -> None:
        if not self._is_away:
            self._is_away, self._has_asked = True, False
            self.turn.clear()
            if self._line:
                self._line.pass_on()

    def _ask(self) -> None:
        if self._has_asked:
            return
        self._has_asked = True
        if self._line:
            self._line.ask(self.turn, self._line.coming_back)
        else:
            self.turn.set()


class _Line:
    """Those who wait for a turn, and how many turns are free. `ask` and `pass_on` are for who holds the lock."""

    def __init__(self, free: int, patience: float) -> None:
        self.lock = threading.Lock()
        self.free = free
        self.reads: deque[threading.Event] = deque()
        self.changes: deque[threading.Event] = deque()
        self.coming_back: deque[threading.Event] = deque()
        self._beginning = deque((self.reads, self.changes))
        self._patience = patience

    def ask(self, turn: threading.Event, queue: deque[threading.Event]) -> None:
        if self.free:
            self.free -= 1
            turn.set()
        else:
            queue.append(turn)

    def wait(self, turn: threading.Event) -> bool:
        """False if it did not come in time."""
        if turn.wait(self._patience):
            return True
        with self.lock:
            if turn.is_set():  # it came at the last moment
                return True
            for queue in (self.reads, self.changes, self.coming_back):
                with suppress(ValueError):
                    queue.remove(turn)
        return False

    def pass_on(self) -> None:
        queue = self.coming_back or self._who_begins()
        if queue:
            queue.popleft().set()
        else:
            self.free += 1

    def _who_begins(self) -> deque[threading.Event]:
        self._beginning.rotate()
        return self._beginning[0] or self._beginning[1]

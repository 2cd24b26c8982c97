"""Accepts a burst of requests some at a time: all at once they would keep each other from ever finishing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from app.domain.answers import Result
from app.domain.errors import RefusedError
from app.domain.ports import Clock

AT_ONCE = 12
"""Fewer than a process has connections to its database, so that reads always find one."""

LONGEST_WAIT = 5.0
"""Seconds that a request waits for its turn, at most: the thread in which it waits answers nobody else meanwhile."""


class AcceptTurns:
    """Of a thousand who come at one moment the first are accepted within milliseconds, and work begins on them."""

    def __init__(self, *, clock: Clock, at_once: int = AT_ONCE, longest: float = LONGEST_WAIT) -> None:
        self._clock = clock
        self._longest = longest
        self._free = threading.BoundedSemaphore(at_once)

    @contextmanager
    def turn(self, answer_by: datetime) -> Iterator[None]:
        """Raises RefusedError where it does not come within the caller's time, or too late: then nothing was accepted.

        Whose answer nobody awaits has no such time.
        """
        left = (answer_by - self._clock()).total_seconds()
        if not self._free.acquire(timeout=min(left, self._longest) if left > 0 else self._longest):
            raise RefusedError(Result.OVERLOADED)
        try:
            yield
        finally:
            self._free.release()

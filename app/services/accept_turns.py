"""Accepts a burst of requests some at a time: all at once they would keep each other from ever finishing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from app.domain.answers import Result
from app.domain.errors import RefusedError
from app.domain.ports import Clock

AT_ONCE = 4
"""Far fewer than a process has connections to its database, so that reads find one, and so few that who is woken for
an outcome does not queue for the processor behind those who are only being accepted: with 12, of 1,000 callers at one
moment half heard 1.3 s after their outcome, with 4 after 0.2 s."""

LONGEST_WAIT = 5.0
"""Seconds for which a request waits for its turn if nobody waits for its answer."""


class AcceptTurns:
    """Of a thousand who come at one moment the first are accepted within milliseconds, and work begins on them."""

    def __init__(self, *, clock: Clock, at_once: int = AT_ONCE, longest: float = LONGEST_WAIT) -> None:
        self._clock = clock
        self._longest = longest
        self._free = threading.BoundedSemaphore(at_once)

    @contextmanager
    def turn(self, answer_by: datetime) -> Iterator[None]:
        """Raises RefusedError where it does not come within half the caller's time: then nothing was accepted.

        The other half is for the outcome. Whose answer nobody awaits has no such time.
        """
        left = (answer_by - self._clock()).total_seconds()
        if not self._free.acquire(timeout=left / 2 if left > 0 else self._longest):
            raise RefusedError(Result.OVERLOADED)
        try:
            yield
        finally:
            self._free.release()

"""Keeps one slow Cal.com account from holding every thread of a worker."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from app.domain.errors import PostponedError

CROWDED_PAUSE = 2.0
"""Seconds after which a job that found its account's seats taken tries again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulkhead:
    """`seats`: jobs of one account that may run in this process at the same time."""

    seats: int
    _taken: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def seat(self, account_id: str) -> Iterator[None]:
        """Raises PostponedError where there is none: waiting for one would hold the thread."""
        with self._lock:
            if self._taken[account_id] >= self.seats:
                raise PostponedError(CROWDED_PAUSE)
            self._taken[account_id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[account_id] -= 1
                if not self._taken[account_id]:
                    del self._taken[account_id]

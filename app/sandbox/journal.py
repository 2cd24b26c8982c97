"""Everything that reached the stand-in and everything it committed, in order, for tests to check the truth against."""

import threading
from collections import deque
from typing import Any

from app.sandbox.clock import Clock

KEPT = 20_000


class Journal:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._next = 1

    def note(self, kind: str, **facts: Any) -> dict[str, Any]:
        with self._lock:
            entry = {"n": self._next, "at": self._clock.now().isoformat(), "kind": kind, **facts}
            self._next += 1
            self._entries.append(entry)
        return entry

    def entries(self) -> list[dict[str, Any]]:
        with self._lock:
            return [dict(entry) for entry in self._entries]

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()

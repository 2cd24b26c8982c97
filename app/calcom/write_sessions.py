"""Sessions for writes, whose connections are used once more within a moment, and never after that."""

from __future__ import annotations

import ssl
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from app.calcom.connections import new_session
from app.calcom.silence import NoAnswerError

KEPT_SECONDS = 2.0
"""So long after its last answer a session writes once more, without the two round trips of a handshake.

Servers close a connection that is idle for 5 s (Node.js, `server.keepAliveTimeout`) or longer. Within 2 s they do so
only when they end themselves, and then mostly before a request is on its way, which is noticed.
"""

NOT_KEPT_SECONDS = 600.0
"""So long a host gets a connection for each write after one that was kept was cut off: there may be something between
that closes connections unannounced.
"""


class WriteSessions:
    """Each is one thread's at a time, and one host's. Those nobody uses are closed by the next write. Thread-safe."""

    def __init__(self, trust: ssl.SSLContext) -> None:
        self._trust = trust
        self._lock = threading.Lock()
        self._free: dict[str, deque[tuple[float, requests.Session]]] = {}
        self._none_kept_until: dict[str, float] = {}

    @contextmanager
    def session(self, base_url: str) -> Iterator[requests.Session]:
        """One for this host. It is closed if the block fails: nobody knows what may still come on its connection."""
        kept = self._take(base_url)
        session = kept or new_session(self._trust)
        try:
            yield session
        except BaseException as error:
            session.close()
            if kept and isinstance(error, NoAnswerError) and error.code == "cut_off":
                self._none_kept_until[base_url] = time.monotonic() + NOT_KEPT_SECONDS
            raise
        self._give_back(base_url, session)

    def close(self) -> None:
        """All that nobody uses."""
        with self._lock:
            for free in self._free.values():
                _close_until(free, time.monotonic())
            self._free.clear()

    def _take(self, base_url: str) -> requests.Session | None:
        """The one that was used last: so the others grow old together, and are closed."""
        with self._lock:
            free = self._free.get(base_url, deque())
            _close_until(free, self._oldest(base_url))
            return free.pop()[1] if free else None

    def _give_back(self, base_url: str, session: requests.Session) -> None:
        with self._lock:
            self._free.setdefault(base_url, deque()).append((time.monotonic(), session))
            for each, free in self._free.items():
                _close_until(free, self._oldest(each))

    def _oldest(self, base_url: str) -> float:
        """What was last used by then is not used again."""
        now = time.monotonic()
        return now if now < self._none_kept_until.get(base_url, now) else now - KEPT_SECONDS


def _close_until(free: deque[tuple[float, requests.Session]], moment: float) -> None:
    while free and free[0][0] <= moment:
        free.popleft()[1].close()

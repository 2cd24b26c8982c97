"""Remembers that the broker did not answer, so that not every caller has to find out by waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Outage:
    """While it lasts, one caller per `pause` seconds may try; all others are turned away at once. Thread-safe."""

    def __init__(self, *, pause: float = 1.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._pause = pause
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._next_probe: float | None = None  # None: no outage

    @property
    def is_on(self) -> bool:
        return self._next_probe is not None

    def admits(self) -> bool:
        """True if the caller may try now; it must then tell `began` or `ended`."""
        with self._lock:
            if self._next_probe is None:
                return True
            now = self._monotonic()
            if now < self._next_probe:
                return False
            self._next_probe = now + self._pause  # this caller is the probe
            return True

    def began(self) -> bool:
        """A try failed. True if that is news."""
        with self._lock:
            news = self._next_probe is None
            self._next_probe = self._monotonic() + self._pause
            return news

    def ended(self) -> bool:
        """A try worked. True if that is news."""
        with self._lock:
            news = self._next_probe is not None
            self._next_probe = None
            return news

"""The rate limit: so many calls a minute per key or address, then a closed door for a minute."""

import math
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.sandbox.clock import Clock

WINDOW = timedelta(seconds=60)
TOKEN_LIMIT = 500  # a bearer that is not an API key counts as an access token


@dataclass
class _Window:
    ends: datetime
    used: int = 0
    blocked_until: datetime | None = None


@dataclass(frozen=True)
class Standing:
    limit: int
    remaining: int
    reset: int
    refused: bool

    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit-Default": str(self.limit),
            "X-RateLimit-Remaining-Default": str(self.remaining),
            "X-RateLimit-Reset-Default": str(self.reset),
        }


class Throttle:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._windows: dict[str, _Window] = {}

    def count(self, who: str, limit: int, *, enforced: bool = True) -> Standing:
        now = self._clock.now()
        with self._lock:
            window = self._current(who, now)
            if window.blocked_until is None:
                window.used += 1
                if enforced and window.used > limit:
                    window.blocked_until = now + WINDOW
            if window.blocked_until is not None:
                return Standing(limit, 0, _seconds(window.blocked_until - now), refused=True)
            return Standing(limit, max(limit - window.used, 0), _seconds(window.ends - now), refused=False)

    def block(self, who: str, limit: int) -> Standing:
        """Closes the door at once, as if the limit had just been passed."""
        now = self._clock.now()
        with self._lock:
            window = self._current(who, now)
            window.blocked_until = window.blocked_until or now + WINDOW
            return Standing(limit, 0, _seconds(window.blocked_until - now), refused=True)

    def clear(self) -> None:
        with self._lock:
            self._windows.clear()

    def _current(self, who: str, now: datetime) -> _Window:
        window = self._windows.get(who)
        over = window is None or now >= (window.blocked_until or window.ends)
        if window is None or over:
            window = self._windows[who] = _Window(ends=now + WINDOW)
        return window


def _seconds(left: timedelta) -> int:
    return max(math.ceil(left.total_seconds()), 0)

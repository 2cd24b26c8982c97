"""Sliding windows in the memory of one process: what is counted goes on being counted while Redis is away."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MOST_KEPT = 100_000
"""Names kept at a time, some 20 MB; beyond, those not counted for longest are forgotten."""


@dataclass(frozen=True, slots=True)
class Meter:
    """A name to count under, and how many a window in milliseconds may hold."""

    name: str
    most: int
    window_ms: int


class Windows:
    """Two whole windows a name: the last one counts as far as the sliding one still covers it. Thread-safe.

    What the last one held is taken as evenly spread: who goes on asking is let in as often as the limit says, and
    after a burst no window, however it lies, holds twice the limit.
    The same arithmetic as COUNT in `counting`; `clock` gives seconds since the epoch, as Redis does.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time, most_kept: int = MOST_KEPT) -> None:
        self._clock = clock
        self._most_kept = most_kept
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[int, int, int]] = OrderedDict()

    def wait(self, meters: Sequence[Meter]) -> float:
        """Milliseconds until each of them has room for one more; 0 if they have it now."""
        with self._lock:
            now = self._clock() * 1000
            return max((self._wait(meter, now) for meter in meters), default=0.0)

    def count(self, meters: Sequence[Meter]) -> None:
        with self._lock:
            now = self._clock() * 1000
            for meter in meters:
                before, current = self._read(meter, now)
                self._kept[meter.name] = (int(now // meter.window_ms), before, current + 1)
                self._kept.move_to_end(meter.name)
            while len(self._kept) > self._most_kept:
                self._kept.popitem(last=False)

    def _read(self, meter: Meter, now: float) -> tuple[int, int]:
        window, before, current = self._kept.get(meter.name, (-2, 0, 0))
        passed = int(now // meter.window_ms) - window
        if passed == 0:
            return before, current
        return (current, 0) if passed == 1 else (0, 0)

    def _wait(self, meter: Meter, now: float) -> float:
        before, current = self._read(meter, now)
        gone = now % meter.window_ms
        room = meter.most - 1 - current
        if room < 0:  # full by what the current window holds: it has to become the last one first
            return meter.window_ms - gone + meter.window_ms * (1 - (meter.most - 1) / current)
        if before * (1 - gone / meter.window_ms) <= room:
            return 0.0
        return meter.window_ms * (1 - room / before) - gone

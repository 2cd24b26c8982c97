"""Spares Redis the requests of those who are far from every limit: they are counted there a moment later, in one go."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.traffic.windows import Meter

TRUSTED_FOR = 0.25
"""Seconds for which a count is believed. Asking for each request takes longer than all the rest of a cached answer."""

FAR = 0.5
"""Below this share of a limit nobody needs to know the exact count."""

QUIET = 0.05
"""Below this share even twenty processes that do not know of each other stay within the limit."""

QUIET_TRUSTED_FOR = 2.5
"""Seconds for which the count of who is so quiet is believed: of hundreds, each asks less often than `TRUSTED_FOR`."""

LEAST = 1_000
"""Smaller limits are counted one by one."""

MOST_KEPT = 10_000


@dataclass(slots=True)
class _Account:
    """`used`: what Redis said at `asked_at` (monotonic seconds); `owed`: let pass since, and not counted there yet."""

    used: float
    asked_at: float
    owed: int = 0


class Credit:
    """What this process may let pass on what it knows. Thread-safe.

    By how much all processes together exceed a limit is bounded by what they can answer within `TRUSTED_FOR`, and while
    it is hardly used by `QUIET` for each of them.
    """

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._accounts: OrderedDict[str, _Account] = OrderedDict()

    def covers(self, counted: Sequence[Meter], heeded: Sequence[Meter]) -> bool:
        """Whether all of them are known to be far from their limits; then `counted` owe one more each."""
        with self._lock:
            now = self._monotonic()
            if any(meter.most < LEAST for meter in counted):
                return False
            if not all(self._is_far(meter, now) for meter in (*counted, *heeded)):
                return False
            for meter in counted:
                self._accounts[meter.name].owed += 1
            return True

    def owed(self, counted: Sequence[Meter]) -> list[int]:
        """What is to be counted of each beside the request in hand. They owe it no longer."""
        with self._lock:
            found = []
            for meter in counted:
                account = self._accounts.get(meter.name)
                is_late = account is not None and self._monotonic() - account.asked_at > meter.window_ms / 1000
                found.append(0 if account is None or is_late else account.owed)
                if account is not None:
                    account.owed = 0
            return found

    def learn(self, meters: Sequence[Meter], used: Sequence[float]) -> None:
        """What Redis has counted of each by now."""
        with self._lock:
            now = self._monotonic()
            for meter, number in zip(meters, used, strict=True):
                account = self._accounts.setdefault(meter.name, _Account(number, now))
                account.used, account.asked_at = number, now
                self._accounts.move_to_end(meter.name)
            while len(self._accounts) > MOST_KEPT:
                self._accounts.popitem(last=False)

    def _is_far(self, meter: Meter, now: float) -> bool:
        account = self._accounts.get(meter.name)
        if account is None:
            return False
        used = account.used + account.owed
        trusted_for = QUIET_TRUSTED_FOR if used < QUIET * meter.most else TRUSTED_FOR
        return used < FAR * meter.most and now - account.asked_at < trusted_for

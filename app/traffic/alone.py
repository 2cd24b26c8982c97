"""Budget and breaker of one process on its own, for as long as Redis does not answer."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from app.domain.directory import Access
from app.domain.traffic import Priority, Sample
from app.traffic.rules import Rules, name_of


@dataclass(slots=True)
class _Key:
    """What is known of one key; times in milliseconds. `samples` are (when, failed)."""

    made: deque[float] = field(default_factory=deque)
    samples: deque[tuple[float, bool]] = field(default_factory=lambda: deque(maxlen=300))
    closed_until: float = 0.0
    opened_at: float | None = None
    probe_at: float = 0.0


class TrafficAlone:
    """Goes by the same rules as Redis does, with the limit that `rules` give to this process. Thread-safe."""

    def __init__(self, rules: Rules, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._rules = rules
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._keys: defaultdict[str, _Key] = defaultdict(_Key)

    def take(self, access: Access, priority: Priority) -> float:
        with self._lock:
            now, key = self._monotonic() * 1000, self._keys[name_of(access)]
            wait = self._wait(key, now, self._rules.allowed(priority))
            if wait > 0:
                return wait / 1000
            if key.opened_at is not None:
                key.probe_at = now + self._rules.probe_ms
            key.made.append(now)
            return 0.0

    def record(self, access: Access, sample: Sample) -> None:
        with self._lock:
            now, key = self._monotonic() * 1000, self._keys[name_of(access)]
            key.closed_until = max(key.closed_until, now + sample.closed_for * 1000 if sample.closed_for else 0.0)
            if key.opened_at is None:
                self._judge(key, now, failed=sample.failed)
            elif now - sample.seconds * 1000 >= key.opened_at:  # begun since: the probe
                self._probed(key, now, failed=sample.failed)

    def _wait(self, key: _Key, now: float, allowed: int) -> float:
        while key.made and key.made[0] <= now - self._rules.window_ms:
            key.made.popleft()
        excess = len(key.made) - allowed
        full = key.made[excess] + self._rules.window_ms - now if excess >= 0 else 0.0
        broken = key.probe_at - now if key.opened_at is not None else 0.0
        return max(key.closed_until - now, full, broken)

    def _judge(self, key: _Key, now: float, *, failed: bool) -> None:
        key.samples.append((now, failed))
        recent = [bad for at, bad in key.samples if at > now - self._rules.span_ms]
        if len(recent) >= self._rules.least and sum(recent) >= self._rules.failing * len(recent):
            key.opened_at, key.probe_at = now, now + self._rules.probe_ms

    def _probed(self, key: _Key, now: float, *, failed: bool) -> None:
        if failed:
            key.probe_at = now + self._rules.probe_ms
        else:
            key.opened_at = None
            key.samples.clear()

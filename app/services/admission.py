"""Decides, before anything is accepted, whether a request could still be served in time, and whose turn it is."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.answers import Result
from app.domain.ports import Clock
from app.domain.stores import OpenUnit, Queue

SNAPSHOT_FOR = timedelta(seconds=0.5)
"""How long one look at the queue serves all requests of this process."""

LONGEST_WAIT = timedelta(seconds=30)
"""A due job that no worker has taken for so long shows that there is more work than can be done now."""

MINUTE = timedelta(minutes=1)

MAX_QUEUED = 200
"""Queued jobs of one organization: what a key's budget (120 a minute) can work off while anybody still remembers."""

BEARABLE = timedelta(seconds=100)
"""What `MAX_QUEUED` jobs take at that rate. A longer queue than its organization's pace works off in it is too long."""

AT_ONCE = 24
"""Messages of one organization that may stand in the broker, so that no flood there gets in front of the others."""

COME_BACK = {Result.OVERLOADED: 15, Result.RATE_LIMITED: 30}
"""Seconds told to those who are refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a new job would meet. Without `at_once` the scheduler publishes it, in turn with other organizations."""

    refused: Result | None = None
    at_once: bool = True

    @property
    def retry_after(self) -> int | None:
        return None if self.refused is None else COME_BACK[self.refused]


class Admission:
    """Reads the queue twice a second at most, and counts what was accepted since. Raises StoreUnavailableError.

    The wait of a busy organization tells nothing about the others, for turns are taken by organization, and of itself
    no more than that its key's budget is used up: it is let in as long as its queue is worked off. Only where a quiet
    one waits, too, are there too few workers for everybody.
    """

    def __init__(self, *, read_unit: OpenUnit, clock: Clock) -> None:
        self._read_unit = read_unit
        self._clock = clock
        self._lock = threading.Lock()
        self._refreshing = threading.Lock()
        self._read_at: datetime | None = None
        self._queued: Counter[str] = Counter()
        self._stuck: frozenset[str] = frozenset()
        self._is_behind = False

    def place_for(self, org_id: str) -> Place:
        self._refresh()
        with self._lock:
            queued, is_stuck = self._queued[org_id], org_id in self._stuck
            if queued >= MAX_QUEUED:
                return Place(refused=Result.RATE_LIMITED)
            if is_stuck or self._is_behind:
                return Place(refused=Result.OVERLOADED)
            return Place(at_once=queued < AT_ONCE)

    def accepted(self, org_id: str) -> None:
        """Count one job in until the next look."""
        with self._lock:
            self._queued[org_id] += 1

    def _refresh(self) -> None:
        """One thread looks; only at the very first look do others wait for it."""
        now = self._clock()
        if self._read_at is not None and abs(now - self._read_at) < SNAPSHOT_FOR:
            return
        if not self._refreshing.acquire(blocking=self._read_at is None):
            return
        try:
            self._read(now)
        finally:
            self._refreshing.release()

    def _read(self, now: datetime) -> None:
        with self._read_unit() as unit:
            queues = unit.jobs.queues(now=now, overdue_since=now - LONGEST_WAIT)
        with self._lock:
            self._queued = Counter({queue.org_id: queue.length for queue in queues})
            self._stuck = frozenset(queue.org_id for queue in queues if queue.is_overdue and _is_too_long(queue))
            self._is_behind = any(queue.is_overdue and not _is_busy(queue) for queue in queues)
            self._read_at = now


def _is_busy(queue: Queue) -> bool:
    return max(queue.length, queue.pace) > AT_ONCE


def _is_too_long(queue: Queue) -> bool:
    return queue.length * MINUTE > queue.pace * BEARABLE

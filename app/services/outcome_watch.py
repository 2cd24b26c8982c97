"""Looks at all jobs that requests of this process wait for in one go, however many wait."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from app.domain.jobs import Status
from app.domain.ports import Clock
from app.domain.stores import OpenUnit

LOOK_EVERY = timedelta(seconds=0.5)
"""How long one look serves all who wait. Each looking for itself, a thousand would ask the database all the time."""


class OutcomeWatch:
    """No thread of its own: whoever of the waiting asks first after that time looks for all of them."""

    def __init__(self, *, read_unit: OpenUnit, clock: Clock) -> None:
        self._read_unit = read_unit
        self._clock = clock
        self._lock = threading.Lock()
        self._looking = threading.Lock()
        self._watched: Counter[str] = Counter()
        self._seen: Mapping[str, Status] = {}
        self._looked_at: datetime | None = None

    @contextmanager
    def watching(self, job_id: str) -> Iterator[None]:
        """Have the job looked at until the block is left."""
        with self._lock:
            self._watched[job_id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._watched[job_id] -= 1
                if not self._watched[job_id]:
                    del self._watched[job_id]

    def status_of(self, job_id: str) -> Status | None:
        """As it stood half a second ago or later; None for one that was not looked at yet.

        Raises StoreUnavailableError.
        """
        now = self._clock()
        is_fresh = self._looked_at is not None and abs(now - self._looked_at) < LOOK_EVERY
        if not is_fresh and self._looking.acquire(blocking=False):
            try:
                self._look(now)
            finally:
                self._looking.release()
        return self._seen.get(job_id)

    def _look(self, now: datetime) -> None:
        with self._lock:
            job_ids = list(self._watched)
        with self._read_unit() as unit:
            self._seen = unit.jobs.statuses(job_ids)
        self._looked_at = now

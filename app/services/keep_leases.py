"""Keeps the leases of the jobs a worker runs, so that a lease can be short and yet outlive a slow Cal.com."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from app.domain.errors import StoreUnavailableError
from app.domain.jobs import LEASE, RENEW_EVERY, Job
from app.domain.ports import Clock
from app.domain.stores import OpenUnit

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepLeases:
    """Called every few seconds in a thread of its own; a worker that is frozen or dead stops, and its leases run out.

    A lease that ran out is not taken up again: what the job held back may run by now.
    """

    open_unit: OpenUnit
    clock: Clock
    _held: dict[tuple[str, int], Job] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def holding(self, job: Job) -> Iterator[None]:
        with self._lock:
            self._held[job.id, job.fence] = job
        try:
            yield
        finally:
            with self._lock:
                del self._held[job.id, job.fence]

    def __call__(self) -> int:
        """How many leases were renewed: not those that began only since the last time, and most jobs end before the
        next. A database that is away is no reason to stop: what was sent is looked for.
        """
        now = self.clock()
        with self._lock:
            held = [job for job in self._held.values() if not _is_young(job, now)]
        if not held:
            return 0
        try:
            with self.open_unit() as unit:
                kept = [unit.jobs.renew(job, now=now, lease_until=now + LEASE) for job in held]
                unit.commit()
        except StoreUnavailableError:
            log.warning("leases_not_kept", count=len(held))
            return 0
        for job, is_kept in zip(held, kept, strict=True):
            if not is_kept and (job.id, job.fence) in self._held:  # else it has ended meanwhile
                log.warning("lease_lost", job_id=job.id)
        return sum(kept)


def _is_young(job: Job, now: datetime) -> bool:
    """A lease of which less is gone than goes by between two calls."""
    return job.lease_until is not None and job.lease_until - now > LEASE - RENEW_EVERY

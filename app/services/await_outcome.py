"""Wait for a job's end, as long as the caller can, without ever holding up other requests."""

from __future__ import annotations

import heapq
import threading
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.domain.errors import StoreUnavailableError
from app.domain.jobs import Job
from app.domain.ports import Clock, Doorbell
from app.domain.stores import OpenUnit
from app.services.outcome_watch import OutcomeWatch

EACH_TAKES = 0.0035
"""Seconds it takes to write one answer. Of many whose time ends at one moment each is answered so much before the next,
or the last ones would be late."""

MOST_EARLY = 0.15
"""Of the time that is left, so much may be given up for that."""

CHECK_EVERY = 1.0
"""Seconds between looks while waiting: they find what a lost ring would have told."""


@dataclass(frozen=True, slots=True)
class WaitingRoom:
    """Seats for waiting requests. Fewer than there are web threads, so that reads and polls always get a thread."""

    seats: int
    _free: list[int] = field(init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_free", list(range(1, self.seats + 1)))

    def enter(self) -> int:
        """The lowest number that is free, from 1 on, or 0 if none is; every number is handed back by one `leave()`."""
        with self._lock:
            return heapq.heappop(self._free) if self._free else 0

    def leave(self, seat: int) -> None:
        with self._lock:
            heapq.heappush(self._free, seat)


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitOutcome:
    """The job as it stands when it is final or when `answer_by` has come, whichever is first."""

    read_unit: OpenUnit
    doorbell: Doorbell
    room: WaitingRoom
    watch: OutcomeWatch
    clock: Clock

    def __call__(self, job: Job, answer_by: datetime) -> Job:
        left = answer_by - self.clock()
        if job.status.is_final or left <= timedelta() or not (seat := self.room.enter()):
            return job
        early = min(timedelta(seconds=EACH_TAKES) * (seat - 1), left * MOST_EARLY)
        try:
            return self._wait(job, answer_by - early)
        finally:
            self.room.leave(seat)

    def _wait(self, job: Job, answer_by: datetime) -> Job:
        with self.doorbell.listening(job.id) as bell, self.watch.watching(job.id):
            try:
                while not job.status.is_final:
                    left = (answer_by - self.clock()).total_seconds()
                    if left <= 0:
                        return job
                    rang = bell.wait(min(left, CHECK_EVERY))
                    job = self._read(job) if rang else self._look(job)
            except StoreUnavailableError:  # accepted it is: "still confirming" stays true
                pass
            return job

    def _look(self, job: Job) -> Job:
        """Only one that is final is worth a look at the whole row: all may run out of time at the same moment."""
        status = self.watch.status_of(job.id)
        if status is None:
            return job
        return self._read(job) if status.is_final else replace(job, status=status)

    def _read(self, job: Job) -> Job:
        with self.read_unit() as unit:
            return unit.jobs.get(job.id) or job

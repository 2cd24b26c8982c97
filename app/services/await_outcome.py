"""Wait for a job's end, as long as the caller can, without ever holding up other requests."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.errors import StoreUnavailableError
from app.domain.jobs import Job
from app.domain.ports import Clock, Doorbell
from app.domain.stores import OpenUnit

CHECK_EVERY = 1.0
"""Seconds between looks at the row while waiting: finds what a lost ring would have told."""


@dataclass(frozen=True, slots=True)
class WaitingRoom:
    """Seats for waiting requests. Fewer than there are web threads, so that reads and polls always get a thread."""

    seats: int
    _free: threading.BoundedSemaphore = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_free", threading.BoundedSemaphore(self.seats))

    def enter(self) -> bool:
        """Take a seat if there is one; every True is followed by one `leave()`."""
        return self._free.acquire(blocking=False)

    def leave(self) -> None:
        self._free.release()


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitOutcome:
    """The job as it stands when it is final or when `answer_by` has come, whichever is first."""

    read_unit: OpenUnit
    doorbell: Doorbell
    room: WaitingRoom
    clock: Clock

    def __call__(self, job: Job, answer_by: datetime) -> Job:
        if job.status.is_final or self.clock() >= answer_by or not self.room.enter():
            return job
        try:
            return self._wait(job, answer_by)
        finally:
            self.room.leave()

    def _wait(self, job: Job, answer_by: datetime) -> Job:
        with self.doorbell.listening(job.id) as bell:
            while True:
                try:
                    job = self._read(job)
                except StoreUnavailableError:  # accepted it is: "still confirming" stays true
                    return job
                left = (answer_by - self.clock()).total_seconds()
                if job.status.is_final or left <= 0:
                    return job
                bell.wait(min(left, CHECK_EVERY))

    def _read(self, job: Job) -> Job:
        with self.read_unit() as unit:
            return unit.jobs.get(job.id) or job

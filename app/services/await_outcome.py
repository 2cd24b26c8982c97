"""Wait for a job's end, as long as the caller can, without ever holding up other requests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.errors import StoreUnavailableError
from app.domain.jobs import Job
from app.domain.ports import Clock, Doorbell
from app.domain.stores import OpenUnit
from app.services.outcome_watch import OutcomeWatch
from app.services.work_turns import WayBack

AHEAD = timedelta(seconds=0.1)
"""So much before their time ends they are called, that it does not end first."""


class WaitingRoom:
    """Seats for waiting requests. Fewer than there are web threads, so that reads and polls always get a thread."""

    def __init__(self, seats: int) -> None:
        self._free = threading.BoundedSemaphore(seats)

    def enter(self) -> bool:
        """False if no seat is free; every True is answered by one `leave()`."""
        return self._free.acquire(blocking=False)

    def leave(self) -> None:
        self._free.release()


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitOutcome:
    """The job as it stands when it is final or when `answer_by` has come, whichever is first. A thread that is called
    back and gets no turn is later.

    `way_back`: how the thread that waits is called back. `is_told`: the caller is told if the job is not final by then,
    which is noted before where that can be.
    """

    read_unit: OpenUnit
    doorbell: Doorbell
    room: WaitingRoom
    watch: OutcomeWatch
    way_back: Callable[[], WayBack]
    clock: Clock

    def __call__(self, job: Job, answer_by: datetime, *, is_told: bool) -> Job:
        if job.status.is_final or answer_by <= self.clock() or not self.room.enter():
            return job
        try:
            return self._wait(job, answer_by, is_told=is_told)
        finally:
            self.room.leave()

    def _wait(self, job: Job, answer_by: datetime, *, is_told: bool) -> Job:
        way_back = self.way_back()
        with (
            self.watch.watching(job, answer_by - AHEAD, way_back.call, is_told=is_told) as waiter,
            self.doorbell.listening(job.id, way_back.call),
            suppress(StoreUnavailableError),  # accepted it is: "still confirming" stays true
        ):
            while not job.status.is_final:
                left = (answer_by - self.clock()).total_seconds()
                if left <= 0 or not way_back.wait(left) or waiter.time_is_up:
                    return waiter.job
                job = self._read(job)
        return job

    def _read(self, job: Job) -> Job:
        with self.read_unit() as unit:
            return unit.jobs.get(job.id) or job

"""A worker's turn at a run over many jobs: some seconds of it, after which others may go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog

from app.domain.bulk import AT_WORK, LEASE, MOST_CRASHES, BulkRun, Stage
from app.domain.ports import Clock, Looks
from app.domain.stores import OpenUnit
from app.services.decide_bulk import SteerBulk
from app.services.shared_looks import SharedLooks

TURN = timedelta(seconds=5)
LONGEST_NAP = 0.5
"""Seconds after which a worker that waits for the next job looks whether it is to stop."""

log = structlog.get_logger(__name__)


class Step(Protocol):
    """A part of a run that is done in one commit, with the note of how far the run has come."""

    def __call__(self, run: BulkRun, looks: Looks, /) -> BulkRun | None:
        """The run after it; None if it is not ours any more, or somebody decided otherwise."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvanceBulk:
    """Does nothing for a run that is not due, held by another worker, paused or over: the row decides, not the message.

    A worker that dies loses at most what it had not committed; when its lease has run out another goes on from there.
    `pause` waits so many seconds.
    """

    open_unit: OpenUnit
    steps: Mapping[Stage, Step]
    steer_bulk: SteerBulk
    calendar: Looks
    stopping: Callable[[], bool]
    pause: Callable[[float], object]
    clock: Clock

    def __call__(self, run_id: str) -> None:
        now = self.clock()
        with self.open_unit() as unit:
            run = unit.bulk.claim(run_id, now=now, lease_until=now + LEASE)
            unit.commit()
        if run is None:
            return
        if run.crashes > MOST_CRASHES:
            log.error("bulk_run_kills_workers", run_id=run.id, crashes=run.crashes)
            self.steer_bulk.pause(run.id, actor="worker", reason=f"{run.crashes} workers died on it")
            ended: BulkRun | None = run
        else:
            ended = self._work(run)
        with self.open_unit() as unit:
            unit.bulk.release(run)
            unit.commit()
        if ended is not None and ended.stage is not run.stage:
            log.info("bulk_run_moved_on", run_id=run.id, stage=ended.stage.value)

    def _work(self, run: BulkRun) -> BulkRun | None:
        looks, until = SharedLooks(self.calendar), self.clock() + TURN
        while run.stage in AT_WORK and not self.stopping():
            wait = run.next_at - self.clock()
            if self.clock() + max(wait, timedelta()) >= until:
                break
            if wait > timedelta():
                self.pause(min(wait.total_seconds(), LONGEST_NAP))
                continue
            after = self.steps[run.stage](run, looks)
            if after is None:
                return None
            run = after
        return run

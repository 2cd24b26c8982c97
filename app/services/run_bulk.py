"""Act on the jobs of a confirmed run, one after the other at its pace, and note how each of them ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.bulk import LEASE, UNDER_WAY, BulkAction, BulkItem, BulkRun, ItemState, Stage
from app.domain.errors import ConflictError, RefusedError
from app.domain.jobs import Job
from app.domain.ports import Clock, Looks
from app.domain.stores import OpenUnit, UnitOfWork
from app.services.check_bulk import GONE
from app.services.discard_job import DiscardJob, discard
from app.services.requeue_job import RequeueJob, requeue

LOOK_EVERY = timedelta(seconds=1)
"""How often jobs are looked at whose end the run waits for."""

CHANGED = "changed"
"""The result of an item whose job moved on after it was checked: nothing was done to it."""

Done = Callable[[], object]
"""What is to be told once it is committed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunBulk:
    """A job's requeueing or discarding, its entry in the record and its mark in the run are one commit.

    Requeued jobs run as any others: they look before they send, wait for their turn and keep to what Cal.com allows.
    """

    requeue_job: RequeueJob
    discard_job: DiscardJob
    open_unit: OpenUnit
    clock: Clock

    def __call__(self, run: BulkRun, _looks: Looks) -> BulkRun | None:
        now = self.clock()
        done: Done | None = None
        with self.open_unit() as unit:
            if not unit.bulk.hold(run, lease_until=now + LEASE):
                return None
            under_way = _note_ends(unit, run, now)
            waiting = unit.bulk.items(run.id, 1, state=ItemState.READY)
            if not waiting and not under_way:
                after = replace(run, stage=Stage.DONE, finished_at=now)
            elif not waiting or under_way >= UNDER_WAY:
                after = replace(run, next_at=now + LOOK_EVERY)
            else:
                item, done = self._act(unit, run, waiting[0], now)
                unit.bulk.mark(run, [item])
                after = replace(run, next_at=now if done is None else now + run.pace)
            unit.bulk.save(after)
            unit.commit()
        if done is not None:
            done()
        return after

    def _act(self, unit: UnitOfWork, run: BulkRun, item: BulkItem, now: datetime) -> tuple[BulkItem, Done | None]:
        job = unit.jobs.get_with_history(item.job_id)
        if job is None or job.version != item.version:
            return replace(item, state=ItemState.REFUSED, result=CHANGED if job else GONE, done_at=now), None
        reason = f"{run.reason} ({run.id})" if run.reason else run.id
        try:
            if run.action is BulkAction.RETRY:
                return self._requeue(unit, run, item, job, now, reason)
            return self._discard(unit, run, item, job, now, reason)
        except ConflictError:
            return replace(item, state=ItemState.REFUSED, result=CHANGED, done_at=now), None
        except RefusedError as refused:
            return replace(item, state=ItemState.REFUSED, result=refused.result.value, done_at=now), None

    def _requeue(
        self, unit: UnitOfWork, run: BulkRun, item: BulkItem, job: Job, now: datetime, reason: str
    ) -> tuple[BulkItem, Done]:
        requeue(unit, job, now=now, actor=run.actor, reason=reason)
        return replace(item, state=ItemState.STARTED, done_at=now), lambda: self.requeue_job.wake(job)

    def _discard(
        self, unit: UnitOfWork, run: BulkRun, item: BulkItem, job: Job, now: datetime, reason: str
    ) -> tuple[BulkItem, Done]:
        """That its outcome is open was known when the run was confirmed."""
        told = discard(unit, job, now=now, actor=run.actor, reason=reason, force=True)
        result = told.job.final.result.value if told.job.final else ""
        ended = replace(item, state=ItemState.ENDED, result=result, done_at=now)
        return ended, lambda: self.discard_job.wake(told)


def _note_ends(unit: UnitOfWork, run: BulkRun, now: datetime) -> int:
    """Write down how requeued jobs ended; returns how many have not."""
    items = unit.bulk.items(run.id, UNDER_WAY + 1, state=ItemState.STARTED)
    jobs = unit.bulk.jobs_of(items)
    ended = [replace(item, state=ItemState.ENDED, result=ended_as(jobs.get(item.job_id))) for item in items]
    ended = [item for item in ended if item.result]
    unit.bulk.mark(run, ended)
    return len(items) - len(ended)


def ended_as(job: Job | None) -> str:
    """How a job of a run ended, in one word; empty while it has not."""
    if job is None:
        return GONE
    return job.final.result.value if job.status.is_final and job.final is not None else ""

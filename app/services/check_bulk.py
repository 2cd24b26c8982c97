"""Find out, some jobs at a time, what would come of each job of a run. Changes no job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.bulk import LEASE, MOST_TRIES, BulkAction, BulkItem, BulkRun, ItemState, Progress, Stage
from app.domain.errors import ConflictError
from app.domain.jobs import Job
from app.domain.ports import Clock, Looks
from app.domain.preflight import Preflight, Verdict
from app.domain.stores import OpenUnit, UnitOfWork
from app.services.discard_job import check_discard
from app.services.preflight_job import PreflightJob

ASKED_AT_ONCE, SPELL = 20, timedelta(seconds=2)
"""Of jobs about which Cal.com is asked, what is found out is written down after so many, or so long."""

LOOKED_AT = 200
"""Jobs a step about which only the database is asked."""

LONGEST_WAIT = 60.0
"""Seconds, whatever was said: Cal.com's own windows are no longer."""

Jobs = Mapping[str, Job | None]

GONE = "gone"
"""The result of an item whose job was deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckBulk:
    """A retry's jobs by a pre-flight each, within what Cal.com allows; where it is held back, the run waits.

    Discarding asks Cal.com nothing, but knows whose outcome is open.
    """

    open_unit: OpenUnit
    read_unit: OpenUnit
    preflight_job: PreflightJob
    clock: Clock

    def __call__(self, run: BulkRun, looks: Looks) -> BulkRun | None:
        asks = run.action is BulkAction.RETRY
        with self.read_unit() as unit:
            items = unit.bulk.items(run.id, ASKED_AT_ONCE if asks else LOOKED_AT, state=ItemState.FOUND)
            jobs: Jobs = unit.bulk.jobs_of(items)
            if asks:
                jobs = {job_id: unit.jobs.get_with_history(job_id) for job_id in jobs}
        found = list(self._asked(items, jobs, looks) if asks else _looked_up(items, jobs))
        return self._write(
            run, [item for item, _ in found], [wait for _, wait in found if wait is not None], len(items)
        )

    def _asked(self, items: Sequence[BulkItem], jobs: Jobs, looks: Looks) -> Iterator[tuple[BulkItem, float | None]]:
        """Each item as it was found, and how long to wait after it; where there is something to wait for, no more."""
        preflight_job, until = replace(self.preflight_job, calendar=looks), self.clock() + SPELL
        for item in items:
            job = jobs.get(item.job_id)
            if job is None:
                yield _gone(item, Verdict.CANNOT_BE_RETRIED), None
                continue
            told = preflight_job.of(job)
            again = told.wait if told.held_back or item.tries + 1 < MOST_TRIES else None
            yield _told(item, told, again), again
            if again is not None or self.clock() >= until:
                return

    def _write(self, run: BulkRun, items: list[BulkItem], waits: list[float], asked: int) -> BulkRun | None:
        now = self.clock()
        after = replace(run, next_at=now + timedelta(seconds=min(max(waits, default=0.0), LONGEST_WAIT)))
        with self.open_unit() as unit:
            if not unit.bulk.hold(run, lease_until=now + LEASE):
                return None
            unit.bulk.mark(run, items)
            if not asked:
                after = _checked(unit, after, now)
            unit.bulk.save(after)
            unit.commit()
        return after


def _checked(unit: UnitOfWork, run: BulkRun, now: datetime) -> BulkRun:
    """Ready for a person to decide, or over where there is nothing to decide."""
    progress = Progress(tuple(unit.bulk.tallies(run.id)))
    if progress.ready or (run.action is BulkAction.DISCARD and progress.open_outcomes):
        return replace(run, stage=Stage.READY)
    return replace(run, stage=Stage.DONE, finished_at=now)


def _told(item: BulkItem, told: Preflight, again: float | None) -> BulkItem:
    if told.held_back:
        return item
    if again is not None:
        return replace(item, tries=item.tries + 1)
    state = ItemState.READY if told.is_worth_running else ItemState.SKIPPED
    return replace(item, state=state, verdict=told.verdict, version=told.job.version, tries=item.tries + 1)


def _looked_up(items: Sequence[BulkItem], jobs: Jobs) -> Iterator[tuple[BulkItem, float | None]]:
    for item in items:
        job = jobs.get(item.job_id)
        yield _gone(item, Verdict.CANNOT_BE_DISCARDED) if job is None else _closable(item, job), None


def _closable(item: BulkItem, job: Job) -> BulkItem:
    try:
        check_discard(job)
    except ConflictError:
        return replace(item, state=ItemState.SKIPPED, verdict=Verdict.CANNOT_BE_DISCARDED, version=job.version)
    if job.submitted_at is not None:
        return replace(item, state=ItemState.SKIPPED, verdict=Verdict.OUTCOME_UNKNOWN, version=job.version)
    return replace(item, state=ItemState.READY, verdict=Verdict.CAN_BE_DISCARDED, version=job.version)


def _gone(item: BulkItem, verdict: Verdict) -> BulkItem:
    return replace(item, state=ItemState.SKIPPED, verdict=verdict, result=GONE)

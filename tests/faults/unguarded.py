"""The product with one of its guards taken out, by wrapping: shows what the guard is for, and that the suite looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from app.container.workers import WorkerCases
from app.domain.jobs import Job
from app.domain.outcomes import Outcome, Unknown
from app.domain.ports import Clock
from app.services.reconcile_job import ReconcileJob
from app.services.scene import Scene
from app.services.send_command import SendCommand
from app.storage.tables import jobs

GUARDS = ("mark", "reconcile", "settle", "lease", "fence", "freshness", "turns", "clock")
"""What a worker can do without. The unique index is not here: it is the database's."""


class Jobs:
    """A job store that does as the one inside it does."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class WithoutMark(Jobs):
    """A write leaves, and nobody wrote down that it would."""

    def mark_submitted(self, _job: Job, *, now: datetime) -> bool:
        return True


class WithoutLease(Jobs):
    """A job may be taken whether or not somebody works on it."""

    def claim(self, job_id: str, *, now: datetime, **terms: Any) -> Job | None:
        job = self.inner.get(job_id)
        if job is not None and job.lease_until is not None:
            self.inner.renew(job, now=job.lease_until, lease_until=now - timedelta(seconds=1))
        claimed: Job | None = self.inner.claim(job_id, now=now, **terms)
        return claimed


class WithoutFence(Jobs):
    """Whoever once had a job may write its row, as it is by now."""

    def retry(self, job: Job, **terms: Any) -> bool:
        return bool(self.inner.retry(self._as_it_is(job), **terms))

    def finish(self, job: Job, **terms: Any) -> bool:
        return bool(self.inner.finish(self._as_it_is(job), **terms))

    def _as_it_is(self, job: Job) -> Job:
        stored: Job = self.inner.get(job.id)
        return replace(job, fence=stored.fence, status=stored.status)


class WithoutTurns(Jobs):
    """Each job stands in a calendar of its own, so that none waits for another at its time."""

    def claim(self, job_id: str, **terms: Any) -> Job | None:
        self.inner._connection.execute(update(jobs).where(jobs.c.id == job_id).values(calendar=job_id))
        claimed: Job | None = self.inner.claim(job_id, **terms)
        return claimed


STORES: dict[str, type[Jobs]] = {
    "mark": WithoutMark,
    "lease": WithoutLease,
    "fence": WithoutFence,
    "turns": WithoutTurns,
}


class BelievesAtOnce(ReconcileJob):
    """Not found is taken for not done, however soon after the write."""

    def __call__(self, scene: Scene) -> Outcome | None:
        found = super().__call__(scene)
        return None if isinstance(found, Unknown) and found.trace.code == "not_found_yet" else found


class WritesLate(SendCommand):
    """Sends whenever it gets to it, however long ago the mark was made."""

    def _write(self, scene: Scene, _marked_at: datetime) -> Outcome:
        return super()._write(scene, self.clock())


def without(adapters: Any, guard: str, *, local: Clock) -> Any:
    """The adapters less one guard of the store, or less the common time."""
    if guard == "clock":
        return replace(adapters, clock=local)
    if guard not in STORES:
        return adapters
    return replace(adapters, open_unit=_units(adapters.open_unit, STORES[guard]))


def _units(open_unit: Callable[[], Any], store: type[Jobs]) -> Callable[[], Any]:
    @contextmanager
    def opened() -> Iterator[Any]:
        with open_unit() as unit:
            unit.jobs = store(unit.jobs)
            yield unit

    return opened


def cases_without(cases: WorkerCases, guard: str) -> WorkerCases:
    """The use cases less one guard of theirs."""
    execute: Any = cases.execute_job
    if guard == "reconcile":
        execute = replace(execute, reconcile_job=lambda _scene: None)
    elif guard == "settle":
        execute = replace(execute, reconcile_job=_as(BelievesAtOnce, execute.reconcile_job))
    elif guard == "freshness":
        execute = replace(execute, send_command=_as(WritesLate, execute.send_command))
    return replace(cases, execute_job=execute)


def _as(kind: type[Any], made: Any) -> Any:
    """The same use case, of another kind."""
    return kind(**{field.name: getattr(made, field.name) for field in fields(made)})

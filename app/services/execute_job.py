"""Run one attempt of a job: claim it, find out or act, record what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from app.domain.answers import Result
from app.domain.errors import KeyUnreadableError, PostponedError, RefusedError
from app.domain.identifiers import new_owner_id
from app.domain.jobs import LEASE, MAX_CRASHES, Job
from app.domain.outcomes import Failed, Outcome, Trace
from app.domain.ports import Clock
from app.domain.retry_policy import postponed_until
from app.domain.stores import OpenUnit
from app.services.bulkhead import Bulkhead
from app.services.keep_leases import KeepLeases
from app.services.reconcile_job import ReconcileJob
from app.services.scene import Scene, read_scene
from app.services.send_command import SendCommand
from app.services.settle_job import SettleJob

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecuteJob:
    """Does nothing for a job that is not due, held by another worker, final, or blocked by another job's turn.

    The row decides, not the message: calling this twice, late, or from two workers at once changes nothing.
    """

    open_unit: OpenUnit
    read_unit: OpenUnit
    reconcile_job: ReconcileJob
    send_command: SendCommand
    settle_job: SettleJob
    keep_leases: KeepLeases
    bulkhead: Bulkhead
    stopping: Callable[[], bool]
    clock: Clock

    def __call__(self, job_id: str) -> None:
        if self.stopping():
            with self.open_unit() as unit:
                unit.jobs.mark_unpublished(job_id)
                unit.commit()
            return
        job = self._claim(job_id)
        if job is None:
            return
        with self.keep_leases.holding(job):
            self._work(job)

    def _work(self, job: Job) -> None:
        if job.crashes > MAX_CRASHES:
            poison = Trace(code="poison", detail=f"{job.crashes} workers died on it")
            self.settle_job.without_scene(job, Failed(result=Result.INTERNAL, trace=poison))
            return
        try:
            with self.read_unit() as unit:
                scene = read_scene(unit, job)
        except RefusedError as refused:
            self.settle_job.without_scene(job, Failed(result=refused.result))
            return
        except KeyUnreadableError:
            log.warning("key_unreadable", account_id=job.account_id)
            self.settle_job.not_now(job)
            return
        try:
            with self.bulkhead.seat(scene.account.id):
                outcome = self._run(scene)
                if outcome is not None:
                    self.settle_job(scene, outcome)
        except PostponedError as postponed:
            self._postpone(scene, postponed)

    def _postpone(self, scene: Scene, postponed: PostponedError) -> None:
        """Give the job back as it was, for later. One that has sent something in this attempt keeps its record."""
        job, now = scene.job, self.clock()
        at = postponed_until(postponed.wait, now=now, deadline_at=job.deadline_at)
        with self.open_unit() as unit:
            handed_back = unit.jobs.hand_back(job, now=now, at=at)
            unit.commit()
        if not handed_back:
            self.settle_job(scene, postponed.outcome)

    def _claim(self, job_id: str) -> Job | None:
        now = self.clock()
        with self.open_unit() as unit:
            job = unit.jobs.claim(job_id, owner=new_owner_id(), now=now, lease_until=now + LEASE)
            unit.commit()
        return job

    def _run(self, scene: Scene) -> Outcome | None:
        """None: the job is not ours any more, or was handed back; somebody else records its outcome."""
        if scene.job.submitted_at is not None:
            found = self.reconcile_job(scene)
            if found is not None:
                return found
        return self.send_command(scene)

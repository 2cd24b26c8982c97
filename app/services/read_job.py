"""Poll a job: how it stands, what was tried, and its answer once it has one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.domain.answers import Answer, Result
from app.domain.errors import RefusedError
from app.domain.identifiers import JOB_ID
from app.domain.jobs import Job
from app.domain.ports import Clock
from app.domain.stores import OpenUnit
from app.services.answer_job import answer_of
from app.services.await_outcome import AwaitOutcome
from app.services.note_told import NoteTold


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A job with its attempts, and what its caller is answered at this moment."""

    job: Job
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadJob:
    """`wait`: seconds to hold the answer back until the job is final. Raises RefusedError for an unknown id."""

    read_unit: OpenUnit
    await_outcome: AwaitOutcome
    note_told: NoteTold
    clock: Clock

    def __call__(self, job_id: str, wait: float = 0.0) -> JobView:
        job = self._find(job_id)
        if wait > 0:
            self.await_outcome(job, self.clock() + timedelta(seconds=wait), is_told=False)
        with self.read_unit() as unit:
            job = unit.jobs.get_with_history(job_id) or job
            agent = unit.directory.agent(job.agent_id)
        self.note_told.final(job)
        base = Answer(
            result=Result.INTERNAL,
            agent_name=agent.name if agent else "",
            always_200=agent.always_200 if agent else False,
        )
        return JobView(job=job, answer=answer_of(job, base))

    def _find(self, job_id: str) -> Job:
        if JOB_ID.match(job_id):
            with self.read_unit() as unit:
                job = unit.jobs.get(job_id)
            if job is not None:
                return job
        raise RefusedError(Result.UNKNOWN_JOB)

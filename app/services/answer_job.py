"""Turn a job as it stands into the answer its caller gets: the same for waiting, asking again and polling."""

from __future__ import annotations

from dataclasses import replace

from app.domain.answers import Answer, Result
from app.domain.jobs import Job, Status


def answer_of(job: Job, base: Answer) -> Answer:
    """`base` tells who answers (agent's name, always-200); zone, action and outcome come from the job."""
    answer = replace(
        base,
        action=job.action,
        zone=job.zone,
        language=job.language,
        appointment_id=job.appointment_id,
        starts_at=job.starts_at,
        job_id=job.id,
        job_status=job.status.value,
    )
    if not job.status.is_final:
        return replace(answer, result=Result.CONFIRMING)
    if job.final is None:
        return replace(answer, result=Result.INTERNAL)
    return replace(
        answer,
        result=job.final.result,
        appointment_id=job.final.appointment_id or job.appointment_id,
        starts_at=job.final.starts_at if job.status is Status.SUCCEEDED else job.starts_at,
        openings=job.final.openings,
    )

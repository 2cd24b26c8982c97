"""Jobs that change something in Cal.com."""

from __future__ import annotations

from celery import shared_task

from config.queues import TaskName
from workers.runtime import container, turns


@shared_task(name=TaskName.EXECUTE, ignore_result=True, max_retries=0)
def execute_job(*, job_id: str, **_: object) -> None:
    """Run one attempt of the job. Further keywords, sent by a newer version, are ignored."""
    with turns.turn():
        container().workers.execute_job(job_id)

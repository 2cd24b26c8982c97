"""Runs over many jobs at once, a turn at a time."""

from __future__ import annotations

from celery import shared_task

from config.queues import TaskName
from workers.runtime import container


@shared_task(name=TaskName.BULK, ignore_result=True, max_retries=0)
def advance_bulk(*, run_id: str, **_: object) -> None:
    """Further keywords, sent by a newer version, are ignored."""
    container().workers.advance_bulk(run_id)

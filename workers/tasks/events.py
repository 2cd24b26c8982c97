"""What Cal.com told us, and the looks for what it did not tell."""

from __future__ import annotations

from celery import shared_task

from config.queues import TaskName
from workers.runtime import container


@shared_task(name=TaskName.NOTICE, ignore_result=True, max_retries=0)
def handle_notice(*, notice_id: str, **_: object) -> None:
    """Further keywords, sent by a newer version, are ignored."""
    container().workers.notices.handle(notice_id)


@shared_task(name=TaskName.SWEEP, ignore_result=True, max_retries=0)
def sweep_account(*, account_id: str, **_: object) -> None:
    container().workers.notices.sweep(account_id)

"""Events on their way to the endpoints of others."""

from __future__ import annotations

from celery import shared_task

from config.queues import TaskName
from workers.runtime import container


@shared_task(name=TaskName.DELIVER, ignore_result=True, max_retries=0)
def deliver_webhook(*, delivery_id: str, **_: object) -> None:
    """Send the event once. Further keywords, sent by a newer version, are ignored."""
    container().workers.deliver_webhook(delivery_id)

"""Which queues and tasks there are, what goes where, and how Celery is told where the broker is."""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit


class QueueName(StrEnum):
    """One queue per kind of hurry; separate queues, because priorities within one are only approximate on Redis."""

    LIVE = "live"  # a caller is on the line
    BACKGROUND = "background"  # later tries, and looks at Cal.com
    WEBHOOKS = "webhooks"  # to endpoints of others, which may be slow
    MAINTENANCE = "maintenance"  # what Cal.com tells, looks for what it did not, runs over many jobs: nobody waits


WORKER_QUEUES = (QueueName.LIVE, QueueName.BACKGROUND, QueueName.MAINTENANCE)
"""What the worker process serves; events have one of their own, so that slow receivers hold none of its threads."""


class TaskName(StrEnum):
    """Names under which workers register what they can do."""

    EXECUTE = "appointments.execute"
    NOTICE = "events.handle"
    SWEEP = "events.sweep"
    DELIVER = "webhooks.deliver"
    BULK = "bulk.advance"


ROUTES: dict[str, dict[str, str]] = {
    TaskName.EXECUTE.value: {"queue": QueueName.LIVE.value},
    TaskName.NOTICE.value: {"queue": QueueName.MAINTENANCE.value},
    TaskName.SWEEP.value: {"queue": QueueName.MAINTENANCE.value},
    TaskName.DELIVER.value: {"queue": QueueName.WEBHOOKS.value},
    TaskName.BULK.value: {"queue": QueueName.MAINTENANCE.value},
}
"""Where a task goes when its publisher names no queue."""


def broker_url(redis_url: str) -> str:
    """The address in kombu's spelling, from one in redis-py's (`redis://`, `rediss://`, `unix://path?db=0`).

    kombu calls a socket `redis+socket://` and its database `virtual_host`. It does not check certificates of a
    `rediss://` address that says nothing about them, where redis-py does: so this says it.
    """
    parts = urlsplit(redis_url)
    query = dict(parse_qsl(parts.query))
    if parts.scheme == "unix":
        return f"redis+socket://{parts.netloc}{parts.path}?virtual_host={query.get('db', '0')}"
    if parts.scheme == "rediss":
        query.setdefault("ssl_cert_reqs", "required")
        return urlunsplit(parts._replace(query=urlencode(query)))
    return redis_url

"""The Celery consumer: takes "run job X now" messages and runs the job; the job's row decides whether there is work."""

from __future__ import annotations

import contextlib
from typing import Any

import structlog
from celery import Celery, Task, signals

from app.domain.jobs import RENEW_EVERY
from app.domain.processes import Kind
from app.services.show_life import ShowLife
from config import celeryconfig
from config.logs import configure_logging
from config.queues import QueueName, broker_url
from workers import lease_thread
from workers.runtime import container, settings, stopping
from workers.stall_guard import StallGuard

TASKS = ("workers.tasks.appointments", "workers.tasks.webhooks", "workers.tasks.events", "workers.tasks.bulk")

IDS = ("job_id", "delivery_id", "notice_id", "account_id", "run_id")
"""What a message may carry; bound to every log line of its task."""


def build_app() -> Celery:
    app = Celery("ringbook", broker=broker_url(settings().redis_url))
    app.config_from_object(celeryconfig)
    app.conf.imports = TASKS
    app.steps["consumer"].add(StallGuard)
    return app


app = build_app()
keep_leases = container().workers.keep_leases
"""Built here, where a fault ends the process: Celery goes on after a failed signal handler."""

lives: list[ShowLife] = []
"""What shows that this process lives: one, once it is ready."""


@signals.setup_logging.connect
def _set_up_logging(**_: Any) -> None:
    configure_logging("worker", settings().log_level)


@signals.worker_init.connect
def _keep_leases(**_: Any) -> None:
    """The thread lives as long as the process: jobs that finish during a shutdown keep their leases."""
    lease_thread.start(keep_leases, every=RENEW_EVERY.total_seconds())


@signals.worker_ready.connect
def _say_ready(sender: Any, **_: Any) -> None:
    """For `ringbook up`, which waits for it; where there is no data directory nobody does."""
    if settings().data_dir.is_dir():
        name = str(sender.hostname).partition("@")[0]
        with contextlib.suppress(OSError):  # not ours to write, so not that of `ringbook up`
            settings().ready_file(name).touch()


@signals.worker_ready.connect
def _show_life(sender: Any, **_: Any) -> None:
    """From when it takes messages: a worker that waits for its broker is not at work."""
    queues = sorted(sender.app.amqp.queues.consume_from)
    kind = Kind.WEBHOOKS if queues == [QueueName.WEBHOOKS] else Kind.WORKER
    life = container().begin_life(kind, threads=sender.controller.concurrency, queues=queues)
    life.start()
    lives.append(life)


@signals.worker_shutdown.connect
def _end_life(**_: Any) -> None:
    for life in lives:
        life.end()


@signals.worker_shutting_down.connect
def _hand_back(**_: Any) -> None:
    stopping.set()


@signals.task_prerun.connect
def _bind_ids(task: Task[Any, Any], kwargs: dict[str, Any], **_: Any) -> None:
    structlog.contextvars.clear_contextvars()
    request_id = (task.request.headers or {}).get("request_id")
    ids = {name: kwargs.get(name) for name in IDS} | {"request_id": request_id}
    structlog.contextvars.bind_contextvars(**{name: value for name, value in ids.items() if value})


@signals.task_postrun.connect
def _clear_ids(**_: Any) -> None:
    structlog.contextvars.clear_contextvars()

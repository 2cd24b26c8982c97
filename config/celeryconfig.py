"""Celery's options, the same for those who publish and those who run; the broker's address is given at start.

Read with `app.config_from_object("config.celeryconfig")`. Every value was compared with Celery 5.7.0 and kombu 5.7.0;
reasons are given where a default would lose, repeat or delay a message. The record of a job is its row in the
database: a lost message is sent again by the scheduler, a repeated one is refused by the claim.
"""

from __future__ import annotations

from typing import Any

from kombu import Exchange, Queue

from config.queues import ROUTES, QueueName

# Queues: direct ones only. kombu drops a message silently when an exchange has lost its bindings (FLUSHALL), but not
# one that goes to a queue by name, as Celery sends to direct queues. Unknown names are an error, not a new queue.
task_queues = tuple(Queue(name, Exchange(name, type="direct"), routing_key=name) for name in map(str, QueueName))
task_default_queue = QueueName.LIVE.value
task_routes = ROUTES
task_create_missing_queues = False

# Content: JSON only, so that whoever reaches the broker cannot make a worker unpickle something.
task_serializer = "json"
accept_content = ["json"]
enable_utc = True
timezone = "UTC"

# No results: the outcome is in the job's row.
result_backend = None
task_ignore_result = True

# Acknowledge before running. On Redis, late acknowledgement made duplicates, crashed workers on reconnection (5.7.0)
# and stalled them silently; what recovers a job whose worker died is its lease in the database.
task_acks_late = False
task_reject_on_worker_lost = False

# Publishing makes one try, which its caller bounds; the scheduler publishes again what did not get through.
task_publish_retry = False

broker_connection_timeout = 1.0  # seconds for all tries of one connection together
broker_connection_retry = True
broker_connection_retry_on_startup = True  # a worker may be started before its broker
broker_connection_max_retries = None  # the default gives up after 100 tries and leaves a worker that does nothing
broker_pool_limit = 10  # must be one number for all apps of a process: kombu keeps it globally
broker_pool_acquire_timeout = 1.0  # the default waits for ever

broker_transport_options: dict[str, Any] = {
    "global_keyprefix": "ringbook:",
    "client_name": "ringbook-worker",
    # kombu would keep a copy of each message until it is acknowledged, two round trips for each, and give it out again
    # after minutes. Here the row is the record: what a dead worker had fetched is published again after ten seconds to
    # a minute, and what it had claimed comes back with its lease. What an orderly end finds not begun is put back.
    "ack_emulation": False,
    # Without socket time-outs a frozen broker holds a thread for ever, and kombu's health check never gets its turn.
    # `socket_timeout` must stay above the 1 s for which BRPOP waits.
    "socket_connect_timeout": 1,
    "socket_timeout": 3,
    "socket_keepalive": True,
    "health_check_interval": 5,  # a half-open connection is noticed after 1 + 2 x 5 s, with the default after 51 s
    "retry_on_timeout": False,  # repeating a push that timed out may push it twice
}

# Work is waiting for HTTP answers, so threads. The pool knows no time limits (they are prefork's): every call that a
# task makes carries its own. Ours wakes the consumer when a thread is free, which it would notice up to a second later.
worker_pool = "workers.pool:TaskPool"
worker_prefetch_multiplier = 1
worker_disable_prefetch = True  # take only what a thread is free for, leave the rest to other workers (Redis only)
worker_soft_shutdown_timeout = 55.0  # after SIGQUIT, seconds for what runs: a Cal.com write (45) and a look (10)
worker_enable_soft_shutdown_on_idle = False  # would sleep that long even with nothing to do
worker_send_task_events = False
worker_hijack_root_logger = False  # config.logs owns the handlers
worker_redirect_stdouts = False

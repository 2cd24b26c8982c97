"""Wakes a worker, through Celery, within a bounded time and without ever failing its caller."""

from __future__ import annotations

import structlog
from celery import Celery
from kombu import Producer
from kombu.exceptions import KombuError, LimitExceeded
from redis import RedisError
from structlog.contextvars import get_contextvars

from app.broker.outage import Outage
from config.queues import QueueName, TaskName, broker_url

STEP_SECONDS = 0.3
"""Longest wait for the broker to take a connection, and for each of its answers. The first that does not come ends
the try."""

TURN_SECONDS = 2.0
"""Longest wait for one of the process's connections while the broker works: long enough for a burst of all threads.
Once the broker fails, those who wait for a turn leave as soon as the failed ones hand theirs on."""

TRANSPORT_OPTIONS = {
    "client_name": "ringbook-publisher",
    "socket_connect_timeout": STEP_SECONDS,
    "socket_timeout": STEP_SECONDS,
    # One try. Without this kombu sleeps 2 s and tries again when the broker refuses a connection.
    "max_retries": 0,
}

BROKER_ERRORS = (KombuError, RedisError, OSError)

_log = structlog.get_logger(__name__)


class CeleryPublisher:
    """Publishes "run job X", "send delivery Y", "handle notice Z" and the like, never more than an id.

    Opens no connection before the first publish (safe to fork until then). The time
    bound does not cover the look-up of the broker's host name, which the system's resolver decides.
    """

    def __init__(self, redis_url: str) -> None:
        """`redis_url` as redis-py takes it."""
        self._app = _producer_app(redis_url)
        self._producers = self._app.producer_pool
        self._outage = Outage()

    def publish(self, job_id: str, *, background: bool = False) -> bool:
        """Wake a worker for this job, on the queue for live callers unless `background`."""
        return self._wake(TaskName.EXECUTE, QueueName.BACKGROUND if background else QueueName.LIVE, job_id=job_id)

    def publish_notice(self, notice_id: str) -> bool:
        return self._wake(TaskName.NOTICE, QueueName.MAINTENANCE, notice_id=notice_id)

    def publish_sweep(self, account_id: str) -> bool:
        return self._wake(TaskName.SWEEP, QueueName.MAINTENANCE, account_id=account_id)

    def publish_bulk(self, run_id: str) -> bool:
        return self._wake(TaskName.BULK, QueueName.MAINTENANCE, run_id=run_id)

    def publish_delivery(self, delivery_id: str) -> bool:
        return self._wake(TaskName.DELIVER, QueueName.WEBHOOKS, delivery_id=delivery_id)

    def _wake(self, task: TaskName, queue: QueueName, **ids: str) -> bool:
        """False if the broker did not take the message; it may have it all the same, which is harmless.

        A broker that is gone or does not answer costs less than a second; tries within the second after that are given
        up at once, so that they do not delay their callers.
        """
        probes = self._outage.is_on
        if not self._outage.admits():
            return False
        try:
            producer = self._producers.acquire(block=True, timeout=TURN_SECONDS)
        except LimitExceeded:  # a sign of load rather than of an outage
            return False
        except BROKER_ERRORS as error:
            return self._failed(error, **ids)
        try:
            if self._outage.is_on and not probes:  # whoever had the connection before found the broker gone
                return False
            self._send(producer, task, queue, ids)
        except BROKER_ERRORS as error:
            return self._failed(error, **ids)
        finally:
            producer.release()
        if self._outage.ended():
            _log.info("broker_found_again")
        return True

    def _send(self, producer: Producer, task: TaskName, queue: QueueName, ids: dict[str, str]) -> None:
        request_id = get_contextvars().get("request_id")
        self._app.send_task(
            task.value,
            kwargs=ids,
            queue=queue.value,
            headers={"request_id": request_id} if request_id else {},
            ignore_result=True,
            producer=producer,
        )

    def _failed(self, error: Exception, **ids: str) -> bool:
        if self._outage.began():
            _log.warning("broker_lost", error=type(error).__name__, **ids)
        return False


def _producer_app(redis_url: str) -> Celery:
    """An app that knows no tasks and never runs any. What Celery builds lazily is built now, before threads race."""
    app = Celery("ringbook-publisher", broker=broker_url(redis_url), set_as_current=False)
    app.config_from_object("config.celeryconfig")
    app.conf.broker_transport_options = {**app.conf.broker_transport_options, **TRANSPORT_OPTIONS}
    _ = app.amqp.router, app.amqp.send_task_message, app.backend
    return app

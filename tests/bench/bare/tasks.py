"""A bare Celery app on the same broker: echoes, naps, and wakes whoever waits at a Redis list of his own."""

from __future__ import annotations

import os
import time

from celery import Celery
from redis import Redis

from config.queues import broker_url

REDIS_URL = os.environ["REDIS_URL"]  # noqa: TID251 - given by the suite alone

app = Celery("bare", broker=broker_url(REDIS_URL), backend=broker_url(REDIS_URL))
app.conf.update(
    task_default_queue="bare",
    broker_transport_options={"global_keyprefix": "bare:"},
    result_expires=60,
    worker_pool="threads",
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
)
answers = Redis.from_url(REDIS_URL, max_connections=1_000)


@app.task(name="bare.echo")
def echo(text: str) -> str:
    return text


@app.task(name="bare.nap")
def nap(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


@app.task(name="bare.nap_and_push", ignore_result=True)
def nap_and_push(name: str, seconds: float) -> None:
    """The outcome is known when it is pushed; the time of that goes along."""
    time.sleep(seconds)
    answers.lpush(name, repr(time.time()))
    answers.expire(name, 60)

"""A worker whose threads were all taken asks for the next message as soon as one of them is free."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kombu.asynchronous import Hub

from app.broker.publisher import CeleryPublisher
from config.queues import QueueName
from tests.support.stack import Stack
from tests.support.valkey import ValkeyServer
from tests.support.waiting import eventually
from workers.pool import TaskPool

MESSAGES = 150
"""One thread needs two seconds for them, and forty where it sleeps after each."""


@pytest.mark.slow
def test_a_queue_is_worked_off_without_a_pause_after_each_message(empty_valkey: ValkeyServer, tmp_path: Path) -> None:
    stack = Stack(
        tmp_path,
        database_url=f"sqlite:///{tmp_path}/ringbook.db",
        redis_url=empty_valkey.url,
        calcom_url="http://127.0.0.1:1/v2",
        WORKER_THREADS="1",
    )
    try:
        stack.start("worker")
        eventually(stack.settings.ready_file("worker").exists, within=90, what="the worker is ready")
        publisher = CeleryPublisher(empty_valkey.url)
        for number in range(MESSAGES):
            assert publisher.publish(f"job_of_nobody_{number}")
        with empty_valkey.client() as client:
            eventually(
                lambda: not client.llen(f"ringbook:{QueueName.LIVE}"),
                within=20,
                what=f"all done: {stack.log('worker')}",
            )
    finally:
        stack.stop()


class Woken(Hub):
    """An event loop that notes who wakes it."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Any] = []

    def call_soon(self, callback: Any, *args: Any) -> None:
        self.calls.append(callback)


@pytest.fixture
def hub() -> Iterator[Woken]:
    hub = Woken()
    yield hub
    hub.close()


@pytest.fixture
def pool(hub: Woken) -> Iterator[TaskPool]:
    pool = TaskPool(limit=1)
    pool.register_with_event_loop(hub)
    yield pool
    pool.on_stop()


def test_the_consumer_is_woken_after_the_task_was_counted_as_done(pool: TaskPool, hub: Woken) -> None:
    go, order = threading.Event(), list[str]()
    pool.on_apply(lambda: go.wait(10), (), {}, callback=lambda _: order.append(f"done, {len(hub.calls)} calls"))
    assert hub.calls == []
    go.set()
    eventually(lambda: hub.calls, what="the consumer is woken")
    assert order == ["done, 0 calls"]


def test_a_task_that_raises_frees_its_thread_all_the_same(pool: TaskPool, hub: Woken) -> None:
    pool.on_apply(lambda: 1 / 0, (), {}, callback=lambda _: None)
    eventually(lambda: hub.calls, what="the consumer is woken")

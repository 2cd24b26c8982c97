"""Messages get through, say no more than the job's id, and a broker in trouble delays nobody."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest
from celery import Celery, Task
from celery.contrib.testing.worker import start_worker
from structlog.contextvars import bound_contextvars

from app.broker.publisher import CeleryPublisher
from config.queues import QueueName, broker_url
from tests.broker.unreachable import blackhole, mute, refused
from tests.support.valkey import ValkeyServer
from tests.support.waiting import eventually

CALLERS = 160


def messages(server: ValkeyServer, queue: str) -> list[dict[str, Any]]:
    with server.client() as client:
        return [json.loads(text) for text in client.lrange(f"ringbook:{queue}", 0, -1)]


def publish_at_once(publisher: CeleryPublisher, callers: int = CALLERS) -> tuple[list[bool], float]:
    """What all callers were told, and the seconds the slowest of them waited."""
    line = threading.Barrier(callers)

    def one(number: int) -> tuple[bool, float]:
        line.wait(30)
        began = time.monotonic()
        return publisher.publish(f"job_{number}"), time.monotonic() - began

    with ThreadPoolExecutor(callers) as pool:
        told = list(pool.map(one, range(callers)))
    return [taken for taken, _ in told], max(waited for _, waited in told)


def test_a_message_carries_the_task_the_job_and_the_request_and_nothing_else(empty_valkey: ValkeyServer) -> None:
    with bound_contextvars(request_id="req_1", caller="Ada Lovelace"):
        assert CeleryPublisher(empty_valkey.url).publish("job_7") is True

    [message] = messages(empty_valkey, "live")
    args, kwargs, options = json.loads(base64.b64decode(message["body"]))
    assert (args, kwargs) == ([], {"job_id": "job_7"})
    assert not any(options.values())
    assert message["content-type"] == "application/json"
    assert message["headers"]["task"] == "appointments.execute"
    assert message["headers"]["request_id"] == "req_1"
    assert message["headers"]["eta"] is None
    assert "Lovelace" not in json.dumps(message)


def test_without_a_request_there_is_no_request_id(empty_valkey: ValkeyServer) -> None:
    CeleryPublisher(empty_valkey.url).publish("job_7")

    [message] = messages(empty_valkey, "live")
    assert "request_id" not in message["headers"]


def test_work_nobody_waits_for_goes_to_its_own_queue(empty_valkey: ValkeyServer) -> None:
    assert CeleryPublisher(empty_valkey.url).publish("job_7", background=True) is True

    assert messages(empty_valkey, "live") == []
    assert len(messages(empty_valkey, "background")) == 1


def test_what_no_caller_waits_for_stands_in_a_queue_apart_from_slow_receivers(empty_valkey: ValkeyServer) -> None:
    publisher = CeleryPublisher(empty_valkey.url)
    told = publisher.publish_notice("note_7"), publisher.publish_sweep("acc_7"), publisher.publish_bulk("bulk_7")
    assert told == (True, True, True)

    assert messages(empty_valkey, "live") == messages(empty_valkey, "webhooks") == []
    assert len(messages(empty_valkey, "maintenance")) == 3


def test_a_celery_worker_runs_what_was_published(empty_valkey: ValkeyServer) -> None:
    worker_app = Celery("worker-of-this-test", broker=broker_url(empty_valkey.url), set_as_current=False)
    worker_app.config_from_object("config.celeryconfig")
    ran: list[tuple[str, str | None]] = []

    def execute(self: Task[..., None], job_id: str) -> None:
        ran.append((job_id, (self.request.headers or {}).get("request_id")))

    worker_app.task(bind=True, name="appointments.execute")(execute)
    publisher = CeleryPublisher(empty_valkey.url)
    with start_worker(
        worker_app, pool="workers.pool:TaskPool", concurrency=2, perform_ping_check=False, queues=list(QueueName)
    ):
        with bound_contextvars(request_id="req_1"):
            publisher.publish("job_1")
        publisher.publish("job_2", background=True)

        eventually(lambda: len(ran) == 2)

    assert sorted(ran, key=str) == [("job_1", "req_1"), ("job_2", None)]


def test_many_threads_publish_at_once_over_few_connections(own_valkey: ValkeyServer) -> None:
    publisher = CeleryPublisher(own_valkey.url)

    told, _ = publish_at_once(publisher)

    assert all(told)
    assert len(messages(own_valkey, "live")) == CALLERS
    with own_valkey.client() as client:
        ours = [one for one in client.client_list() if one["name"] == "ringbook-publisher"]
    assert len(ours) <= 2 * 10  # kombu keeps two for each of its ten


NO_ANSWER: list[Callable[[], AbstractContextManager[str]]] = [blackhole, mute, lambda: nullcontext(refused())]


@pytest.mark.parametrize("broker", NO_ANSWER, ids=["blackhole", "mute", "refused"])
def test_a_broker_that_does_not_answer_holds_nobody_for_long(broker: Callable[[], AbstractContextManager[str]]) -> None:
    with broker() as url:
        began = time.monotonic()
        assert CeleryPublisher(url).publish("job_1") is False
        assert time.monotonic() - began < 2  # kombu's own second try would come after 2 s

        told, waited = publish_at_once(CeleryPublisher(url))
        assert not any(told)
        assert waited < 2


@pytest.mark.parametrize("trouble", ["kill", "stop", "freeze"])
def test_a_broker_that_goes_away_holds_nobody_for_long(trouble: str, own_valkey: ValkeyServer) -> None:
    publisher = CeleryPublisher(own_valkey.url)
    publish_at_once(publisher)
    getattr(own_valkey, trouble)()

    told, waited = publish_at_once(publisher)

    assert not any(told)
    assert waited < 2


def test_after_a_failure_the_next_callers_are_turned_away_at_once(own_valkey: ValkeyServer) -> None:
    publisher = CeleryPublisher(own_valkey.url)
    own_valkey.freeze()
    publisher.publish("job_1")
    began = time.monotonic()

    for number in range(1000):
        assert publisher.publish(f"job_{number}") is False

    assert time.monotonic() - began < 20  # each alone waits 0.3 s when it tries: 300 s


@pytest.mark.parametrize("trouble", ["kill", "stop", "freeze"])
def test_publishing_works_again_once_the_broker_is_back(trouble: str, own_valkey: ValkeyServer) -> None:
    publisher = CeleryPublisher(own_valkey.url)
    publisher.publish("job_before")
    getattr(own_valkey, trouble)()
    assert publisher.publish("job_lost") is False
    own_valkey.thaw() if trouble == "freeze" else own_valkey.start()

    eventually(lambda: publisher.publish("job_after"), within=10)

    bodies = [base64.b64decode(message["body"]) for message in messages(own_valkey, "live")]
    assert any(b"job_after" in body for body in bodies)


def test_a_queue_wiped_by_flushall_is_filled_again(own_valkey: ValkeyServer) -> None:
    publisher = CeleryPublisher(own_valkey.url)
    publisher.publish("job_1")
    with own_valkey.client() as client:
        client.flushall()

    assert publisher.publish("job_2") is True

    assert len(messages(own_valkey, "live")) == 1


def test_a_broker_that_refuses_the_message_is_a_failure_not_an_error(own_valkey: ValkeyServer) -> None:
    publisher = CeleryPublisher(own_valkey.url)
    with own_valkey.client() as client:
        client.config_set("maxmemory", "1")

    assert publisher.publish("job_1") is False


def test_nothing_is_opened_before_the_first_publish(own_valkey: ValkeyServer) -> None:
    CeleryPublisher(own_valkey.url)

    with own_valkey.client() as client:
        assert len(client.client_list()) == 1

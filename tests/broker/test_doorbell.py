"""Who waits is woken, however many wait; nobody depends on it."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager

import pytest
from structlog.testing import capture_logs

from app.broker.doorbell import MOST_REMEMBERED, REMEMBERED, RedisDoorbell
from app.services.work_turns import WayBack
from tests.broker.unreachable import blackhole, mute, refused
from tests.support.valkey import ValkeyServer
from tests.support.waiting import eventually


@contextmanager
def doorbell_at(url: str) -> Iterator[RedisDoorbell]:
    doorbell = RedisDoorbell(url)
    try:
        yield doorbell
    finally:
        doorbell.close()


@contextmanager
def at_once(doorbell: RedisDoorbell, job_id: str) -> Iterator[WayBack]:
    """What a bell calls back that rings from now on."""
    bell = WayBack(None)
    with doorbell.listening(job_id, bell.call):
        yield bell


@contextmanager
def listening(doorbell: RedisDoorbell, job_id: str) -> Iterator[WayBack]:
    """Who listens to a doorbell that has only begun to hear has missed a ring, for all it knows: that look is made."""
    with at_once(doorbell, job_id) as bell:
        bell.wait(0)
        yield bell


def connections(server: ValkeyServer) -> int:
    with server.client() as client:
        return len([one for one in client.client_list() if one["name"] == "ringbook-doorbell"])


def subscriptions(server: ValkeyServer) -> int:
    with server.client() as client:
        [(_, subscribed)] = client.pubsub_numsub("ringbook:doorbell:1")
        return int(subscribed)


def test_a_ring_in_another_process_wakes_who_waits(own_valkey: ValkeyServer) -> None:
    with doorbell_at(own_valkey.url) as web, listening(web, "job_1") as bell, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(bell.wait, 20)
        began = time.monotonic()

        RedisDoorbell(own_valkey.url).ring("job_1")

        assert waiting.result() is True
        assert time.monotonic() - began < 2


def test_a_ring_between_the_look_and_the_wait_is_not_lost(own_valkey: ValkeyServer) -> None:
    worker = RedisDoorbell(own_valkey.url)
    with doorbell_at(own_valkey.url) as web, listening(web, "job_1") as bell, listening(web, "job_2") as other:
        worker.ring("job_1")
        worker.ring("job_2")
        assert other.wait(20) is True  # rings arrive in order, so the first has come as well

        assert bell.wait(0) is True


def heard_for_long(doorbell: RedisDoorbell) -> None:
    """As if it had heard every ring of the last seconds."""
    with at_once(doorbell, "another"):
        eventually(lambda: doorbell._hears_since < math.inf)
        doorbell._hears_since -= REMEMBERED


def test_a_ring_just_before_somebody_listens_is_heard(own_valkey: ValkeyServer) -> None:
    with doorbell_at(own_valkey.url) as doorbell:
        heard_for_long(doorbell)
        with at_once(doorbell, "job_2") as other:
            doorbell.ring("job_1")
            doorbell.ring("job_2")
            assert other.wait(20) is True
        with at_once(doorbell, "job_1") as bell, at_once(doorbell, "job_3") as third:
            assert bell.wait(0) is True
            assert third.wait(0) is False


def test_where_a_ring_may_have_been_missed_the_bell_rings_at_once(own_valkey: ValkeyServer) -> None:
    with doorbell_at(own_valkey.url) as doorbell:
        with at_once(doorbell, "job_1") as bell:
            assert bell.wait(0) is True
        heard_for_long(doorbell)
        own_valkey.kill()
        eventually(lambda: doorbell._hears_since == math.inf)
        with at_once(doorbell, "job_1") as bell:
            assert bell.wait(0) is True


def test_rings_are_forgotten(own_valkey: ValkeyServer) -> None:
    doorbell = RedisDoorbell(own_valkey.url)
    for number in range(MOST_REMEMBERED + 10):
        doorbell._wake(f"job_{number}")
    assert len(doorbell._rung) == MOST_REMEMBERED
    doorbell._rung = dict.fromkeys(doorbell._rung, time.monotonic() - REMEMBERED - 1)
    for _ in range(MOST_REMEMBERED):
        doorbell._wake("one")
    assert list(doorbell._rung) == ["one"]


def test_a_ring_for_one_job_does_not_wake_another(own_valkey: ValkeyServer) -> None:
    with doorbell_at(own_valkey.url) as bells, listening(bells, "job_1") as one, listening(bells, "job_2") as other:
        bells.ring("job_2")

        assert other.wait(20) is True
        assert one.wait(0) is False


def test_a_bell_that_rang_can_be_waited_for_again(own_valkey: ValkeyServer) -> None:
    with doorbell_at(own_valkey.url) as doorbell, listening(doorbell, "job_1") as bell:
        doorbell.ring("job_1")
        assert bell.wait(20) is True
        assert bell.wait(0) is False

        doorbell.ring("job_1")

        assert bell.wait(20) is True


def test_a_thousand_waiters_share_one_connection_and_leave_nothing_behind(own_valkey: ValkeyServer) -> None:
    with doorbell_at(own_valkey.url) as web, doorbell_at(own_valkey.url) as worker, ExitStack() as stack:
        bells = [stack.enter_context(listening(web, f"job_{number // 2}")) for number in range(1000)]
        eventually(lambda: subscriptions(own_valkey) == 1)
        assert connections(own_valkey) == 1

        for number in range(500):
            worker.ring(f"job_{number}")

        assert all(bell.wait(20) for bell in bells)
        assert connections(own_valkey) == 2  # and the one that rang
        stack.close()
        assert web._waiters == {}


def test_waiters_in_threads_are_all_woken(own_valkey: ValkeyServer) -> None:
    inside = threading.Semaphore(0)

    def wait_for(number: int) -> bool:
        with listening(doorbell, f"job_{number % 10}") as bell:
            inside.release()
            return bell.wait(20)

    with doorbell_at(own_valkey.url) as doorbell, ThreadPoolExecutor(200) as pool:
        waiting = [pool.submit(wait_for, number) for number in range(200)]
        for _ in waiting:
            assert inside.acquire(timeout=20)
        for number in range(10):
            doorbell.ring(f"job_{number}")

        assert all(answer.result() for answer in waiting)
        assert len([one for one in threading.enumerate() if one.name == "doorbell"]) == 1


def test_who_leaves_by_an_error_leaves_nothing_behind(own_valkey: ValkeyServer) -> None:
    with doorbell_at(own_valkey.url) as doorbell:
        with pytest.raises(ZeroDivisionError), listening(doorbell, "job_1"):
            _ = 1 / 0

        assert doorbell._waiters == {}


@pytest.mark.parametrize("trouble", ["kill", "stop", "freeze"])
def test_the_listener_comes_back_after_trouble(trouble: str, own_valkey: ValkeyServer) -> None:
    with doorbell_at(own_valkey.url) as doorbell, listening(doorbell, "job_1") as bell:
        doorbell.ring("job_1")
        assert bell.wait(20) is True
        getattr(own_valkey, trouble)()
        began = time.monotonic()
        doorbell.ring("job_1")
        assert bell.wait(0.5) is False
        assert time.monotonic() - began < 2
        own_valkey.thaw() if trouble == "freeze" else own_valkey.start()

        def rings_through() -> bool:
            doorbell.ring("job_1")
            return bell.wait(0.1)

        eventually(rings_through, within=20)


def test_a_connection_that_died_without_a_word_is_replaced(own_valkey: ValkeyServer) -> None:
    with doorbell_at(own_valkey.url) as doorbell, listening(doorbell, "job_1"), capture_logs() as logs:
        eventually(lambda: subscriptions(own_valkey) == 1)
        own_valkey.freeze()
        eventually(lambda: "doorbell_lost" in [entry["event"] for entry in logs], what="the listener gave up")
        own_valkey.thaw()

        eventually(lambda: subscriptions(own_valkey) == 1)


def test_waiting_without_redis_simply_times_out() -> None:
    with doorbell_at(refused()) as doorbell, listening(doorbell, "job_1") as bell:
        assert bell.wait(0.1) is False


@pytest.mark.parametrize("broker", [blackhole, mute], ids=["blackhole", "mute"])
def test_a_redis_that_does_not_answer_delays_neither_ringing_nor_listening(
    broker: Callable[[], AbstractContextManager[str]],
) -> None:
    with broker() as url, doorbell_at(url) as doorbell:
        began = time.monotonic()
        for number in range(100):
            doorbell.ring(f"job_{number}")
            with listening(doorbell, f"job_{number}") as bell:
                assert bell.wait(0) is False

        assert time.monotonic() - began < 5  # 100 rings at 0.25 s would be 25 s


def test_nothing_is_started_before_somebody_listens(own_valkey: ValkeyServer) -> None:
    before = threading.active_count()

    RedisDoorbell(own_valkey.url)

    assert threading.active_count() == before
    assert connections(own_valkey) == 0


def test_a_message_that_is_no_text_does_not_end_the_listener(own_valkey: ValkeyServer) -> None:
    with doorbell_at(own_valkey.url) as doorbell, listening(doorbell, "job_1") as bell:
        with own_valkey.client() as client:
            client.publish("ringbook:doorbell:1", b"\xff\xfe")
        doorbell.ring("job_1")

        assert bell.wait(20) is True
        assert len([one for one in threading.enumerate() if one.name == "doorbell"]) == 1

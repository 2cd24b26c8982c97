"""A burst of callers is one call to Cal.com, across threads and across processes."""

from __future__ import annotations

import multiprocessing
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
import redis

from app.cache import slot_store
from app.cache.slot_cache import RedisSlotCache
from app.domain.errors import CalendarError
from tests.cache.upstream import NOON, ManualClock, Upstream, all_at_once, at, new_account
from tests.support.valkey import ValkeyServer
from tests.support.waiting import eventually


def test_two_hundred_threads_that_miss_make_one_call(slot_cache: RedisSlotCache) -> None:
    upstream, account = Upstream([at(0, 14)]), new_account()

    answers = all_at_once(200, lambda: slot_cache.openings(account, 1, NOON, at(7, 0), upstream))

    assert answers == [[at(0, 14)]] * 200
    assert upstream.calls == [(at(0, 0), at(7, 0))]


def test_threads_make_one_call_even_without_redis(clock: ManualClock) -> None:
    slot_cache, upstream = RedisSlotCache("unix:///nowhere/v.sock", clock), Upstream([at(0, 14)])
    upstream.gate.clear()
    with ThreadPoolExecutor(20) as pool:
        asked = [pool.submit(slot_cache.openings, "acct_a", 1, NOON, at(7, 0), upstream) for _ in range(20)]
        # None of them can end while the gate is closed: a second call would come now or never.
        with pytest.raises(AssertionError):
            eventually(lambda: len(upstream.calls) > 1, within=1.0)
        upstream.gate.set()

    assert [answer.result() for answer in asked] == [[at(0, 14)]] * 20
    assert len(upstream.calls) == 1


def test_all_who_wait_get_the_error_of_the_one_call(slot_cache: RedisSlotCache) -> None:
    upstream, account = Upstream([]), new_account()
    upstream.fail()

    def ask() -> bool:
        with pytest.raises(CalendarError):
            slot_cache.openings(account, 1, NOON, at(7, 0), upstream)
        return True

    assert all(all_at_once(20, ask))


def ask_from_a_process(url: str, line: Barrier, counted: Path) -> None:
    """Asks once; the load is slow until the other process has tried to get the lock several times."""
    looking_in = redis.Redis.from_url(url)

    def load(_start: datetime, _end: datetime) -> list[datetime]:
        with counted.open("a") as file:
            file.write("asked\n")
        eventually(lambda: looking_in.info("commandstats")["cmdstat_set"]["calls"] > 5)
        return [at(0, 14)]

    slot_store.STEP_SECONDS = 5.0  # on a busy machine a late answer must not pass for a lost cache
    slot_cache = RedisSlotCache(url, ManualClock())
    line.wait(30)
    assert slot_cache.openings("acct_a", 1, NOON, at(7, 0), load) == [at(0, 14)]


def test_two_processes_that_miss_make_one_call(own_valkey: ValkeyServer, tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    line, counted = spawn.Barrier(2), tmp_path / "calls"
    processes = [spawn.Process(target=ask_from_a_process, args=(own_valkey.url, line, counted)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)

    assert [process.exitcode for process in processes] == [0, 0]
    assert counted.read_text() == "asked\n"


def test_a_holder_that_died_does_not_keep_the_others_waiting(empty_valkey: ValkeyServer, clock: ManualClock) -> None:
    upstream = Upstream([at(0, 14)])
    with empty_valkey.client() as client:
        client.set("ringbook:slots:2:{acct_a:7}:lock", "someone who was killed", px=15_000)
        began = time.monotonic()

        assert RedisSlotCache(empty_valkey.url, clock).openings("acct_a", 7, NOON, at(1, 0), upstream) == [at(0, 14)]

        assert time.monotonic() - began < 5
        assert client.get("ringbook:slots:2:{acct_a:7}:lock") == "someone who was killed"


def test_who_lost_the_lock_does_not_release_it_for_its_next_holder(
    empty_valkey: ValkeyServer, clock: ManualClock
) -> None:
    def load(_start: datetime, _end: datetime) -> list[datetime]:
        client.set("ringbook:slots:2:{acct_a:7}:lock", "the next holder", px=15_000)
        return [at(0, 14)]

    with empty_valkey.client() as client:
        assert RedisSlotCache(empty_valkey.url, clock).openings("acct_a", 7, NOON, at(1, 0), load) == [at(0, 14)]

        assert client.get("ringbook:slots:2:{acct_a:7}:lock") == "the next holder"


def test_who_waits_too_long_for_another_thread_asks_itself(slot_cache: RedisSlotCache) -> None:
    hung, own, account = Upstream([at(0, 14)]), Upstream([at(0, 15)]), new_account()
    hung.gate.clear()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(slot_cache.openings, account, 1, NOON, at(1, 0), hung)
        eventually(lambda: hung.calls)

        assert slot_cache.openings(account, 1, NOON, at(1, 0), own) == [at(0, 15)]

        hung.gate.set()
        assert first.result() == [at(0, 14)]


def test_who_waits_too_long_for_another_is_told_what_was_forgotten(
    empty_valkey: ValkeyServer, clock: ManualClock
) -> None:
    slot_cache, upstream = RedisSlotCache(empty_valkey.url, clock), Upstream([at(0, 14)])
    slot_cache.openings("acct_a", 7, NOON, at(1, 0), upstream)
    slot_cache.forget("acct_a", 7, at(0, 15))
    with empty_valkey.client() as client:
        client.set("ringbook:slots:2:{acct_a:7}:lock", "another process", px=15_000)

        assert slot_cache.openings("acct_a", 7, NOON, at(1, 0), upstream) == [at(0, 14)]
        assert len(upstream.calls) == 1
        client.delete("ringbook:slots:2:{acct_a:7}:lock")
        slot_cache.openings("acct_a", 7, NOON, at(1, 0), upstream)
        assert len(upstream.calls) == 2


def test_a_refresh_is_left_to_the_process_that_is_at_it(
    valkey: ValkeyServer, slot_cache: RedisSlotCache, clock: ManualClock
) -> None:
    upstream, account = Upstream([at(0, 14)]), new_account()
    another_process = RedisSlotCache(valkey.url, clock)
    slot_cache.openings(account, 1, NOON, at(1, 0), upstream)
    upstream.gate.clear()
    clock.advance(30)
    slot_cache.openings(account, 1, NOON, at(1, 0), upstream)
    eventually(lambda: len(upstream.calls) == 2, what="the refresh is under way")

    assert another_process.openings(account, 1, NOON, at(1, 0), upstream) == [at(0, 14)]

    eventually(lambda: [thread.name for thread in threading.enumerate()].count("slot-refresh") == 1)
    upstream.gate.set()
    assert len(upstream.calls) == 2

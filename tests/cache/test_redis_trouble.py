"""Redis killed, frozen, full or absent: the slot cache still answers, and soon."""

from __future__ import annotations

import time
from datetime import datetime

import pytest

from app.cache.slot_cache import RedisSlotCache
from app.domain.errors import CalendarError
from tests.cache.upstream import NOON, ManualClock, Upstream, all_at_once, at
from tests.support.valkey import ValkeyServer
from tests.support.waiting import eventually


def ask(slot_cache: RedisSlotCache, upstream: Upstream) -> list[datetime]:
    return slot_cache.openings("acct_a", 1, NOON, at(7, 0), upstream)


def use_everything(slot_cache: RedisSlotCache, upstream: Upstream) -> None:
    assert ask(slot_cache, upstream) == [at(0, 14)]
    slot_cache.taken("acct_a", 1, at(0, 15), at(0, 16))
    slot_cache.forget("acct_a", 1, at(0, 15))


@pytest.mark.parametrize("trouble", ["kill", "freeze"])
def test_answers_come_from_cal_com_while_redis_is_away(
    trouble: str, own_valkey: ValkeyServer, clock: ManualClock
) -> None:
    slot_cache, upstream = RedisSlotCache(own_valkey.url, clock), Upstream([at(0, 14)])
    use_everything(slot_cache, upstream)
    getattr(own_valkey, trouble)()
    began = time.monotonic()

    use_everything(slot_cache, upstream)

    assert time.monotonic() - began < 2
    assert len(upstream.calls) == 2


def test_a_frozen_redis_is_waited_for_once_a_second_and_not_by_every_request(
    own_valkey: ValkeyServer, clock: ManualClock
) -> None:
    slot_cache, upstream = RedisSlotCache(own_valkey.url, clock), Upstream([at(0, 14)])
    ask(slot_cache, upstream)
    own_valkey.freeze()
    began = time.monotonic()

    for _ in range(40):
        use_everything(slot_cache, upstream)

    assert time.monotonic() - began < 5  # 120 questions to Redis at 0.25 s would be 30 s


def test_a_burst_on_a_frozen_redis_is_answered_in_time(own_valkey: ValkeyServer, clock: ManualClock) -> None:
    slot_cache, upstream = RedisSlotCache(own_valkey.url, clock), Upstream([at(0, 14)])
    own_valkey.freeze()
    began = time.monotonic()

    assert all_at_once(100, lambda: ask(slot_cache, upstream)) == [[at(0, 14)]] * 100

    assert time.monotonic() - began < 4


@pytest.mark.parametrize("trouble", ["kill", "freeze"])
def test_redis_may_go_away_during_a_load(trouble: str, own_valkey: ValkeyServer, clock: ManualClock) -> None:
    def load(_start: datetime, _end: datetime) -> list[datetime]:
        getattr(own_valkey, trouble)()
        return [at(0, 14)]

    slot_cache = RedisSlotCache(own_valkey.url, clock)

    assert slot_cache.openings("acct_a", 1, NOON, at(1, 0), load) == [at(0, 14)]


def test_what_cal_com_refuses_is_told_without_redis_too(clock: ManualClock) -> None:
    slot_cache, upstream = RedisSlotCache("redis://127.0.0.1:1/0", clock), Upstream([])
    upstream.fail()

    with pytest.raises(CalendarError):
        ask(slot_cache, upstream)


def test_the_cache_is_used_again_after_a_restart(own_valkey: ValkeyServer, clock: ManualClock) -> None:
    slot_cache, upstream = RedisSlotCache(own_valkey.url, clock), Upstream([at(0, 14)])
    ask(slot_cache, upstream)
    own_valkey.kill()
    ask(slot_cache, upstream)
    own_valkey.start()

    def is_cached() -> bool:
        before = len(upstream.calls)
        return ask(slot_cache, upstream) == [at(0, 14)] and len(upstream.calls) == before

    eventually(is_cached)


def test_scripts_are_loaded_anew_when_redis_has_lost_them(own_valkey: ValkeyServer, clock: ManualClock) -> None:
    slot_cache, upstream = RedisSlotCache(own_valkey.url, clock), Upstream([at(0, 14)])
    with own_valkey.client() as client:
        ask(slot_cache, upstream)
        client.script_flush()
        client.flushall()

        ask(slot_cache, upstream)
        ask(slot_cache, upstream)

    assert len(upstream.calls) == 2


def test_a_full_redis_is_a_miss(own_valkey: ValkeyServer, clock: ManualClock) -> None:
    slot_cache, upstream = RedisSlotCache(own_valkey.url, clock), Upstream([at(0, 14)])
    with own_valkey.client() as client:
        client.config_set("maxmemory", "1")

    use_everything(slot_cache, upstream)
    use_everything(slot_cache, upstream)

    assert len(upstream.calls) == 2

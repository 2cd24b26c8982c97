"""Operators see what is kept of free times, and can throw it away."""

from __future__ import annotations

from datetime import timedelta

from app.cache.slot_cache import RedisSlotCache
from app.domain.held_slots import HeldDay
from tests.cache.upstream import NOON, ManualClock, Upstream, at, new_account
from tests.support.valkey import ValkeyServer


def test_each_day_that_is_kept_says_when_it_was_loaded_and_what_it_holds(
    slot_cache: RedisSlotCache, clock: ManualClock
) -> None:
    account, upstream = new_account(), Upstream([at(0, 14), at(0, 15), at(9, 10)])
    slot_cache.openings(account, 1, NOON, at(2, 0), upstream)
    clock.advance(30)
    slot_cache.openings(account, 1, at(9, 0), at(10, 0), upstream)
    assert slot_cache.held(account, 1) == [
        HeldDay(day=NOON.date(), loaded_at=NOON, free=2),
        HeldDay(day=at(1, 0).date(), loaded_at=NOON, free=0),
        HeldDay(day=at(9, 0).date(), loaded_at=NOON + timedelta(seconds=30), free=1),
    ]
    assert slot_cache.held(account, 2) == []


def test_what_is_thrown_away_is_asked_for_again(slot_cache: RedisSlotCache) -> None:
    account, upstream = new_account(), Upstream([at(0, 14)])
    slot_cache.openings(account, 1, NOON, at(3, 0), upstream)
    slot_cache.openings(account, 2, NOON, at(1, 0), upstream)
    assert slot_cache.purge(account, 1) == 3
    assert slot_cache.held(account, 1) == []
    assert slot_cache.purge(account, 1) == 0
    asked = len(upstream.calls)
    slot_cache.openings(account, 1, NOON, at(1, 0), upstream)
    slot_cache.openings(account, 2, NOON, at(1, 0), upstream)
    assert len(upstream.calls) == asked + 1


def test_what_was_being_loaded_when_it_was_thrown_away_is_not_kept(slot_cache: RedisSlotCache) -> None:
    account = new_account()

    def load(start: object, end: object) -> list[object]:
        slot_cache.purge(account, 1)
        return [at(0, 14)]

    assert slot_cache.openings(account, 1, NOON, at(1, 0), load) == [at(0, 14)]  # type: ignore[arg-type]
    assert slot_cache.held(account, 1) == []


def test_a_redis_that_is_away_is_told_from_an_empty_one(clock: ManualClock, own_valkey: ValkeyServer) -> None:
    slot_cache = RedisSlotCache(own_valkey.url, clock)
    assert slot_cache.held("acct_a", 1) == []
    own_valkey.kill()
    assert slot_cache.held("acct_a", 1) is None
    assert slot_cache.purge("acct_a", 1) is None

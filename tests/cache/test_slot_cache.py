"""What the slot cache answers, and when it asks Cal.com."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.cache.slot_cache import RedisSlotCache
from app.domain.errors import CalendarError
from tests.cache.upstream import NOON, ManualClock, Upstream, all_at_once, at, new_account
from tests.support.valkey import ValkeyServer
from tests.support.waiting import eventually

SLOTS = [at(0, 9), at(0, 14), at(0, 15), at(1, 9), at(2, 10), at(3, 11), at(5, 16)]


def test_the_second_who_asks_is_answered_without_cal_com(slot_cache: RedisSlotCache) -> None:
    upstream, account = Upstream(SLOTS), new_account()

    first = slot_cache.openings(account, 1, NOON, at(2, 12), upstream)
    second = slot_cache.openings(account, 1, NOON, at(2, 12), upstream)

    assert first == second == [at(0, 14), at(0, 15), at(1, 9), at(2, 10)]
    assert upstream.calls == [(at(0, 0), at(3, 0))]


def test_event_types_and_accounts_are_kept_apart(slot_cache: RedisSlotCache) -> None:
    one, other, account = Upstream([at(0, 14)]), Upstream([at(0, 15)]), new_account()

    assert slot_cache.openings(account, 1, NOON, at(1, 0), one) == [at(0, 14)]
    assert slot_cache.openings(account, 2, NOON, at(1, 0), other) == [at(0, 15)]
    assert slot_cache.openings(new_account(), 1, NOON, at(1, 0), other) == [at(0, 15)]


def test_a_wider_window_asks_only_for_the_days_that_are_missing(slot_cache: RedisSlotCache) -> None:
    upstream, account = Upstream(SLOTS), new_account()
    slot_cache.openings(account, 1, NOON, at(2, 0), upstream)
    slot_cache.openings(account, 1, at(4, 0), at(5, 0), upstream)

    found = slot_cache.openings(account, 1, NOON, at(7, 0), upstream)

    assert found == [at(0, 14), at(0, 15), at(1, 9), at(2, 10), at(3, 11), at(5, 16)]
    assert upstream.calls[2:] == [(at(2, 0), at(7, 0))]


def test_answers_are_clipped_sorted_and_told_once(slot_cache: RedisSlotCache) -> None:
    messy = Upstream([at(1, 9), at(0, 15), at(0, 15), at(0, 11), at(0, 14), at(2, 8), at(-1, 9), at(1, 8)])

    found = slot_cache.openings(new_account(), 1, at(0, 10), at(1, 9), messy)

    assert found == [at(0, 14), at(0, 15), at(1, 8)]


def test_a_time_that_goes_by_is_not_told_from_the_cache(slot_cache: RedisSlotCache, clock: ManualClock) -> None:
    upstream, account = Upstream([at(0, 12, 0), at(0, 13)]), new_account()
    assert slot_cache.openings(account, 1, at(0, 0), at(1, 0), upstream) == [at(0, 12), at(0, 13)]

    clock.advance(1)

    assert slot_cache.openings(account, 1, at(0, 0), at(1, 0), upstream) == [at(0, 13)]
    assert len(upstream.calls) == 1


def test_an_empty_or_past_window_asks_nobody(slot_cache: RedisSlotCache) -> None:
    upstream = Upstream(SLOTS)

    assert slot_cache.openings(new_account(), 1, at(1, 0), at(1, 0), upstream) == []
    assert slot_cache.openings(new_account(), 1, at(-2, 0), at(-1, 0), upstream) == []
    assert upstream.calls == []


def test_days_without_a_free_time_are_remembered_too(slot_cache: RedisSlotCache) -> None:
    upstream, account = Upstream([]), new_account()

    assert slot_cache.openings(account, 1, NOON, at(3, 0), upstream) == []
    assert slot_cache.openings(account, 1, NOON, at(3, 0), upstream) == []

    assert len(upstream.calls) == 1


def test_every_key_is_ours_and_goes_away_by_itself(own_valkey: ValkeyServer, clock: ManualClock) -> None:
    slot_cache, prefix = RedisSlotCache(own_valkey.url, clock), "ringbook:slots:2:{acct_a:7}:"
    lock_lives: list[int] = []

    def load(_start: datetime, _end: datetime) -> list[datetime]:
        lock_lives.append(client.pttl(f"{prefix}lock"))
        return []

    with own_valkey.client() as client:
        slot_cache.openings("acct_a", 7, NOON, at(1, 0), load)
        slot_cache.taken("acct_a", 7, at(0, 14), at(0, 15))
        slot_cache.forget("acct_a", 7, at(3, 9))
        lives = {key: client.pttl(key) for key in sorted(client.keys())}

    assert [0 < life <= 15_000 for life in lock_lives] == [True]
    assert list(lives) == [f"{prefix}{key}" for key in ("day:20780", "mark:20782", "mark:20783", "mark:20784", "taken")]
    assert {key: life for key, life in lives.items() if not 0 < life <= 300_000} == {}


def test_times_are_kept_as_whole_numbers(empty_valkey: ValkeyServer, clock: ManualClock) -> None:
    RedisSlotCache(empty_valkey.url, clock).openings("acct_a", 7, NOON, at(1, 0), Upstream([at(0, 14), at(0, 9)]))

    with empty_valkey.client() as client:
        assert client.get("ringbook:slots:2:{acct_a:7}:day:20780") == "1795435200000 1795424400 1795442400"


def test_a_stale_answer_is_given_at_once_and_refreshed_behind_it(
    slot_cache: RedisSlotCache, clock: ManualClock
) -> None:
    upstream, account = Upstream([at(0, 14)]), new_account()
    slot_cache.openings(account, 1, NOON, at(1, 0), upstream)
    upstream.slots = [at(0, 16)]
    upstream.gate.clear()

    clock.advance(19)
    assert slot_cache.openings(account, 1, NOON, at(1, 0), upstream) == [at(0, 14)]
    assert len(upstream.calls) == 1
    clock.advance(2)
    stale = all_at_once(50, lambda: slot_cache.openings(account, 1, NOON, at(1, 0), upstream))
    upstream.gate.set()

    assert stale == [[at(0, 14)]] * 50
    eventually(lambda: slot_cache.openings(account, 1, NOON, at(1, 0), upstream) == [at(0, 16)])
    assert len(upstream.calls) == 2


def test_a_stale_answer_outlasts_trouble_at_cal_com_for_two_minutes(
    slot_cache: RedisSlotCache, clock: ManualClock
) -> None:
    upstream, account = Upstream([at(0, 14)]), new_account()
    slot_cache.openings(account, 1, NOON, at(1, 0), upstream)
    upstream.fail()

    clock.advance(119)
    assert slot_cache.openings(account, 1, NOON, at(1, 0), upstream) == [at(0, 14)]
    eventually(lambda: len(upstream.calls) == 2, what="the refresh was tried")
    clock.advance(1)
    with pytest.raises(CalendarError):
        slot_cache.openings(account, 1, NOON, at(1, 0), upstream)


def test_an_error_of_cal_com_is_not_kept(slot_cache: RedisSlotCache) -> None:
    upstream, account = Upstream([at(0, 14)]), new_account()
    upstream.fail()
    with pytest.raises(CalendarError):
        slot_cache.openings(account, 1, NOON, at(1, 0), upstream)

    upstream.error = None

    assert slot_cache.openings(account, 1, NOON, at(1, 0), upstream) == [at(0, 14)]


def test_only_so_many_refreshes_run_at_once(slot_cache: RedisSlotCache, clock: ManualClock) -> None:
    upstream, accounts = Upstream([at(0, 14)]), [new_account() for _ in range(10)]
    for account in accounts:
        slot_cache.openings(account, 1, NOON, at(1, 0), upstream)
    upstream.calls.clear()
    upstream.gate.clear()
    clock.advance(30)

    for account in accounts:
        assert slot_cache.openings(account, 1, NOON, at(1, 0), upstream) == [at(0, 14)]
    eventually(lambda: len(upstream.calls) == 4, what="four refreshes")
    upstream.gate.set()

    def all_refreshed() -> bool:
        for account in accounts:
            slot_cache.openings(account, 1, NOON, at(1, 0), upstream)
        return len(upstream.calls) == 10

    eventually(all_refreshed)


GARBAGE = [b"", b"no numbers", b"\xff\xfe", b"1795435200000 99", b"1795435200000 1795442400.5", b"9" * 5000, b"{}"]


@pytest.mark.parametrize("value", GARBAGE)
def test_garbage_in_place_of_a_day_counts_as_nothing_and_is_replaced(
    value: bytes, empty_valkey: ValkeyServer, clock: ManualClock
) -> None:
    slot_cache, upstream = RedisSlotCache(empty_valkey.url, clock), Upstream([at(0, 14)])
    with empty_valkey.client() as client:
        client.set("ringbook:slots:2:{acct_a:7}:day:20780", value, px=60_000)

    slot_cache.taken("acct_a", 7, at(0, 15), at(0, 16))
    found = slot_cache.openings("acct_a", 7, NOON, at(1, 0), upstream)

    assert found == slot_cache.openings("acct_a", 7, NOON, at(1, 0), upstream) == [at(0, 14)]
    assert len(upstream.calls) == 1


@pytest.mark.parametrize("value", GARBAGE)
def test_garbage_in_place_of_a_mark_does_no_harm(value: bytes, empty_valkey: ValkeyServer, clock: ManualClock) -> None:
    slot_cache, upstream = RedisSlotCache(empty_valkey.url, clock), Upstream([at(0, 14)])
    with empty_valkey.client() as client:
        client.set("ringbook:slots:2:{acct_a:7}:mark:20780", value, px=60_000)

    assert slot_cache.openings("acct_a", 7, NOON, at(1, 0), upstream) == [at(0, 14)]
    assert slot_cache.openings("acct_a", 7, NOON, at(1, 0), upstream) == [at(0, 14)]


def test_keys_of_another_type_are_no_trouble(empty_valkey: ValkeyServer, clock: ManualClock) -> None:
    slot_cache, upstream = RedisSlotCache(empty_valkey.url, clock), Upstream([at(0, 14)])
    with empty_valkey.client() as client:
        for key in ("day:20780", "mark:20780", "taken", "lock"):
            client.rpush(f"ringbook:slots:2:{{acct_a:7}}:{key}", "x")

    assert slot_cache.openings("acct_a", 7, NOON, at(1, 0), upstream) == [at(0, 14)]
    slot_cache.taken("acct_a", 7, at(0, 14), at(0, 15))
    slot_cache.forget("acct_a", 7, at(0, 14))


def test_what_is_known_is_told_without_a_load(slot_cache: RedisSlotCache) -> None:
    upstream, account = Upstream(SLOTS), new_account()
    assert slot_cache.known(account, 1, NOON, at(2, 0), upstream) is None

    slot_cache.openings(account, 1, NOON, at(2, 0), upstream)

    assert slot_cache.known(account, 1, NOON, at(2, 0), upstream) == [at(0, 14), at(0, 15), at(1, 9)]
    assert slot_cache.known(account, 1, NOON, at(3, 0), upstream) is None
    assert len(upstream.calls) == 1


def test_what_is_known_but_not_fresh_is_told_and_refreshed(slot_cache: RedisSlotCache, clock: ManualClock) -> None:
    upstream, account = Upstream([at(0, 14)]), new_account()
    slot_cache.openings(account, 1, NOON, at(1, 0), upstream)
    upstream.slots = [at(0, 15)]
    clock.advance(30)

    assert slot_cache.known(account, 1, NOON, at(1, 0), upstream) == [at(0, 14)]
    eventually(lambda: slot_cache.known(account, 1, NOON, at(1, 0), upstream) == [at(0, 15)])

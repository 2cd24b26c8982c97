"""What we know ourselves is laid over what Cal.com says: `taken` and `forget`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from app.cache.slot_cache import RedisSlotCache
from app.domain.answers import Result
from app.domain.errors import CalendarError, PostponedError
from app.domain.outcomes import Failed, RetryLater
from tests.cache.upstream import NOON, ManualClock, Upstream, at, new_account
from tests.support.valkey import ValkeyServer
from tests.support.waiting import eventually

SLOTS = [at(0, 14), at(0, 15), at(1, 9)]


def test_a_taken_time_is_gone_at_once_in_every_process(
    valkey: ValkeyServer, slot_cache: RedisSlotCache, clock: ManualClock
) -> None:
    upstream, account = Upstream(SLOTS), new_account()
    another_process = RedisSlotCache(valkey.url, clock)
    another_process.openings(account, 1, NOON, at(2, 0), upstream)

    slot_cache.taken(account, 1, at(0, 14), at(0, 15))

    assert another_process.openings(account, 1, NOON, at(2, 0), upstream) == [at(0, 15), at(1, 9)]
    clock.advance(19)  # still gone when it is not hidden any more
    assert another_process.openings(account, 1, NOON, at(2, 0), upstream) == [at(0, 15), at(1, 9)]
    assert len(upstream.calls) == 1


def test_a_taken_time_over_midnight_is_gone_on_both_days(slot_cache: RedisSlotCache) -> None:
    upstream, account = Upstream([at(0, 23), at(0, 23, 30), at(1, 0), at(1, 0, 30)]), new_account()
    slot_cache.openings(account, 1, NOON, at(2, 0), upstream)

    slot_cache.taken(account, 1, at(0, 23, 30), at(1, 0, 30))

    assert slot_cache.openings(account, 1, NOON, at(2, 0), upstream) == [at(0, 23), at(1, 0, 30)]


def test_a_taken_time_stays_hidden_while_cal_com_still_lists_it(slot_cache: RedisSlotCache, clock: ManualClock) -> None:
    upstream, account = Upstream(SLOTS), new_account()
    slot_cache.taken(account, 1, at(0, 14), at(0, 15))

    assert slot_cache.openings(account, 1, NOON, at(2, 0), upstream) == [at(0, 15), at(1, 9)]
    clock.advance(15)  # what was loaded meanwhile does not bring it back
    assert slot_cache.openings(account, 1, NOON, at(2, 0), upstream) == [at(0, 15), at(1, 9)]


def test_a_time_that_still_shows_after_ten_seconds_may_be_taken_again(
    slot_cache: RedisSlotCache, clock: ManualClock
) -> None:
    upstream, account = Upstream(SLOTS), new_account()
    slot_cache.taken(account, 1, at(0, 14), at(0, 15))
    clock.advance(10)

    assert slot_cache.openings(account, 1, NOON, at(2, 0), upstream) == SLOTS


def test_a_taken_time_that_is_free_again_shows_once_cal_com_is_asked(slot_cache: RedisSlotCache) -> None:
    upstream, account = Upstream(SLOTS), new_account()
    slot_cache.taken(account, 1, at(0, 14), at(0, 15))
    slot_cache.taken(account, 1, at(1, 9), at(1, 10))

    slot_cache.freed(account, 1, at(0, 14), at(0, 15))

    assert slot_cache.openings(account, 1, NOON, at(2, 0), upstream) == SLOTS[:2]


def test_a_time_taken_during_a_load_is_not_brought_back_by_it(slot_cache: RedisSlotCache, clock: ManualClock) -> None:
    upstream, account = Upstream(SLOTS), new_account()
    upstream.gate.clear()
    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(slot_cache.openings, account, 1, NOON, at(2, 0), upstream)
        eventually(lambda: upstream.calls)
        slot_cache.taken(account, 1, at(0, 14), at(0, 15))
        upstream.gate.set()

        assert loading.result() == [at(0, 15), at(1, 9)]

    clock.advance(11)
    assert slot_cache.openings(account, 1, NOON, at(2, 0), upstream) == [at(0, 15), at(1, 9)]
    assert len(upstream.calls) == 1


def test_forgotten_days_are_asked_for_again_and_no_others(slot_cache: RedisSlotCache) -> None:
    upstream, account = Upstream(SLOTS), new_account()
    slot_cache.openings(account, 1, NOON, at(7, 0), upstream)

    slot_cache.forget(account, 1, at(4, 9))
    slot_cache.openings(account, 1, NOON, at(3, 0), upstream)
    slot_cache.openings(account, 1, NOON, at(7, 0), upstream)

    assert upstream.calls == [(at(0, 0), at(7, 0)), (at(3, 0), at(6, 0))]


def test_a_load_that_began_before_a_forget_is_neither_kept_nor_joined(
    own_valkey: ValkeyServer, clock: ManualClock
) -> None:
    slot_cache, before, after = RedisSlotCache(own_valkey.url, clock), Upstream([at(0, 14)]), Upstream([at(0, 16)])
    before.gate.clear()
    with own_valkey.client() as client, ThreadPoolExecutor(2) as pool:
        older = pool.submit(slot_cache.openings, "acct_a", 1, NOON, at(1, 0), before)
        eventually(lambda: before.calls)
        slot_cache.forget("acct_a", 1, at(0, 14))
        client.config_resetstat()
        newer = pool.submit(slot_cache.openings, "acct_a", 1, NOON, at(1, 0), after)
        eventually(lambda: "cmdstat_mget" in client.info("commandstats"), what="the newer one looked into the cache")
        with pytest.raises(TimeoutError):  # it waits: for the older one's lock, not for its answer
            newer.result(timeout=0.3)
        before.gate.set()

        assert older.result() == [at(0, 14)]
        assert newer.result() == [at(0, 16)]

    clock.advance(4)
    assert slot_cache.openings("acct_a", 1, NOON, at(1, 0), after) == [at(0, 16)]


def test_an_answer_from_just_after_a_change_is_refreshed_by_the_next_who_asks(
    slot_cache: RedisSlotCache, clock: ManualClock
) -> None:
    upstream, account = Upstream([at(0, 14), at(0, 15)]), new_account()
    slot_cache.forget(account, 1, at(0, 14))
    clock.advance(1)
    slot_cache.openings(account, 1, NOON, at(1, 0), upstream)  # Cal.com's own list from before the change
    upstream.slots = [at(0, 15)]
    clock.advance(2.5)

    eventually(lambda: slot_cache.openings(account, 1, NOON, at(1, 0), upstream) == [at(0, 15)])

    assert len(upstream.calls) == 2
    clock.advance(10)
    slot_cache.openings(account, 1, NOON, at(1, 0), upstream)
    assert len(upstream.calls) == 2


def test_an_answer_from_just_after_a_change_is_told_for_no_longer_than_a_sure_one_is_fresh(
    slot_cache: RedisSlotCache, clock: ManualClock
) -> None:
    upstream, account = Upstream([at(0, 14), at(0, 15)]), new_account()
    slot_cache.forget(account, 1, at(0, 14))
    clock.advance(2)
    slot_cache.openings(account, 1, NOON, at(1, 0), upstream)  # Cal.com's own list from before the change
    upstream.slots = [at(0, 15)]

    for _ in range(5):
        clock.advance(20)
        assert slot_cache.known(account, 1, NOON, at(1, 0), held_back) is None
        assert slot_cache.openings(account, 1, NOON, at(1, 0), held_back) == [at(0, 14), at(0, 15)]
    assert slot_cache.openings(account, 1, NOON, at(1, 0), upstream) == [at(0, 15)]
    assert len(upstream.calls) == 2


def held_back(_start: datetime, _end: datetime) -> list[datetime]:
    raise PostponedError(20.0)


def test_forgotten_times_are_told_while_cal_com_may_not_be_asked(
    slot_cache: RedisSlotCache, clock: ManualClock
) -> None:
    upstream, account = Upstream(SLOTS), new_account()
    slot_cache.openings(account, 1, NOON, at(7, 0), upstream)
    slot_cache.forget(account, 1, at(1, 9))
    slot_cache.forget(account, 1, at(1, 9))
    slot_cache.taken(account, 1, at(0, 14), at(0, 15))
    clock.advance(11)

    assert slot_cache.known(account, 1, NOON, at(7, 0), upstream) is None
    assert slot_cache.openings(account, 1, NOON, at(7, 0), held_back) == [at(0, 15), at(1, 9)]
    upstream.slots = [at(0, 16)]
    assert slot_cache.openings(account, 1, NOON, at(2, 0), upstream) == [at(0, 16)]


def test_forgotten_times_are_told_where_cal_com_does_not_answer_but_not_where_it_says_no(
    slot_cache: RedisSlotCache,
) -> None:
    upstream, account = Upstream(SLOTS), new_account()
    slot_cache.openings(account, 1, NOON, at(2, 0), upstream)
    slot_cache.forget(account, 1, at(0, 14))

    upstream.error = CalendarError(RetryLater())
    assert slot_cache.openings(account, 1, NOON, at(2, 0), upstream) == SLOTS
    upstream.error = CalendarError(Failed(result=Result.UPSTREAM_KEY))
    with pytest.raises(CalendarError):
        slot_cache.openings(account, 1, NOON, at(2, 0), upstream)


def test_forgotten_times_grow_too_old_like_all_others(slot_cache: RedisSlotCache, clock: ManualClock) -> None:
    account = new_account()
    slot_cache.openings(account, 1, NOON, at(2, 0), Upstream(SLOTS))
    slot_cache.forget(account, 1, at(0, 14))
    clock.advance(120)

    with pytest.raises(PostponedError):
        slot_cache.openings(account, 1, NOON, at(2, 0), held_back)


def test_what_is_forgotten_or_purged_is_not_shown_as_kept(slot_cache: RedisSlotCache) -> None:
    account = new_account()
    slot_cache.openings(account, 1, NOON, at(4, 0), Upstream(SLOTS))
    slot_cache.forget(account, 1, at(0, 14))

    assert [each.day.day for each in slot_cache.held(account, 1) or []] == [25, 26]
    slot_cache.purge(account, 1)
    with pytest.raises(PostponedError):
        slot_cache.openings(account, 1, NOON, at(4, 0), held_back)


def test_a_reserved_time_is_told_to_nobody_until_it_is_released(valkey: ValkeyServer, clock: ManualClock) -> None:
    one, another = RedisSlotCache(valkey.url, clock), RedisSlotCache(valkey.url, clock)
    upstream, account = Upstream(SLOTS), new_account()
    one.reserve(account, 1, at(0, 14), at(0, 15))

    assert another.openings(account, 1, NOON, at(2, 0), upstream) == [at(0, 15), at(1, 9)]  # loaded
    assert another.openings(account, 1, NOON, at(2, 0), upstream) == [at(0, 15), at(1, 9)]  # kept
    another.release(account, 1, at(0, 14), at(0, 15))
    assert one.openings(account, 1, NOON, at(2, 0), upstream) == SLOTS
    assert len(upstream.calls) == 1


def test_a_reserved_time_that_is_taken_stays_gone_and_is_free_again_once_cal_com_says_so(
    slot_cache: RedisSlotCache, clock: ManualClock
) -> None:
    upstream, account = Upstream(SLOTS), new_account()
    slot_cache.openings(account, 1, NOON, at(2, 0), upstream)
    slot_cache.reserve(account, 1, at(0, 14), at(0, 15))
    slot_cache.taken(account, 1, at(0, 14), at(0, 15))

    assert slot_cache.openings(account, 1, NOON, at(2, 0), upstream) == [at(0, 15), at(1, 9)]
    clock.advance(10)
    slot_cache.forget(account, 1, at(0, 14))
    assert slot_cache.openings(account, 1, NOON, at(2, 0), upstream) == SLOTS


def test_a_reserved_time_of_which_nothing_more_is_heard_is_told_again_after_five_minutes(
    slot_cache: RedisSlotCache, clock: ManualClock
) -> None:
    upstream, account = Upstream(SLOTS), new_account()
    slot_cache.reserve(account, 1, at(0, 14), at(0, 15))
    slot_cache.taken(account, 1, at(1, 9), at(1, 10))  # neither shortens what the other one keeps
    clock.advance(299)
    assert slot_cache.openings(account, 1, NOON, at(2, 0), upstream) == [at(0, 15), at(1, 9)]
    clock.advance(1)

    assert slot_cache.openings(account, 1, NOON, at(2, 0), upstream) == SLOTS

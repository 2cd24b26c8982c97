"""How the slot cache is used is counted for all processes together, and an outage of Redis harms nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from app.cache.slot_cache import RedisSlotCache
from app.cache.uses import RedisSlotUses
from app.domain.slot_use import SlotUse
from app.domain.tallies import KEPT, Span
from tests.cache.upstream import NOON, ManualClock, Upstream, at, new_account
from tests.support.valkey import ValkeyServer
from tests.support.waiting import eventually

NOWHERE = "redis://127.0.0.1:1/0"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
Open = Callable[[str], RedisSlotUses]


@pytest.fixture
def open_uses(clock: ManualClock) -> Iterator[Open]:
    opened: list[RedisSlotUses] = []

    def open_uses(url: str) -> RedisSlotUses:
        opened.append(RedisSlotUses(url, clock))
        return opened[-1]

    yield open_uses
    for each in opened:
        each.close()


def test_a_look_up_is_a_miss_then_a_hit_and_stale_when_it_is_old(
    empty_valkey: ValkeyServer, clock: ManualClock, open_uses: Open
) -> None:
    uses, account, upstream = open_uses(empty_valkey.url), new_account(), Upstream([at(0, 14)])
    slot_cache = RedisSlotCache(empty_valkey.url, clock, uses.count)

    def ask() -> None:
        slot_cache.openings(account, 1, NOON, at(1, 0), upstream)

    for seconds in (0, 1, 30):
        clock.advance(seconds)
        ask()
    eventually(lambda: len(upstream.calls) == 2, what="the refresh behind the stale answer")
    ask()
    uses.flush()
    assert uses.since(Span.MINUTE, NOON) == SlotUse(hits=2, stale=1, misses=1)


def test_processes_are_added_up(empty_valkey: ValkeyServer, open_uses: Open) -> None:
    for number in (1, 2):
        process = open_uses(empty_valkey.url)
        process.count(SlotUse(hits=number))
        process.flush()
        process.flush()
    assert open_uses(empty_valkey.url).since(Span.HOUR, NOON) == SlotUse(hits=3)


def test_only_the_time_asked_for_is_told(empty_valkey: ValkeyServer, clock: ManualClock, open_uses: Open) -> None:
    uses = open_uses(empty_valkey.url)
    for _ in range(3):
        uses.count(SlotUse(misses=1))
        uses.flush()
        clock.advance(3600)
    assert uses.since(Span.MINUTE, clock() - MINUTE) == SlotUse()
    assert uses.since(Span.HOUR, clock() - 2 * HOUR) == SlotUse(misses=2)
    assert uses.since(Span.HOUR, NOON) == SlotUse(misses=3)


def test_what_is_kept_is_forgotten_in_time(empty_valkey: ValkeyServer, open_uses: Open) -> None:
    uses = open_uses(empty_valkey.url)
    uses.count(SlotUse(hits=1))
    uses.flush()
    with empty_valkey.client() as client:
        lives = sorted(client.ttl(key) for key in client.keys("*"))
    assert lives == pytest.approx(sorted(kept.total_seconds() for kept in KEPT.values()), abs=5)


def test_where_nothing_was_counted_redis_is_not_asked(open_uses: Open) -> None:
    with capture_logs() as logs:
        open_uses(NOWHERE).flush()
    assert logs == []


def test_without_redis_nothing_is_known_and_nothing_is_lost(own_valkey: ValkeyServer, open_uses: Open) -> None:
    uses = open_uses(own_valkey.url)
    uses.count(SlotUse(hits=1))
    own_valkey.kill()
    with capture_logs() as logs:
        for _ in range(3):
            uses.flush()
            assert uses.since(Span.MINUTE, NOON) is None
    assert [entry["event"] for entry in logs] == ["slot_use_lost"]
    own_valkey.start()

    def is_told() -> bool:
        uses.flush()
        return uses.since(Span.MINUTE, NOON) == SlotUse(hits=1)

    eventually(is_told)


@pytest.mark.parametrize(
    ("use", "rate"),
    [(SlotUse(), None), (SlotUse(misses=4), 0.0), (SlotUse(hits=2, stale=1, misses=1), 0.75)],
)
def test_the_hit_rate_is_the_part_that_did_not_wait(use: SlotUse, rate: float | None) -> None:
    assert use.hit_rate == rate

"""Callers may ask so much in any window, whichever process they meet and whatever becomes of Redis."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest

from app.domain.limits import Counted, Limit, Subject, subject
from app.traffic.counting import PREFIX, RedisLimits
from app.traffic.windows import Meter, Windows
from tests.support.valkey import ValkeyServer
from tests.support.waiting import eventually

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
TABLE = {
    Counted.ADDRESS: Limit(most=20, window=HOUR),
    Counted.ORGANIZATION: Limit(most=10, window=SECOND),
    Counted.CONTACT: Limit(most=5, window=HOUR),
    Counted.FAILURES: Limit(most=3, window=HOUR),
    Counted.ALL_FAILURES: Limit(most=0, window=HOUR),
}


def somebody(counted: Counted = Counted.ADDRESS) -> Subject:
    return subject(counted, uuid4().hex)


def let_in(limits: RedisLimits, who: Subject, tries: int = 40) -> int:
    return sum(limits.take([who]) == 0 for _ in range(tries))


@pytest.fixture
def limits(valkey: ValkeyServer) -> Iterator[RedisLimits]:
    shared = RedisLimits(valkey.url, TABLE, secret="s")
    yield shared
    shared.close()


def test_as_many_as_allowed_are_let_in_and_the_next_hears_when_to_come_back(limits: RedisLimits) -> None:
    who = somebody()
    assert let_in(limits, who) == 20
    assert 0 < limits.take([who]) <= 2 * HOUR.total_seconds()
    assert let_in(limits, somebody()) == 20


def test_who_waits_as_told_is_let_in(limits: RedisLimits) -> None:
    who = somebody(Counted.ORGANIZATION)
    let_in(limits, who)
    time.sleep(limits.take([who]) + 0.01)
    assert limits.take([who]) == 0


def test_all_processes_share_one_count(valkey: ValkeyServer) -> None:
    who = somebody()
    processes = [RedisLimits(valkey.url, TABLE, secret="s") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda process: let_in(process, who, 15), processes)) == 20
    for process in processes:
        process.close()


def test_a_request_that_one_limit_refuses_counts_in_none(limits: RedisLimits) -> None:
    address, contact = somebody(), somebody(Counted.CONTACT)
    let_in(limits, contact)
    for _ in range(30):
        assert limits.take([address, contact]) > 0
    assert let_in(limits, address) == 20


def test_what_is_only_heeded_is_not_counted(limits: RedisLimits) -> None:
    address, failures = somebody(), somebody(Counted.FAILURES)
    for _ in range(10):
        assert limits.take([address], heeding=[failures]) == 0
    assert let_in(limits, failures) == 3
    assert limits.take([address], heeding=[failures]) > 0


def test_a_limit_of_nothing_is_none(limits: RedisLimits) -> None:
    assert let_in(limits, somebody(Counted.ALL_FAILURES), 100) == 100


def test_no_window_however_it_lies_holds_much_more_than_the_limit(limits: RedisLimits) -> None:
    who, let = somebody(Counted.ORGANIZATION), list[tuple[float, float]]()
    end = time.monotonic() + 2.6
    while (asked := time.monotonic()) < end:
        if limits.take([who]) == 0:
            let.append((asked, time.monotonic()))  # it was let in at some moment in between
    most = max(sum(start <= asked and told < start + 1 for asked, told in let) for start, _ in let)
    assert 10 <= most <= 11  # what the last window held is taken as evenly spread
    assert len(let) >= 18


def test_redis_is_told_nothing_of_whom_it_counts(limits: RedisLimits, valkey: ValkeyServer) -> None:
    limits.take([subject(Counted.CONTACT, "org", "jane@canary.example"), subject(Counted.ADDRESS, "192.0.2.7")])
    with valkey.client() as client:
        keys = list(client.scan_iter(f"{PREFIX}:*"))
        assert keys
        assert all(client.pttl(key) > 0 for key in keys)
    assert not [key for key in keys if "canary" in key or "192.0.2" in key]


def test_a_redis_that_dies_and_comes_back_empty_lets_nobody_begin_anew(own_valkey: ValkeyServer) -> None:
    limits, who = RedisLimits(own_valkey.url, TABLE, secret="s"), somebody()
    assert let_in(limits, who, 12) == 12
    own_valkey.kill()
    assert let_in(limits, who, 5) == 5
    own_valkey.start()
    with own_valkey.client() as client:
        client.flushall()
        eventually(lambda: limits.take([somebody()]) == 0 and client.keys(f"{PREFIX}:*"), what="Redis counts again")
    assert let_in(limits, who) == 3
    limits.close()


def test_a_redis_that_hangs_costs_one_request_a_moment_and_the_others_nothing(own_valkey: ValkeyServer) -> None:
    limits, who = RedisLimits(own_valkey.url, TABLE, secret="s"), somebody(Counted.ALL_FAILURES)
    limits.take([somebody()])
    own_valkey.freeze()
    waited = []
    for _ in range(200):
        began = time.monotonic()
        assert limits.take([who, somebody()]) == 0
        waited.append(time.monotonic() - began)
    own_valkey.thaw()
    limits.close()
    assert max(waited) < 0.5
    assert sorted(waited)[150] < 0.005


def test_both_counts_use_the_same_arithmetic(limits: RedisLimits) -> None:
    """Kept in step, so that the one in this process neither lets in more nor refuses sooner than Redis does."""
    who = somebody(Counted.ORGANIZATION)
    end = time.monotonic() + 1.5
    own, meter = Windows(), Meter("x", 10, 1000)
    apart = 0
    while (asked := time.monotonic()) < end:
        let = limits.take([who]) == 0
        differs = let != (own.wait([meter]) == 0)
        apart += differs and time.monotonic() - asked < 0.005  # later the two looked at different moments
        if let:
            own.count([meter])
    assert apart <= 2  # where a millisecond lies between the two looks


def test_the_memory_of_a_process_forgets_those_it_has_not_met_for_longest() -> None:
    windows = Windows(most_kept=3)
    meters = [Meter(str(number), 1, 60_000) for number in range(4)]
    for meter in meters:
        windows.count([meter])
    assert [windows.wait([meter]) > 0 for meter in meters] == [False, True, True, True]


def test_the_wait_in_memory_is_exactly_long_enough() -> None:
    now = [1_000_000.0]
    windows, meter = Windows(clock=lambda: now[0]), Meter("x", 10, 60_000)
    for _ in range(10):
        windows.count([meter])
    for expected_left in range(3):
        wait = windows.wait([meter]) / 1000
        now[0] += wait - 0.01
        assert windows.wait([meter]) > 0, expected_left
        now[0] += 0.02
        assert windows.wait([meter]) == 0
        windows.count([meter])

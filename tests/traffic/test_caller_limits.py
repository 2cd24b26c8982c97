"""Callers may ask so much in any window, whichever process they meet and whatever becomes of Redis."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.limits import Counted, Limit, Subject, subject
from app.traffic.counting import ANSWER_WITHIN, COUNT, PREFIX, RedisLimits
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


GAPS = st.lists(st.integers(0, 5) | st.integers(0, 1200), max_size=120)
"""Milliseconds between one request and the next."""

CALM = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def somebody(counted: Counted = Counted.ADDRESS) -> Subject:
    return subject(counted, uuid4().hex)


def let_in(limits: RedisLimits, who: Subject, tries: int = 40) -> int:
    return sum(limits.take([who]) == 0 for _ in range(tries))


def let_in_at(gaps: list[int]) -> list[int]:
    """When, in milliseconds, somebody is let in who may ask ten times a second."""
    now, let = 1_000_000, list[int]()
    windows, meter = Windows(clock=lambda: now / 1000), Meter("x", 10, 1000)
    for gap in gaps:
        now += gap
        if windows.wait([meter]) == 0:
            windows.count([meter])
            let.append(now)
    return let


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
    assert sum(each > ANSWER_WITHIN / 2 for each in waited) < 20  # it is asked again once a second


@pytest.mark.parametrize("quiet", range(0, 1000, 90))
def test_no_window_however_it_lies_holds_twice_the_limit(quiet: int) -> None:
    let = let_in_at([quiet, *[0] * 10, *[1] * 1500])
    assert max(sum(start <= at < start + 1000 for at in let) for start in let) < 20


def test_who_goes_on_asking_is_let_in_as_often_as_the_limit_says() -> None:
    let = let_in_at([1] * 10_000)
    settled = [start for start in let if 1_002_000 <= start < 1_009_000]
    assert {sum(start <= at < start + 1000 for at in let) for start in settled} <= {9, 10}


@CALM
@given(gaps=GAPS)
def test_both_counts_use_the_same_arithmetic(valkey: ValkeyServer, gaps: list[int]) -> None:
    """The script is run as it is, but for the clock: it goes by the one the test sets."""
    script = COUNT.replace("redis.call('TIME')", "{0, ARGV[#ARGV]}")
    assert script != COUNT
    now, key = 1_000_000, uuid4().hex
    own, meter = Windows(clock=lambda: now / 1000), Meter("x", 10, 1000)
    with valkey.client() as client:
        for gap in gaps:
            now += gap
            wait, used = client.eval(script, 1, key, 1, meter.most, meter.window_ms, 1, now * 1000)
            assert abs(wait - own.wait([meter])) <= 1
            assert 0 <= used <= 2 * meter.most
            assert (wait == 0) == (own.wait([meter]) == 0)
            if wait == 0:
                own.count([meter])


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

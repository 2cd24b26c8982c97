"""No window of a minute holds more requests of a key than Cal.com allows, and the urgent ones go first."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.domain.traffic import Priority, Sample, Traffic
from app.traffic.alone import TrafficAlone
from app.traffic.rules import Rules
from app.traffic.shared import RedisTraffic
from tests.support.valkey import ValkeyServer
from tests.support.waiting import eventually
from tests.traffic.keys import SHORT, new_access


def taken(traffic: Traffic, access: object, priority: Priority, tries: int = 40) -> int:
    return sum(traffic.take(access, priority) == 0 for _ in range(tries))  # type: ignore[arg-type]


def test_looks_after_lost_answers_may_use_the_whole_budget_and_then_hear_how_long_to_wait(traffic: Traffic) -> None:
    access = new_access()

    assert taken(traffic, access, Priority.LOOK) == 20
    assert 0 < traffic.take(access, Priority.LOOK) <= 1.0


def test_every_kind_leaves_a_reserve_for_the_more_urgent_ones(traffic: Traffic) -> None:
    access = new_access()
    order = [Priority.REFRESH, Priority.AVAILABILITY, Priority.SUGGEST, Priority.WRITE, Priority.LOOK]

    assert [taken(traffic, access, priority) for priority in order] == [10, 3, 3, 3, 1]


def test_writes_without_end_leave_room_for_the_looks_and_the_free_times_that_they_need() -> None:
    kinds = (Priority.SUGGEST, Priority.WRITE, Priority.MISSING, Priority.LOOK)

    assert [Rules().allowed(priority) for priority in kinds] == [96, 114, 117, 120]


def test_what_arrives_two_seconds_late_is_not_one_too_many_in_the_next_minute_of_cal_com() -> None:
    now, begun = 0.0, 2.0  # of Cal.com's minute: with the first that arrives
    traffic, access = TrafficAlone(Rules(), monotonic=lambda: now), new_access()
    assert taken(traffic, access, Priority.LOOK, tries=130) == 120

    while traffic.take(access, Priority.LOOK) > 0:
        now += 0.1

    assert now >= begun + 60


def test_keys_do_not_share_a_budget(traffic: Traffic) -> None:
    assert taken(traffic, new_access(), Priority.LOOK) == 20
    assert taken(traffic, new_access(), Priority.LOOK) == 20


def test_the_wait_told_is_enough(traffic: Traffic) -> None:
    access = new_access()
    taken(traffic, access, Priority.LOOK)

    time.sleep(traffic.take(access, Priority.LOOK) + 0.002)

    assert traffic.take(access, Priority.LOOK) == 0


def test_no_window_holds_more_than_the_limit_however_hard_many_processes_try(valkey: ValkeyServer) -> None:
    access, gone = new_access(), list[float]()

    def hammer(_: int) -> None:
        traffic, end = RedisTraffic(valkey.url, SHORT), time.monotonic() + 2.5
        while time.monotonic() < end:
            began = time.monotonic()
            if traffic.take(access, Priority.LOOK) == 0:
                gone.append(began)
        traffic.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(hammer, range(4)))

    gone.sort()
    assert 40 <= len(gone) <= 60
    margin = 0.05  # between a request's leave and the moment written down for it
    assert min(later - first for first, later in zip(gone, gone[20:], strict=False)) > 1.0 - margin


def test_a_429_closes_the_key_for_as_long_as_cal_com_said(traffic: Traffic) -> None:
    access = new_access()

    traffic.record(access, Sample(failed=False, seconds=0.1, closed_for=0.5, remaining=0, reset=0.5))

    assert 0.3 < traffic.take(access, Priority.LOOK) <= 0.5
    eventually(lambda: traffic.take(access, Priority.LOOK) == 0, within=3)


def test_requests_of_others_with_the_same_key_count_until_the_window_is_over(valkey: ValkeyServer) -> None:
    traffic, access = RedisTraffic(valkey.url, SHORT), new_access()
    assert traffic.take(access, Priority.LOOK) == 0
    seen = Sample(failed=False, seconds=0.1, limit=20, remaining=5, reset=0.5)

    traffic.record(access, seen)
    traffic.record(access, seen)

    assert taken(traffic, access, Priority.LOOK) == 5
    assert traffic.take(access, Priority.LOOK) <= 0.5


def test_the_limit_that_cal_com_names_is_the_one_that_holds(valkey: ValkeyServer) -> None:
    traffic, strict, rich = RedisTraffic(valkey.url, SHORT), new_access(), new_access()
    traffic.record(strict, Sample(failed=False, seconds=0.1, limit=10, remaining=10, reset=1.0))
    traffic.record(rich, Sample(failed=False, seconds=0.1, limit=30, remaining=30, reset=1.0))

    assert [taken(traffic, strict, each) for each in (Priority.SUGGEST, Priority.LOOK)] == [8, 2]
    assert [taken(traffic, rich, each) for each in (Priority.SUGGEST, Priority.LOOK)] == [24, 6]


@pytest.mark.parametrize("trouble", ["kill", "freeze"])
def test_without_redis_a_process_keeps_to_a_quarter_and_waits_for_redis_once_a_second(
    trouble: str, own_valkey: ValkeyServer
) -> None:
    traffic, access = RedisTraffic(own_valkey.url, SHORT), new_access()
    getattr(own_valkey, trouble)()
    began = time.monotonic()

    assert taken(traffic, access, Priority.LOOK, tries=100) == 5
    assert traffic.standings() == []
    assert time.monotonic() - began < 1


def test_the_key_itself_is_nowhere_in_redis_and_everything_there_ends(valkey: ValkeyServer) -> None:
    traffic, access = RedisTraffic(valkey.url, SHORT), new_access()
    traffic.take(access, Priority.LOOK)
    traffic.record(access, Sample(failed=True, seconds=0.1, closed_for=1.0, limit=20, remaining=3, reset=1.0))

    with valkey.client() as client:
        names = [str(name) for name in client.scan_iter("ringbook:traffic:*") if "{" in str(name)]
        content = [client.zrange(name, 0, -1) if "requests" in name else client.hgetall(name) for name in names]
        assert len(names) >= 2
        assert all(client.pttl(name) > 0 for name in names)
    assert access.api_key not in f"{names} {content}"

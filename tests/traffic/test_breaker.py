"""A Cal.com that fails is left alone but for one probe at a time, by all processes together."""

from __future__ import annotations

import time

from app.domain.traffic import Priority, Sample, Traffic
from app.traffic.shared import RedisTraffic
from tests.support.valkey import ValkeyServer
from tests.support.waiting import eventually
from tests.traffic.keys import BROKEN, FINE, SHORT, break_it, new_access


def test_nine_failures_in_a_row_do_not_open_it_and_the_tenth_does(traffic: Traffic) -> None:
    access = new_access()
    for _ in range(9):
        traffic.record(access, BROKEN)
    assert traffic.take(access, Priority.WRITE) == 0

    traffic.record(access, BROKEN)

    assert 0 < traffic.take(access, Priority.WRITE) <= 0.6


def test_fewer_failures_than_half_do_not_open_it(traffic: Traffic) -> None:
    access = new_access()
    for sample in [FINE, FINE, BROKEN, FINE, BROKEN] * 6:
        traffic.record(access, sample)

    assert traffic.take(access, Priority.WRITE) == 0


def test_half_open_lets_exactly_one_probe_through_each_time(traffic: Traffic) -> None:
    access = new_access()
    break_it(traffic, access)
    assert traffic.take(access, Priority.WRITE) > 0

    eventually(lambda: traffic.take(access, Priority.REFRESH) == 0, within=3, every=0.01)

    assert [traffic.take(access, Priority.WRITE) > 0 for _ in range(5)] == [True] * 5
    traffic.record(access, BROKEN)
    assert traffic.take(access, Priority.WRITE) > 0.5


def test_a_probe_that_is_answered_closes_it(traffic: Traffic) -> None:
    access = new_access()
    break_it(traffic, access)
    eventually(lambda: traffic.take(access, Priority.WRITE) == 0, within=3, every=0.01)

    traffic.record(access, FINE)

    assert [traffic.take(access, Priority.WRITE) for _ in range(3)] == [0, 0, 0]
    traffic.record(access, BROKEN)
    assert traffic.take(access, Priority.WRITE) == 0


def test_a_late_answer_to_an_older_request_does_not_close_it(traffic: Traffic) -> None:
    access = new_access()
    break_it(traffic, access)

    traffic.record(access, Sample(failed=False, seconds=30.0))

    assert traffic.take(access, Priority.WRITE) > 0


def test_all_processes_see_it_open_and_one_of_them_probes(valkey: ValkeyServer) -> None:
    access, ours, theirs = new_access(), RedisTraffic(valkey.url, SHORT), RedisTraffic(valkey.url, SHORT)
    break_it(ours, access)

    assert theirs.take(access, Priority.WRITE) > 0
    time.sleep(0.65)
    assert sum(one.take(access, Priority.WRITE) == 0 for one in (ours, theirs, ours, theirs)) == 1


def test_standings_tell_budget_and_breaker_of_every_account_in_use(valkey: ValkeyServer) -> None:
    traffic, busy, broken = RedisTraffic(valkey.url, SHORT), new_access(), new_access()
    for _ in range(7):
        traffic.take(busy, Priority.WRITE)
    traffic.record(busy, FINE)
    break_it(traffic, broken)

    standings = {standing.account_id: standing for standing in traffic.standings()}

    assert standings[busy.account_id].budget_left == 13
    assert not standings[busy.account_id].breaker_is_open
    assert standings[broken.account_id].breaker_is_open

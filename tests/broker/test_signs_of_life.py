"""Who is at work is known from Redis, for as long as they say so, and an outage harms nobody."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from app.broker.signs_of_life import KEY, RedisSignsOfLife
from app.domain.processes import GONE_AFTER, SHOWN_EVERY, Kind, Sign
from tests.broker.unreachable import refused
from tests.support.valkey import ValkeyServer
from tests.support.waiting import eventually

WORKER = Sign(
    kind=Kind.WORKER,
    host="host-1",
    pid=7,
    version="0.1.0",
    since=datetime(2026, 11, 23, 14, 0, tzinfo=UTC),
    threads=16,
    queues=("background", "live"),
)
WEB = Sign(kind=Kind.WEB, host="host-2", pid=8, version="0.1.0", since=WORKER.since, threads=160)
Open = Callable[[str], RedisSignsOfLife]


@pytest.fixture
def open_signs() -> Iterator[Open]:
    opened: list[RedisSignsOfLife] = []

    def open_signs(url: str) -> RedisSignsOfLife:
        opened.append(RedisSignsOfLife(url))
        return opened[-1]

    yield open_signs
    for each in opened:
        each.close()


def living(signs: RedisSignsOfLife) -> list[Sign] | None:
    found = signs.all()
    return None if found is None else [each.sign for each in found]


def test_what_each_process_says_is_known_to_all(empty_valkey: ValkeyServer, open_signs: Open) -> None:
    open_signs(empty_valkey.url).show(WORKER)
    open_signs(empty_valkey.url).show(WEB)
    assert living(open_signs(empty_valkey.url)) == [WEB, WORKER]


def test_saying_it_again_makes_nobody_two(empty_valkey: ValkeyServer, open_signs: Open) -> None:
    signs = open_signs(empty_valkey.url)
    signs.show(WORKER)
    signs.show(WORKER)
    (found,) = signs.all() or []
    assert (found.sign, found.ago <= 1) == (WORKER, True)


def test_who_says_nothing_any_more_is_gone(empty_valkey: ValkeyServer, open_signs: Open) -> None:
    signs = open_signs(empty_valkey.url)
    signs.show(WORKER)
    with empty_valkey.client() as client:
        (member,) = client.zrange(KEY, 0, -1)
        client.zincrby(KEY, -GONE_AFTER.total_seconds() - 2, member)
        assert living(signs) == []
        signs.show(WEB)
        assert client.zcard(KEY) == 1


def test_all_is_forgotten_when_nobody_says_anything_any_more(empty_valkey: ValkeyServer, open_signs: Open) -> None:
    open_signs(empty_valkey.url).show(WORKER)
    with empty_valkey.client() as client:
        assert 0 < client.ttl(KEY) <= GONE_AFTER.total_seconds()
    assert SHOWN_EVERY * 3 < GONE_AFTER


def test_who_takes_the_sign_back_is_gone_at_once(empty_valkey: ValkeyServer, open_signs: Open) -> None:
    signs = open_signs(empty_valkey.url)
    signs.show(WORKER)
    signs.show(WEB)
    signs.take_back(WORKER)
    assert living(signs) == [WEB]


@pytest.mark.parametrize("said", ["nonsense", '{"kind": "web"}', '{"kind": "oracle"}', "[]"])
def test_what_another_version_says_in_other_words_is_passed_over(
    empty_valkey: ValkeyServer, open_signs: Open, said: str
) -> None:
    signs = open_signs(empty_valkey.url)
    signs.show(WEB)
    with empty_valkey.client() as client:
        client.zadd(KEY, {said: time.time()})
    assert living(signs) == [WEB]


def test_without_redis_nobody_knows_and_nothing_fails(open_signs: Open) -> None:
    signs = open_signs(refused())
    with capture_logs() as logs:
        for _ in range(5):
            signs.show(WORKER)
            assert signs.all() is None
        signs.take_back(WORKER)
    assert [entry["event"] for entry in logs] == ["signs_of_life_lost"]


def test_a_frozen_redis_is_said_once_and_found_again(own_valkey: ValkeyServer, open_signs: Open) -> None:
    signs = open_signs(own_valkey.url)
    signs.show(WORKER)
    own_valkey.freeze()
    with capture_logs() as logs:
        for _ in range(20):
            signs.show(WORKER)
    assert [entry["event"] for entry in logs] == ["signs_of_life_lost"]
    own_valkey.thaw()

    def is_known_again() -> bool:
        signs.show(WORKER)
        return living(signs) == [WORKER]

    eventually(is_known_again)

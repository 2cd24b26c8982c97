"""The probe says whether Redis answers, and what it is; it never raises."""

from __future__ import annotations

import fakeredis

from app.cache.probe import RedisProbe
from tests.support.valkey import ValkeyServer


def test_a_server_that_answers_is_well() -> None:
    assert RedisProbe(fakeredis.FakeRedis()).answers()


def test_a_server_that_is_away_is_a_finding_and_no_fault() -> None:
    away = fakeredis.FakeServer()
    away.connected = False
    probe = RedisProbe(fakeredis.FakeRedis(server=away))

    assert not probe.answers()
    assert probe.info() is None


def test_a_real_server_tells_its_version_and_whether_it_evicts(valkey: ValkeyServer) -> None:
    info = RedisProbe.of(valkey.url).info()

    assert info is not None
    assert info["maxmemory_policy"] == "noeviction"

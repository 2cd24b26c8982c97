"""Fixtures of the slot cache's tests."""

from __future__ import annotations

import pytest

from app.cache.slot_cache import RedisSlotCache
from tests.cache.upstream import ManualClock
from tests.support.valkey import ValkeyServer


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def slot_cache(valkey: ValkeyServer, clock: ManualClock) -> RedisSlotCache:
    return RedisSlotCache(valkey.url, clock)


@pytest.fixture(autouse=True)
def _patience(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a Redis that is there may take longer than a request would wait for it."""
    if not request.module.__name__.endswith("test_redis_trouble"):
        monkeypatch.setattr("app.cache.slot_store.STEP_SECONDS", 5.0)

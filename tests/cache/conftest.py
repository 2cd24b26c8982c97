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

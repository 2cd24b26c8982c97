"""Traffic through Redis, and of a process on its own: both go by the same rules."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.domain.traffic import Traffic
from app.traffic.alone import TrafficAlone
from app.traffic.shared import RedisTraffic
from tests.support.valkey import ValkeyServer
from tests.traffic.keys import SHORT


@pytest.fixture(params=["shared", "alone"])
def traffic(request: pytest.FixtureRequest) -> Iterator[Traffic]:
    if request.param == "alone":
        yield TrafficAlone(SHORT)
        return
    valkey: ValkeyServer = request.getfixturevalue("valkey")
    shared = RedisTraffic(valkey.url, SHORT)
    yield shared
    shared.close()

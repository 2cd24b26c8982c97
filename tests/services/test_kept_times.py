"""Free times are kept while they are booked: what the next caller is offered then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from app.cache.slot_cache import RedisSlotCache
from app.domain.appointments import Action
from app.domain.event_types import EventType
from app.services.manage_appointment import ManageRequest
from tests.services.desk import AGENT, ORG, PLAIN, TWO_PM_TUESDAY, Desk
from tests.support.valkey import ValkeyServer

OpenDesk = Callable[[EventType], Desk]


@pytest.fixture
def open_desk(tmp_path: Path, empty_valkey: ValkeyServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenDesk]:
    """A desk that keeps free times in Redis, and gives a busy machine time to answer."""
    monkeypatch.setattr("app.cache.slot_store.STEP_SECONDS", 5.0)
    with ExitStack() as opened:

        def open_desk(event_type: EventType) -> Desk:
            desk = Desk(tmp_path, event_type)
            opened.callback(desk.close)
            cache: Any = RedisSlotCache(empty_valkey.url, desk.clock)
            desk.cache = cache
            desk._wire_callers()
            desk._wire_workers()
            return desk

        yield open_desk


def offered(desk: Desk, agent_id: str = AGENT) -> list[datetime]:
    return list(desk.manage(ManageRequest(action=Action.AVAILABILITY, org_id=ORG, agent_id=agent_id, wait=5)).openings)


@pytest.mark.parametrize("shared", [{"seats": 3}, {"scheduling": "ROUND_ROBIN"}])
@pytest.mark.parametrize("left", [[TWO_PM_TUESDAY], []])
def test_where_others_may_have_the_same_time_cal_com_says_whether_it_is_left(
    open_desk: OpenDesk, shared: dict[str, Any], left: list[datetime]
) -> None:
    desk = open_desk(replace(PLAIN, **shared))
    desk.calendar.free = [TWO_PM_TUESDAY]
    assert offered(desk) == [TWO_PM_TUESDAY]

    desk.booked()
    desk.calendar.free = left

    assert offered(desk) == left

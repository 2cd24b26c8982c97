"""A worker that takes nothing any more ends itself; one that is merely idle or busy does not."""

from __future__ import annotations

import os
import signal
from types import SimpleNamespace
from typing import Any

import pytest
from celery.worker import state
from kombu.transport.virtual.base import QoS

from workers.stall_guard import STRIKES, StallGuard, is_stalled


def consumer(*, prefetch: int, unacknowledged: int) -> Any:
    """A worker's consumer over kombu's own prefetch accounting."""
    channel: Any = SimpleNamespace(do_restore=False)
    qos = QoS(channel, prefetch_count=prefetch)
    for tag in range(unacknowledged):
        qos.append(object(), str(tag))
    channel.qos = qos
    return SimpleNamespace(task_consumer=SimpleNamespace(channel=channel), timer=SimpleNamespace())


class Running:
    """Stands for a task at work; Celery keeps these in a weak set."""

    id = "1"


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    signals: list[int] = []
    monkeypatch.setattr(os, "kill", lambda _pid, number: signals.append(number))
    return signals


def test_a_window_full_of_ghosts_is_a_stall() -> None:
    assert is_stalled(consumer(prefetch=4, unacknowledged=4))


def test_a_window_with_room_is_none() -> None:
    assert not is_stalled(consumer(prefetch=4, unacknowledged=3))


def test_a_worker_that_is_busy_is_not_stalled() -> None:
    request = Running()
    state.active_requests.add(request)
    try:
        assert not is_stalled(consumer(prefetch=4, unacknowledged=4))
    finally:
        state.active_requests.discard(request)


def test_three_strikes_in_a_row_end_the_worker(ended: list[int]) -> None:
    parent = consumer(prefetch=1, unacknowledged=1)
    guard = StallGuard(parent)
    for _ in range(STRIKES - 1):
        guard.check(parent)
    assert ended == []

    guard.check(parent)

    assert ended == [signal.SIGTERM]


def test_a_check_in_between_that_finds_it_well_starts_anew(ended: list[int]) -> None:
    stalled, well = consumer(prefetch=1, unacknowledged=1), consumer(prefetch=1, unacknowledged=0)
    guard = StallGuard(stalled)
    for each in (stalled, stalled, well, stalled, stalled):
        guard.check(each)

    assert ended == []

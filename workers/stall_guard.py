"""Ends a worker that has silently stopped taking messages, so that its supervisor starts a new one."""

from __future__ import annotations

import os
import signal
from typing import Any

import structlog
from celery import bootsteps
from celery.worker import state

CHECK_EVERY = 5.0
STRIKES = 3
log = structlog.get_logger(__name__)


class StallGuard(bootsteps.StartStopStep):
    """Watches for a stall that Celery on Redis is known for: a worker whose prefetch slots have leaked stays connected
    but asks for nothing. Acknowledgements lost in an outage did it, which do not go to the broker here; this is for
    whatever else may. Idle, yet not allowed to consume, three checks in a row: stop.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        super().__init__(parent, **kwargs)
        self._strikes = 0
        self._timer: Any = None

    def start(self, parent: Any) -> None:
        self._timer = parent.timer.call_repeatedly(CHECK_EVERY, self.check, (parent,))

    def stop(self, parent: Any) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def check(self, parent: Any) -> None:
        if not is_stalled(parent):
            self._strikes = 0
            return
        self._strikes += 1
        if self._strikes >= STRIKES:
            log.critical("worker_stalled")
            os.kill(os.getpid(), signal.SIGTERM)


def is_stalled(parent: Any) -> bool:
    """Nothing runs, and yet the channel's prefetch window is full."""
    consumer = getattr(parent, "task_consumer", None)
    channel = getattr(consumer, "channel", None)
    if channel is None or state.active_requests:
        return False
    return not channel.qos.can_consume()

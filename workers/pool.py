"""The threads that run tasks; each that comes free is told to the consumer at once."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from celery.concurrency.thread import TaskPool as ThreadPool
from kombu.asynchronous import Hub


class TaskPool(ThreadPool):
    """Celery's own thread pool, whose consumer sleeps while no thread is free: up to a second, until its next timer.

    Whoever waited in the queue waited for that as well, and a burst went through in steps of a second. Celery wakes
    its consumer for results of processes only.
    """

    _hub: Hub | None = None

    def register_with_event_loop(self, hub: Hub) -> None:
        """Called by Celery before the consumer asks for its first message, and after each reconnection."""
        self._hub = hub

    def on_apply(self, *args: Any, **kwargs: Any) -> Any:
        result = super().on_apply(*args, **kwargs)
        result.f.add_done_callback(self._wake_consumer)
        return result

    def _wake_consumer(self, _: Future[Any]) -> None:
        """Runs when Celery has counted the task as done."""
        if self._hub is not None:
            self._hub.call_soon(_look_again)


def _look_again() -> None:
    """The consumer counts its free threads before each sleep: there is nothing more to do than to wake it."""

"""Begins requests a few at a time: a burst that is begun all at once shares the processor until all of it is late."""

from __future__ import annotations

import threading
from collections.abc import Collection

from flask import Flask, g, request

AT_ONCE = 4
"""Reading a request and knowing who asks is mostly work of the one thread that Python lets run."""

PATIENCE = 10.0
"""Seconds after which a request goes on without a turn."""


class Turns:
    """First come, first served; what waits for something else than the processor gives its turn back first."""

    def __init__(self, *, at_once: int = AT_ONCE, patience: float = PATIENCE) -> None:
        self._free = threading.Semaphore(at_once)
        self._patience = patience

    def take(self) -> None:
        g.has_turn = self._free.acquire(timeout=self._patience)

    def give_back(self) -> None:
        """Once is enough, more does no harm."""
        if g.pop("has_turn", False):
            self._free.release()


def begin_in_turn(app: Flask, turns: Turns, blueprints: Collection[str]) -> None:
    """Requests to these blueprints take a turn before anything of them is read, and keep it to their end at most."""

    @app.before_request
    def take() -> None:
        if request.blueprint in blueprints:
            turns.take()

    @app.teardown_request
    def give_back(error: BaseException | None) -> None:
        turns.give_back()

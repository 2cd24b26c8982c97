"""Requests work in turn: a burst that is begun, or answered, all at once shares the processor until all are late."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext

from flask import Flask, g, request

from app.services.work_turns import WorkTurns


def work_in_turn(app: Flask, turns: WorkTurns, blueprints: Collection[str]) -> None:
    """Requests to these blueprints take a turn before anything of them is read, and keep it to their end, but for the
    time they stand aside.
    """

    @app.before_request
    def begin() -> None:
        if request.blueprint in blueprints:
            turns.begin()
            g.aside = turns.aside

    @app.teardown_request
    def end(error: BaseException | None) -> None:
        turns.end()


def stand_aside() -> AbstractContextManager[None]:
    """Let others work while this request waits; nothing for one that works in no turn."""
    aside: Callable[[], AbstractContextManager[None]] = g.get("aside", nullcontext)
    return aside()

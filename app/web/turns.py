"""Requests work in turn: a burst that is begun, or answered, all at once shares the processor until all are late."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext

from flask import Flask, g, request

from app.services.work_turns import WorkTurns


def work_in_turn(app: Flask, turns: WorkTurns, only_reads: Mapping[str, Callable[[], bool]]) -> None:
    """Requests to the blueprints named take a turn, and keep it to their end, but for the time they stand aside.

    What stands beside a blueprint's name tells of the request at hand whether it changes nothing, and may wait for its
    body: that comes as slowly as its sender likes, and nobody has a turn meanwhile.
    """

    @app.before_request
    def begin() -> None:
        tells = only_reads.get(request.blueprint or "")
        if tells is not None:
            turns.begin(only_reads=tells())
            g.aside = turns.aside

    @app.teardown_request
    def end(error: BaseException | None) -> None:
        turns.end()


def stand_aside() -> AbstractContextManager[None]:
    """Let others work while this request waits; nothing for one that works in no turn."""
    aside: Callable[[], AbstractContextManager[None]] = g.get("aside", nullcontext)
    return aside()

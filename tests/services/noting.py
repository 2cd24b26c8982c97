"""Other ways to note what callers were told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from tests.services.at_once import AtOnce
from tests.services.desk import Desk


class Later(AtOnce):
    """Does nothing before `run()` is called, then all of it."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(self, call: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
        promised: Future[Any] = Future()
        self.waiting.append((promised, lambda: call(*arguments, **options)))
        return promised

    def run(self) -> None:
        while self.waiting:
            promised, call = self.waiting.pop(0)
            if promised.set_running_or_notify_cancel():
                call()


def noted_by(desk: Desk, **changes: Any) -> None:
    """Other ways for the notes."""
    note_told = replace(desk.manage.note_told, **changes)
    desk.manage = replace(desk.manage, note_told=note_told)
    desk.read_job = replace(desk.read_job, note_told=note_told)

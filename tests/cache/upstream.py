"""What the slot cache asks: a stand-in for Cal.com's slot list, and a clock that moves when told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TypeVar

from app.domain.errors import CalendarError
from app.domain.outcomes import RetryLater

Answer = TypeVar("Answer")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
_accounts = count(1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time `day` days after 2026-11-23, UTC."""
    return datetime(2026, 11, 23, hour, minute, tzinfo=UTC) + timedelta(days=day)


def new_account() -> str:
    """An account that no other test has asked about."""
    return f"acct_{next(_accounts)}"


class ManualClock:
    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Upstream:
    """Answers with `slots`; `calls` are the windows asked for. While `gate` is closed, answers are held back."""

    def __init__(self, slots: Iterable[datetime]) -> None:
        self.slots = list(slots)
        self.calls: list[tuple[datetime, datetime]] = []
        self.error: CalendarError | None = None
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, start: datetime, end: datetime) -> list[datetime]:
        answer = list(self.slots)
        self.calls.append((start, end))
        assert self.gate.wait(30)
        if self.error:
            raise self.error
        return answer

    def fail(self) -> None:
        self.error = CalendarError(RetryLater())


def all_at_once(number: int, ask: Callable[[], Answer]) -> list[Answer]:
    """The answers of that many threads which begin together."""
    line = threading.Barrier(number)

    def one(_: int) -> Answer:
        line.wait(30)
        return ask()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))

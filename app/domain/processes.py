"""Which processes of this service are at work, as they say themselves every few seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

SHOWN_EVERY = timedelta(seconds=5)
GONE_AFTER = timedelta(seconds=20)
"""A process that said nothing for so long is taken for dead."""


class Kind(StrEnum):
    WEB = "web"
    WORKER = "worker"  # runs jobs
    WEBHOOKS = "webhooks"  # sends events
    SCHEDULER = "scheduler"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What a process says of itself; it says the same as long as it lives. `queues`: those it takes messages from."""

    kind: Kind
    host: str
    pid: int
    version: str
    since: datetime
    threads: int = 1
    queues: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.host}:{self.pid}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Living:
    """A process, and how many seconds ago it said so."""

    sign: Sign
    ago: float


class SignsOfLife(Protocol):
    """Signs are kept outside the database, and may be lost: nothing depends on them but what people are shown."""

    def show(self, sign: Sign) -> None:
        """This process lives. Bounded in time, and never raises."""
        ...

    def take_back(self, sign: Sign) -> None:
        """This process ends."""
        ...

    def all(self) -> Sequence[Living] | None:
        """Who lives, by kind and name; None where that cannot be found out now."""
        ...

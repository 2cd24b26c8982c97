"""How urgent a request to Cal.com is, what its answer shows of Cal.com's state, and who may keep it from being sent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from app.domain.directory import Access


class Priority(Enum):
    """The share of a key's budget that may be used up before requests of this kind wait: the rest is for the others.

    Writes leave a little to what they cannot do without: there may be enough of them to use up everything for hours.
    """

    LOOK = 1.0  # what became of a write
    MISSING = 0.975  # free times of which nothing is kept: without them nobody could book
    WRITE = 0.95  # a caller waits for it
    SUGGEST = 0.8
    AVAILABILITY = 0.65
    NEWS = 0.6  # what somebody else changed
    REFRESH = 0.5  # nobody waits: what the cache has is given out meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What one request showed. `failed`: no answer, or one that says the server is broken; a refusal is an answer.

    `seconds` is how long it took. `closed_for`: seconds for which Cal.com takes no requests of this key (429).
    `limit`: requests a minute that Cal.com allows this key; `remaining`: those left before `reset` seconds are over.
    0 and None where the answer did not say.
    """

    failed: bool
    seconds: float
    closed_for: float = 0.0
    limit: int = 0
    remaining: int | None = None
    reset: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An account's budget and breaker at this moment; `budget_left` in requests."""

    account_id: str
    budget_left: int
    breaker_is_open: bool


class Traffic(Protocol):
    """One budget and one breaker per key of a Cal.com server, shared by all processes. Never raises."""

    def take(self, access: Access, priority: Priority) -> float:
        """Take leave for one request: 0.0 if it may be sent now, else in how many seconds to ask again."""
        ...

    def record(self, access: Access, sample: Sample) -> None:
        """Tell how a request went."""
        ...


class Unmetered:
    """Traffic without limits, for tools that have Cal.com to themselves."""

    def take(self, _access: Access, _priority: Priority) -> float:
        return 0.0

    def record(self, _access: Access, _sample: Sample) -> None:
        return

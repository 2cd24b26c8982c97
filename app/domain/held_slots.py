"""What is kept of free times, as operators see it, and throwing it away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from app.domain.ports import SlotCache


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldDay:
    """A UTC day of one event type: when Cal.com told its free starts, and how many those are."""

    day: date
    loaded_at: datetime
    free: int


class HeldSlots(Protocol):
    """The slot cache from its other side. Never raises: None where the cache does not answer."""

    def held(self, account_id: str, event_type_id: int) -> list[HeldDay] | None:
        """In the order of the days."""
        ...

    def purge(self, account_id: str, event_type_id: int) -> int | None:
        """Forget every day, also what is being loaded at this moment; returns how many days were held."""
        ...


class WholeSlotCache(SlotCache, HeldSlots, Protocol):
    """The slot cache from both sides."""

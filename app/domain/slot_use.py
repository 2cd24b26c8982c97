"""How much the slot cache is of use: which look-ups it answered by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from app.domain.tallies import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotUse:
    """Look-ups of free times. `stale`: answered at once with what was up to two minutes old, while Cal.com was asked.

    `misses` waited for Cal.com, or for another one who asked it.
    """

    hits: int = 0
    stale: int = 0
    misses: int = 0

    @property
    def hit_rate(self) -> float | None:
        """The part that did not wait for Cal.com; None where nobody asked."""
        asked = self.hits + self.stale + self.misses
        return (self.hits + self.stale) / asked if asked else None

    def __add__(self, other: SlotUse) -> SlotUse:
        return replace(
            self, hits=self.hits + other.hits, stale=self.stale + other.stale, misses=self.misses + other.misses
        )


class SlotUses(Protocol):
    """Counts of all processes together."""

    def flush(self) -> None:
        """Add what this process counted since the last time. Bounded in time, and never raises."""
        ...

    def since(self, span: Span, moment: datetime) -> SlotUse | None:
        """What was counted in all minutes or hours from then on; None where that cannot be found out now."""
        ...

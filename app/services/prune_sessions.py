"""Delete sessions of the desk that are over, links that ran out, and wrong passwords of long ago."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.operators import KEEP_TRIES, LONGEST
from app.domain.ports import Clock
from app.domain.stores import OpenUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneSessions:
    open_unit: OpenUnit
    clock: Clock

    def __call__(self) -> int:
        """How many rows went."""
        with self.open_unit() as unit:
            pruned = unit.operators.prune(before=self.clock() - max(LONGEST, KEEP_TRIES))
            unit.commit()
        return pruned

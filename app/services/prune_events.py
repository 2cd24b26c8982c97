"""Delete events that happened long ago, a few at a time, with their deliveries and attempts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.domain.ports import Clock
from app.domain.stores import OpenUnit
from app.services.prune_jobs import BATCH, ROUNDS


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneEvents:
    """Deletes events older than `keep`, which is far longer than a schedule: but for those that were since sent again,
    and are still on their way.
    """

    open_unit: OpenUnit
    clock: Clock
    keep: timedelta

    def __call__(self) -> int:
        """How many were deleted; at most ROUNDS batches."""
        total = 0
        for _ in range(ROUNDS):
            with self.open_unit() as unit:
                pruned = unit.deliveries.prune(occurred_before=self.clock() - self.keep, limit=BATCH)
                unit.commit()
            total += pruned
            if pruned < BATCH:
                break
        return total

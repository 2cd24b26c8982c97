"""Delete jobs that ended long ago, a few at a time, so that nobody waits behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.domain.ports import Clock
from app.domain.stores import OpenUnit

BATCH = 500
ROUNDS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneJobs:
    """Deletes final jobs older than `keep`; appointments and their uid chains stay."""

    open_unit: OpenUnit
    clock: Clock
    keep: timedelta

    def __call__(self) -> int:
        """How many were deleted; at most ROUNDS batches."""
        total = 0
        for _ in range(ROUNDS):
            with self.open_unit() as unit:
                pruned = unit.jobs.prune(finished_before=self.clock() - self.keep, limit=BATCH)
                unit.commit()
            total += pruned
            if pruned < BATCH:
                break
        return total

"""The scheduler's round for runs over many jobs: wake a worker for each that is due, delete those long over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.domain.ports import BulkPublisher, Clock
from app.domain.stores import OpenUnit

REPUBLISH_AFTER = timedelta(seconds=10)
"""A message unanswered for so long is taken for lost. Publishing twice is harmless, the row decides."""

BATCH = 20
KEEP = timedelta(days=90)
PRUNE_BATCH, PRUNE_ROUNDS = 2000, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeBulk:
    """Idempotent, and harmless in two schedulers at once. Writes only where something is due."""

    open_unit: OpenUnit
    read_unit: OpenUnit
    publisher: BulkPublisher
    clock: Clock

    def __call__(self) -> int:
        """How many messages were sent."""
        now = self.clock()
        with self.read_unit() as unit:
            due = unit.bulk.due(now=now, unpublished_since=now - REPUBLISH_AFTER, limit=BATCH)
        told = [run_id for run_id in due if self.publisher.publish_bulk(run_id)]
        if told:
            with self.open_unit() as unit:
                unit.bulk.mark_published(told, now=now)
                unit.commit()
        return len(told)

    def prune(self) -> int:
        """Some rows at a time, so that nobody waits behind it. What was done to each job stands in the record."""
        total = 0
        for _ in range(PRUNE_ROUNDS):
            with self.open_unit() as unit:
                pruned = unit.bulk.prune(before=self.clock() - KEEP, limit=PRUNE_BATCH)
                unit.commit()
            total += pruned
            if not pruned:
                break
        return total

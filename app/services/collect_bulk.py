"""Find the jobs a run is about, some at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.domain.bulk import LEASE, MOST_JOBS, BulkRun, Stage
from app.domain.ports import Clock, Looks
from app.domain.stores import OpenUnit

LOOKED_AT = 500
"""Jobs a step: few enough that nobody waits behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectBulk:
    open_unit: OpenUnit
    clock: Clock
    most: int = MOST_JOBS

    def __call__(self, run: BulkRun, _looks: Looks) -> BulkRun | None:
        now = self.clock()
        with self.open_unit() as unit:
            if not unit.bulk.hold(run, lease_until=now + LEASE):
                return None
            found, place = unit.bulk.matching(run.wanted, after=run.place, look_at=LOOKED_AT)
            kept = found[: self.most - run.collected]
            collected = unit.bulk.add_items(run, kept)
            capped = len(kept) < len(found)
            is_all = capped or place is None
            after = replace(run, collected=collected, capped=capped, place=place or run.place, next_at=now)
            if is_all:
                after = replace(after, stage=Stage.CHECKING)
            unit.bulk.save(after)
            unit.commit()
        return after

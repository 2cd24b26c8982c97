"""Count the jobs that ended since the last time, a few at a time, so that nobody waits behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.domain.ports import Clock
from app.domain.stores import OpenUnit
from app.domain.tallies import BEHIND, EPOCH, KEPT, LENGTHS, LOOKED_BACK, Ended, Span, Tally, tallied
from app.services.rescue_jobs import LEADER, LEADER_LEASE

BATCH = 500
ROUNDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyJobs:
    """Each job is counted once for each time it ends, whatever crashes in between: the tallies and the watermark are
    one commit, which comes to nothing where somebody else moved the watermark. `owner`: the scheduler's name as leader.

    Reads first and writes only where something ended, so that the lock of SQLite is held for the sums alone. An end
    that is committed over `BEHIND` after the time it bears, or undone before that, is not counted.
    """

    open_unit: OpenUnit
    read_unit: OpenUnit
    clock: Clock
    owner: str
    batch: int = BATCH

    def __call__(self) -> None:
        """At most ROUNDS batches; what is left is counted the next time."""
        for _ in range(ROUNDS):
            if self._count() < self.batch:
                return

    def _count(self) -> int:
        now = self.clock()
        with self.read_unit() as unit:
            mark = unit.tallies.watermark()
            ended = unit.tallies.ended(since=mark or now - LOOKED_BACK, until=now - BEHIND, limit=self.batch)
        if not ended.jobs:
            return 0
        with self.open_unit() as unit:
            if not unit.leases.acquire(LEADER, owner=self.owner, now=now, until=now + LEADER_LEASE):
                return 0
            if not unit.tallies.advance(mark, ended.until):
                return 0
            unit.tallies.add(Span.EVER, {EPOCH: _all_of(ended)})
            for span, kept in KEPT.items():
                recent = [job for job in ended.jobs if job.finished_at >= now - kept]
                unit.tallies.add(span, tallied(recent, LENGTHS[span]))
                unit.tallies.prune(span, before=now - kept - timedelta(hours=1))
            unit.commit()
        return len(ended.jobs)


def _all_of(ended: Ended) -> Tally:
    whole = Tally()
    for job in ended.jobs:
        whole.count(job)
    return whole

"""The scheduler's round: publish what is due, was never published, or was left behind by a worker that died."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.domain.ports import Clock, Publisher
from app.domain.stores import OpenUnit

LEADER = "scheduler"
LEADER_LEASE = timedelta(seconds=10)
REPUBLISH_AFTER = timedelta(seconds=10)
"""A message unanswered for so long is taken for lost. Publishing twice is harmless: the row decides."""

BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RescueJobs:
    """Idempotent; only one of several schedulers works at a time, and two at once would do no harm."""

    open_unit: OpenUnit
    publisher: Publisher
    clock: Clock
    owner: str

    def __call__(self) -> int:
        """How many jobs were published; 0 while another scheduler leads."""
        now = self.clock()
        with self.open_unit() as unit:
            if not unit.leases.acquire(LEADER, owner=self.owner, now=now, until=now + LEADER_LEASE):
                return 0
            due = unit.jobs.due(now=now, published_before=now - REPUBLISH_AFTER, limit=BATCH)
            unit.commit()
        published: list[str] = []
        for job_id in due:
            if not self.publisher.publish(job_id):
                break
            published.append(job_id)
        if published:
            with self.open_unit() as unit:
                unit.jobs.mark_published(published, now=now)
                unit.commit()
        return len(published)

    def step_down(self) -> None:
        """Let another scheduler lead at once."""
        with self.open_unit() as unit:
            unit.leases.release(LEADER, owner=self.owner)
            unit.commit()

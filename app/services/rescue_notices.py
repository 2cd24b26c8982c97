"""The scheduler's rounds for what comes from Cal.com: wake workers for notices and sweeps, delete what is long over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.domain.notices import KEEP
from app.domain.ports import Clock, NoticePublisher
from app.domain.stores import OpenUnit
from app.services.rescue_jobs import leads

LEADER = "notices"
REPUBLISH_AFTER = timedelta(seconds=30)
"""A message unanswered for so long is taken for lost. Publishing twice is harmless, the row decides."""

FIRST_LOOK = timedelta(hours=12)
"""How far back the first sweep of an account looks."""

BATCH = 200
PRUNE_BATCH, PRUNE_ROUNDS = 500, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class RescueNotices:
    """Idempotent; of several schedulers one publishes at a time. Writes only where something is due."""

    open_unit: OpenUnit
    read_unit: OpenUnit
    publisher: NoticePublisher
    clock: Clock
    owner: str
    sweep_every: timedelta

    def __call__(self) -> int:
        """How many messages were sent."""
        now = self.clock()
        since = now - REPUBLISH_AFTER
        with self.read_unit() as unit:
            notices = unit.notices.due(now=now, unpublished_since=since, limit=BATCH)
            accounts = unit.sweeps.due(now=now, unpublished_since=since, limit=BATCH)
        if not (notices or accounts) or not leads(self.open_unit, self.owner, now, lease=LEADER):
            return 0
        told = [notice_id for notice_id in notices if self.publisher.publish_notice(notice_id)]
        swept = [account_id for account_id in accounts if self.publisher.publish_sweep(account_id)]
        with self.open_unit() as unit:
            unit.notices.mark_published(told, now=now)
            unit.sweeps.mark_published(swept, now=now)
            unit.commit()
        return len(told) + len(swept)

    def enroll(self) -> int:
        """Give accounts that have none yet their first turn to be looked through, in a while; returns how many."""
        now = self.clock()
        with self.open_unit() as unit:
            enrolled = unit.sweeps.enroll(next_at=now + self.sweep_every, since=now - FIRST_LOOK)
            unit.commit()
        return enrolled

    def prune(self) -> int:
        """Delete notices that were done with long ago; returns how many."""
        total = 0
        for _ in range(PRUNE_ROUNDS):
            with self.open_unit() as unit:
                pruned = unit.notices.prune(finished_before=self.clock() - KEEP, limit=PRUNE_BATCH)
                unit.commit()
            total += pruned
            if pruned < PRUNE_BATCH:
                break
        return total

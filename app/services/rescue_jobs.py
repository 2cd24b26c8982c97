"""The scheduler's round: publish what is due, was never published, or was left behind by a worker that died."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice, zip_longest
from typing import TypeVar

from app.domain.ports import Clock, Publisher
from app.domain.stores import DueJob, OpenUnit
from app.domain.webhook_stores import DueDelivery
from app.services.admission import AT_ONCE

LEADER = "scheduler"
LEADER_LEASE = timedelta(seconds=10)
REPUBLISH_AFTER = timedelta(seconds=10)
REPUBLISH_AT_LAST = timedelta(seconds=60)
"""A message unanswered for so long is taken for lost. Publishing twice is harmless, the row decides; but where workers
are away or busy, messages would pile up: so the pause doubles with each repeat, from the first to the second."""

LIVE_FOR = timedelta(seconds=60)
"""After this long no caller is on the line any more: what is older does not stand in front of those who are."""

BATCH = 400

Due = TypeVar("Due", DueJob, DueDelivery)


@dataclass(frozen=True, slots=True, kw_only=True)
class RescueJobs:
    """Idempotent; only one of several schedulers publishes at a time, and two at once would do no harm.

    Organizations take turns, and of each only its `AT_ONCE` first due jobs are looked at: however long one's queue is,
    no more of its messages stand in the broker.
    """

    open_unit: OpenUnit
    read_unit: OpenUnit
    publisher: Publisher
    clock: Clock
    owner: str

    def __call__(self) -> int:
        """How many jobs were published; 0 while another scheduler leads."""
        now = self.clock()
        with self.read_unit() as unit:
            due = unit.jobs.due(now=now, unpublished_since=now - REPUBLISH_AFTER, per_org=AT_ONCE)
        unanswered = [[job for job in jobs if is_unanswered(job, now)] for jobs in due.values()]
        if not any(unanswered) or not leads(self.open_unit, self.owner, now):
            return 0
        published: list[str] = []
        for job in islice(in_turn(unanswered), BATCH):
            if not self.publisher.publish(job.id, background=now - job.created_at > LIVE_FOR):
                break
            published.append(job.id)
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


def leads(open_unit: OpenUnit, owner: str, now: datetime, *, lease: str = LEADER) -> bool:
    """Whether this scheduler publishes now: of several the one that holds the lease does.

    Asked when something is found to publish: the looks before it take a while, and nobody's write waits for them.
    """
    with open_unit() as unit:
        is_leader = unit.leases.acquire(lease, owner=owner, now=now, until=now + LEADER_LEASE)
        unit.commit()
    return is_leader


def in_turn(queues: Iterable[Iterable[Due]]) -> Iterator[Due]:
    """The first of each queue, then the second of each, and so on."""
    return (each for each in chain.from_iterable(zip_longest(*queues)) if each is not None)


def is_unanswered(due: DueJob | DueDelivery, now: datetime) -> bool:
    """Whether it was never published, or so long ago that the message is taken for lost."""
    if due.published_at is None:
        return True
    pause = min(max(due.published_at - due.due_since, REPUBLISH_AFTER), REPUBLISH_AT_LAST)
    return now - due.published_at > pause

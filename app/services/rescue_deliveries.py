"""The scheduler's round for events: publish deliveries that are due, were never published, or were left behind."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from app.domain.ports import Clock, DeliveryPublisher
from app.domain.stores import OpenUnit
from app.domain.webhooks import AT_ONCE
from app.services.rescue_jobs import BATCH, in_turn, is_unanswered, leads


@dataclass(frozen=True, slots=True, kw_only=True)
class RescueDeliveries:
    """Idempotent, and led by the same scheduler as the jobs: `owner` is its name there.

    Endpoints take turns, and of each no more is published than may be under way at once: whoever is done wakes the
    next, however long the backlog is.
    """

    open_unit: OpenUnit
    read_unit: OpenUnit
    publisher: DeliveryPublisher
    clock: Clock
    owner: str

    def __call__(self) -> int:
        """How many deliveries were published; 0 while another scheduler leads."""
        now = self.clock()
        with self.read_unit() as unit:
            due = unit.deliveries.due(now=now, per_endpoint=AT_ONCE)
        unanswered = [[each for each in queue if is_unanswered(each, now)] for queue in due.values()]
        if not any(unanswered) or not leads(self.open_unit, self.owner, now):
            return 0
        published: list[str] = []
        for delivery in islice(in_turn(unanswered), BATCH):
            if not self.publisher.publish_delivery(delivery.id):
                break
            published.append(delivery.id)
        if published:
            with self.open_unit() as unit:
                unit.deliveries.mark_published(published, now=now)
                unit.commit()
        return len(published)

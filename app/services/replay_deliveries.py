"""Send events once more, under their old ids: one delivery, one event, or all of an endpoint since a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from app.domain.api_keys import Scope
from app.domain.audit import AuditEntry, Deed
from app.domain.errors import ConflictError
from app.domain.identifiers import new_audit_id
from app.domain.ports import Clock, DeliveryPublisher
from app.domain.stores import OpenUnit
from app.domain.webhook_stores import DeliveryFilter
from app.domain.webhooks import Delivery, DeliveryStatus, Endpoint, EndpointStatus
from app.services.endpoint_settings import MOST_ENDPOINTS, delivery_named, endpoint_named
from app.services.record_deed import record_deed
from app.services.record_event import add_delivery

BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayDelivery:
    """`name` is the id of a delivery, or that of an event: then of all its deliveries. One that is under way at this
    moment is left alone. Raises UnknownNameError, and ConflictError where nothing could be sent again.
    """

    open_unit: OpenUnit
    publisher: DeliveryPublisher
    clock: Clock

    def __call__(self, name: str, scope: Scope, *, actor: str) -> list[Delivery]:
        now = self.clock()
        with self.open_unit() as unit:
            found = unit.deliveries.search(DeliveryFilter(event_id=name.strip(), limit=MOST_ENDPOINTS))
            wanted = [each for each in found if scope.covers(each.org_id)]
            wanted = wanted or [delivery_named(unit.deliveries, name, scope)]
            again = [each for each in wanted if unit.deliveries.restart(each.id, now=now)]
            if not again:
                raise ConflictError("It is under way at this moment.")
            restarted = [delivery_named(unit.deliveries, each.id, scope) for each in again]
            org_id, counts = restarted[0].org_id, {"deliveries": len(restarted)}
            record_deed(unit, Deed.DELIVERY_REPLAY, name.strip(), actor=actor, at=now, org_id=org_id, counts=counts)
            unit.commit()
        for delivery in restarted:
            self.publisher.publish_delivery(delivery.id)
        return restarted


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverDeliveries:
    """Of the events since a time: those given up, and those the endpoint wants and was never told, as it was disabled
    or not there yet. With `delivered` also those it took. Each is sent once. Returns how many are on their way now.

    Raises UnknownNameError, and ConflictError for an endpoint that is not enabled.
    """

    open_unit: OpenUnit
    publisher: DeliveryPublisher
    clock: Clock

    def __call__(self, endpoint_id: str, since: datetime, scope: Scope, *, actor: str, delivered: bool = False) -> int:
        ended = {DeliveryStatus.FAILED} | ({DeliveryStatus.SUCCEEDED} if delivered else set())
        said = f"since {since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}{', also what it took' if delivered else ''}"
        entry = AuditEntry(
            id=new_audit_id(), at=self.clock(), actor=actor, deed=Deed.ENDPOINT_RECOVER, target=endpoint_id, reason=said
        )
        total = 0
        while recovered := self._recover(since, scope, ended, replace(entry, counts={"deliveries": total})):
            total += recovered
        return total

    def _recover(self, since: datetime, scope: Scope, ended: set[DeliveryStatus], entry: AuditEntry) -> int:
        """One batch and its part of the record in one commit, for others write as well.

        By the next batch, what this one put on its way may have ended: its schedule began no earlier than the record.
        """
        now = max(self.clock(), entry.at)  # a clock that was set back would let it go on for as long
        with self.open_unit() as unit:
            endpoint = _enabled(endpoint_named(unit.endpoints, entry.target, scope))
            known = unit.deliveries.ended_since(
                endpoint.id, since, statuses=ended, scheduled_before=entry.at, limit=BATCH
            )
            again = [each for each in known if unit.deliveries.restart(each, now=now)]
            untold = unit.deliveries.untold_since(endpoint, since, limit=BATCH - len(again))
            told = [add_delivery(unit, event, endpoint, now=now) for event in untold]
            freed = unit.deliveries.next_in_line(endpoint.id, now=now)
            recovered = len(again) + len(told)
            counts = {"deliveries": entry.counts["deliveries"] + recovered}
            unit.audit.save(replace(entry, target=endpoint.id, org_id=endpoint.org_id, counts=counts))
            unit.commit()
        for delivery_id in freed:
            self.publisher.publish_delivery(delivery_id)
        return recovered


def _enabled(endpoint: Endpoint) -> Endpoint:
    if endpoint.status is not EndpointStatus.ENABLED:
        raise ConflictError(f"The endpoint is {endpoint.status}. It has to be enabled first.")
    return endpoint

"""Send events once more, under their old ids: one delivery, one event, or all of an endpoint since a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.api_keys import Scope
from app.domain.errors import ConflictError
from app.domain.ports import Clock, DeliveryPublisher
from app.domain.stores import OpenUnit
from app.domain.webhook_stores import DeliveryFilter
from app.domain.webhooks import Delivery, DeliveryStatus, Endpoint, EndpointStatus
from app.services.endpoint_settings import MOST_ENDPOINTS, delivery_named, endpoint_named
from app.services.record_event import add_delivery

BATCH = 200
ROUNDS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayDelivery:
    """`name` is the id of a delivery, or that of an event: then of all its deliveries. One that is under way at this
    moment is left alone. Raises UnknownNameError, and ConflictError where nothing could be sent again.
    """

    open_unit: OpenUnit
    publisher: DeliveryPublisher
    clock: Clock

    def __call__(self, name: str, scope: Scope) -> list[Delivery]:
        now = self.clock()
        with self.open_unit() as unit:
            found = unit.deliveries.search(DeliveryFilter(event_id=name.strip(), limit=MOST_ENDPOINTS))
            wanted = [each for each in found if scope.covers(each.org_id)]
            wanted = wanted or [delivery_named(unit.deliveries, name, scope)]
            again = [each for each in wanted if unit.deliveries.restart(each.id, now=now)]
            if not again:
                raise ConflictError("It is under way at this moment.")
            restarted = [delivery_named(unit.deliveries, each.id, scope) for each in again]
            unit.commit()
        for delivery in restarted:
            self.publisher.publish_delivery(delivery.id)
        return restarted


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverDeliveries:
    """Of the events since a time: those given up, and those the endpoint wants and was never told, as it was disabled
    or not there yet. With `delivered` also those it took. Returns how many are on their way now.

    Raises UnknownNameError, and ConflictError for an endpoint that is not enabled.
    """

    open_unit: OpenUnit
    publisher: DeliveryPublisher
    clock: Clock

    def __call__(self, endpoint_id: str, since: datetime, scope: Scope, *, delivered: bool = False) -> int:
        ended = {DeliveryStatus.FAILED} | ({DeliveryStatus.SUCCEEDED} if delivered else set())
        total = 0
        for _ in range(ROUNDS):
            recovered = self._recover(endpoint_id, since, scope, ended)
            total += recovered
            if not recovered:
                break
        return total

    def _recover(self, endpoint_id: str, since: datetime, scope: Scope, ended: set[DeliveryStatus]) -> int:
        """One batch in one commit, for others write as well."""
        now = self.clock()
        with self.open_unit() as unit:
            endpoint = _enabled(endpoint_named(unit.endpoints, endpoint_id, scope))
            known = unit.deliveries.ended_since(endpoint.id, since, statuses=ended, limit=BATCH)
            again = [each for each in known if unit.deliveries.restart(each, now=now)]
            untold = unit.deliveries.untold_since(endpoint, since, limit=BATCH - len(again))
            told = [add_delivery(unit, event, endpoint, now=now) for event in untold]
            freed = unit.deliveries.next_in_line(endpoint.id, now=now)
            unit.commit()
        for delivery_id in freed:
            self.publisher.publish_delivery(delivery_id)
        return len(again) + len(told)


def _enabled(endpoint: Endpoint) -> Endpoint:
    if endpoint.status is not EndpointStatus.ENABLED:
        raise ConflictError(f"The endpoint is {endpoint.status}. It has to be enabled first.")
    return endpoint

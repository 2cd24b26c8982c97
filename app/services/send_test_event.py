"""Send an endpoint an event that means nothing, so that its owner can see one arrive."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.api_keys import Scope
from app.domain.audit import Deed
from app.domain.events import SCHEMA_VERSION, Event, EventName
from app.domain.ports import Clock, DeliveryPublisher
from app.domain.stores import OpenUnit
from app.domain.webhooks import Delivery
from app.services.endpoint_settings import delivery_named, endpoint_named
from app.services.record_deed import record_deed
from app.services.record_event import add_delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class SendTestEvent:
    """Whatever the endpoint subscribed to, disabled or not. Raises UnknownNameError."""

    open_unit: OpenUnit
    publisher: DeliveryPublisher
    clock: Clock

    def __call__(self, endpoint_id: str, scope: Scope, *, actor: str) -> Delivery:
        now = self.clock()
        with self.open_unit() as unit:
            endpoint = endpoint_named(unit.endpoints, endpoint_id, scope)
            data = {"version": SCHEMA_VERSION, "org_id": endpoint.org_id, "endpoint_id": endpoint.id}
            event = Event(name=EventName.ENDPOINT_TEST, org_id=endpoint.org_id, occurred_at=now, data=data)
            unit.deliveries.add_event(event)
            delivery = delivery_named(unit.deliveries, add_delivery(unit, event, endpoint, now=now), scope)
            record_deed(unit, Deed.ENDPOINT_TEST, endpoint.id, actor=actor, at=now, org_id=endpoint.org_id)
            unit.commit()
        self.publisher.publish_delivery(delivery.id)
        return delivery

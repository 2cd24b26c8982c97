"""Record an event in the unit of work that makes it happen, with a delivery to every endpoint that wants it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.domain.events import Event
from app.domain.identifiers import new_delivery_id
from app.domain.stores import UnitOfWork
from app.domain.webhooks import Delivery, Endpoint, EndpointStatus


def record_event(unit: UnitOfWork, *events: Event) -> tuple[str, ...]:
    """One event or several of one organization. Returns the ids of the deliveries, to be published once committed.

    Whoever does not publish them need not care: the scheduler does within a second. Where the organization has no
    endpoint at all, nothing is kept; one that is disabled or not verified yet gets a delivery when it is recovered.
    """
    endpoints = unit.endpoints.of_organization(events[0].org_id)
    if not endpoints:
        return ()
    return tuple(delivery_id for event in events for delivery_id in _deliveries_of(unit, event, endpoints))


def _deliveries_of(unit: UnitOfWork, event: Event, endpoints: Sequence[Endpoint]) -> list[str]:
    unit.deliveries.add_event(event)
    wanting = (each for each in endpoints if each.status is EndpointStatus.ENABLED and each.wants(event))
    return [add_delivery(unit, event, endpoint, now=event.occurred_at) for endpoint in wanting]


def add_delivery(unit: UnitOfWork, event: Event, endpoint: Endpoint, *, now: datetime) -> str:
    """Put a recorded event on its way to one endpoint, due at once; returns the delivery's id."""
    delivery = Delivery(
        id=new_delivery_id(),
        event_id=event.id,
        event_name=event.name,
        endpoint_id=endpoint.id,
        org_id=event.org_id,
        created_at=now,
        scheduled_from=now,
        next_attempt_at=now,
    )
    unit.deliveries.add(delivery)
    return delivery.id

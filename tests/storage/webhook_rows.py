"""Endpoints, events and deliveries for tests of their stores."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.directory import Organization
from app.domain.events import Event, EventName
from app.domain.identifiers import new_endpoint_id
from app.domain.webhooks import DELIVERY_LEASE, Delivery, DeliveryAttempt, Endpoint, EndpointStatus
from app.services.record_event import record_event
from app.storage.database import Database

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ORG = "1268c1f0-19f3-47db-aefb-c16a7c3ace6e"
AGENT = "019d1fdb-98e9-7c87-86c7-321e2fa98733"
SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"


def endpoint(database: Database, **changes: Any) -> Endpoint:
    """An enabled endpoint of the one organization."""
    made = Endpoint(
        id=new_endpoint_id(), org_id=ORG, url="https://crm.example/hook", created_at=NOW, status=EndpointStatus.ENABLED
    )
    made = replace(made, **changes)
    with database.unit() as unit:
        if unit.directory.organization(made.org_id) is None:
            unit.directory.save_organization(Organization(id=made.org_id, name="Clinic", created_at=NOW))
        unit.endpoints.add(made, SECRET)
        unit.commit()
    return made


def event(**changes: Any) -> Event:
    made = Event(
        name=EventName.APPOINTMENT_BOOKED,
        org_id=ORG,
        agent_id=AGENT,
        appointment_id="appt_1",
        occurred_at=NOW,
        data={"version": 1, "appointment_id": "appt_1", "attendee": {"name": "Jane Doe"}},
    )
    return replace(made, **changes)


def record(database: Database, happened: Event) -> tuple[str, ...]:
    with database.unit() as unit:
        made = record_event(unit, happened)
        unit.commit()
    return made


def claim(database: Database, delivery_id: str, *, now: datetime = NOW) -> Delivery | None:
    with database.unit() as unit:
        taken = unit.deliveries.claim(delivery_id, now=now, lease_until=now + DELIVERY_LEASE)
        unit.commit()
    return taken


def claimed(database: Database, delivery_id: str, *, now: datetime = NOW) -> Delivery:
    taken = claim(database, delivery_id, now=now)
    assert taken is not None
    return taken


def attempt(delivery: Delivery, *, now: datetime = NOW, **said: Any) -> DeliveryAttempt:
    made = DeliveryAttempt(number=delivery.attempts, fence=delivery.fence, started_at=now, finished_at=now)
    return replace(made, **said)


def stored(database: Database, delivery_id: str) -> Delivery:
    with database.reading_unit() as unit:
        found = unit.deliveries.get_with_history(delivery_id)
    assert found is not None
    return found


def kept(database: Database, endpoint_id: str) -> Endpoint:
    with database.reading_unit() as unit:
        found = unit.endpoints.get(endpoint_id)
    assert found is not None
    return found

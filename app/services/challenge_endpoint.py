"""Find out whether whoever answers at an endpoint's address wants our events: send a challenge, take it back."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from app.domain.api_keys import Scope
from app.domain.audit import Deed
from app.domain.errors import ConflictError
from app.domain.events import SCHEMA_VERSION, Event, EventName
from app.domain.ports import Clock, DeliveryPublisher
from app.domain.stores import OpenUnit, UnitOfWork
from app.domain.webhook_stores import DeliveryFilter
from app.domain.webhooks import Endpoint, EndpointStatus
from app.services.endpoint_settings import endpoint_named
from app.services.named import refused
from app.services.record_deed import record_deed
from app.services.record_event import add_delivery


def send_challenge(unit: UnitOfWork, endpoint: Endpoint, now: datetime) -> str:
    """Put a fresh challenge on its way; returns the id of the delivery to publish after the commit.

    The answer to it must be 2xx and hold the challenge in its first 4 KB, as plain text or JSON.
    """
    data = {
        "version": SCHEMA_VERSION,
        "org_id": endpoint.org_id,
        "endpoint_id": endpoint.id,
        "challenge": secrets.token_urlsafe(24),
    }
    event = Event(name=EventName.ENDPOINT_VERIFICATION, org_id=endpoint.org_id, occurred_at=now, data=data)
    unit.deliveries.add_event(event)
    return add_delivery(unit, event, endpoint, now=now)


def accept_challenge(unit: UnitOfWork, endpoint: Endpoint, now: datetime) -> None:
    """The challenge came back from that address: what waits for the endpoint is sent there, on a fresh schedule."""
    if unit.endpoints.verify(endpoint.id, endpoint.url):
        unit.deliveries.bring_forward(endpoint.id, now=now, afresh=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeEndpoint:
    """Without `answer` a new challenge is sent. With it, the endpoint is enabled if it is the challenge sent last: for
    receivers that cannot echo it but show their owner what they got.

    Raises UnknownNameError, ConflictError and RefusedError.
    """

    open_unit: OpenUnit
    publisher: DeliveryPublisher
    clock: Clock

    def __call__(self, endpoint_id: str, scope: Scope, *, actor: str, answer: str = "") -> Endpoint:
        now = self.clock()
        with self.open_unit() as unit:
            endpoint = endpoint_named(unit.endpoints, endpoint_id, scope)
            if endpoint.status is not EndpointStatus.UNVERIFIED:
                raise ConflictError(f"The endpoint is {endpoint.status} and was verified before.")
            if not answer:
                sent, how = [send_challenge(unit, endpoint, now)], "a challenge was sent"
            elif hmac.compare_digest(answer.strip().encode(), _newest_challenge(unit, endpoint).encode()):
                accept_challenge(unit, endpoint, now)
                sent, how = unit.deliveries.next_in_line(endpoint.id, now=now), "its challenge was handed in"
            else:
                raise refused("challenge", "It is not the one that was sent last.")
            challenged = endpoint_named(unit.endpoints, endpoint_id, scope)
            record_deed(
                unit, Deed.ENDPOINT_VERIFY, endpoint.id, actor=actor, at=now, org_id=endpoint.org_id, reason=how
            )
            unit.commit()
        for delivery_id in sent:
            self.publisher.publish_delivery(delivery_id)
        return challenged


def _newest_challenge(unit: UnitOfWork, endpoint: Endpoint) -> str:
    """Raises RefusedError where none was sent."""
    name = EventName.ENDPOINT_VERIFICATION
    found = unit.deliveries.search(DeliveryFilter(endpoint_id=endpoint.id, event_name=name, limit=1))
    event = unit.deliveries.event(found[0].event_id) if found else None
    if event is None:
        raise refused("challenge", "None was sent of late.")
    return str(event.data["challenge"])

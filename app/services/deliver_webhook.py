"""Send one delivery to its endpoint: claim it, send, record what came of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from app.domain.delivery_policy import is_beyond_hope, next_try, pause_after
from app.domain.errors import KeyUnreadableError, PostponedError
from app.domain.events import SCHEMA_VERSION, Event, EventName, utc_text
from app.domain.ports import Clock, DeliveryPublisher
from app.domain.sending import Message, Receipt, Sender, body_of
from app.domain.stores import OpenUnit, UnitOfWork
from app.domain.webhooks import (
    DELIVERY_LEASE,
    Delivery,
    DeliveryAttempt,
    DeliveryStatus,
    DisabledReason,
    Endpoint,
)
from app.services.bulkhead import Bulkhead
from app.services.challenge_endpoint import accept_challenge
from app.services.record_event import record_event

log = structlog.get_logger(__name__)

NOT_ECHOED = "challenge_not_echoed"
FAILING = "failing"
"""The one seat row of the bulkhead: for endpoints whose last try failed, all together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consignment:
    """A claimed delivery with all it takes to send it."""

    delivery: Delivery
    endpoint: Endpoint
    event: Event
    secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverWebhook:
    """Does nothing for a delivery that is not due, under way, final, or whose endpoint is left alone.

    The row decides, not the message. A worker that dies after sending has not recorded it: the event is sent again,
    under the same id. Endpoints that fail share half of a worker's threads, whatever their number.
    """

    open_unit: OpenUnit
    read_unit: OpenUnit
    sender: Sender
    publisher: DeliveryPublisher
    bulkhead: Bulkhead
    stopping: Callable[[], bool]
    clock: Clock

    def __call__(self, delivery_id: str) -> None:
        if self.stopping():
            with self.open_unit() as unit:
                unit.deliveries.mark_unpublished(delivery_id)
                unit.commit()
            return
        consignment = self._claim(delivery_id)
        if consignment is None:
            return
        seat = self.bulkhead.seat(FAILING) if consignment.endpoint.failures else nullcontext()
        try:
            with seat:
                receipt = self._send(consignment)
        except PostponedError as postponed:
            self._hand_back(consignment.delivery, postponed.wait)
            return
        self._settle(consignment, receipt)

    def _claim(self, delivery_id: str) -> Consignment | None:
        now = self.clock()
        with self.read_unit() as unit:  # on SQLite bookings would wait for every claim that comes to nothing
            if not unit.deliveries.has_place(delivery_id, now=now):
                return None
        with self.open_unit() as unit:
            delivery = unit.deliveries.claim(delivery_id, now=now, lease_until=now + DELIVERY_LEASE)
            if delivery is None:
                return None
            endpoint, event = unit.endpoints.get(delivery.endpoint_id), unit.deliveries.event(delivery.event_id)
            if endpoint is None or event is None:
                return None
            try:
                secrets = unit.endpoints.secrets(endpoint.id, now=now)
            except KeyUnreadableError:
                log.warning("endpoint_secret_unreadable", endpoint_id=endpoint.id)
                return None
            unit.commit()
        return Consignment(delivery=delivery, endpoint=endpoint, event=event, secrets=secrets)

    def _send(self, consignment: Consignment) -> Receipt:
        event = consignment.event
        message = Message(id=event.id, sent_at=self.clock(), body=body_of(event))
        receipt = self.sender.send(consignment.endpoint.url, message, consignment.secrets)
        if event.name is EventName.ENDPOINT_VERIFICATION and receipt.is_success:
            is_echoed = event.data["challenge"] in receipt.response
            return receipt if is_echoed else replace(receipt, code=NOT_ECHOED)
        return receipt

    def _hand_back(self, delivery: Delivery, wait: float) -> None:
        with self.open_unit() as unit:
            unit.deliveries.hand_back(delivery, at=self.clock() + timedelta(seconds=wait))
            unit.commit()

    def _settle(self, consignment: Consignment, receipt: Receipt) -> None:
        now, delivery = self.clock(), consignment.delivery
        log.info(
            "webhook_sent",
            delivery_id=delivery.id,
            event_id=delivery.event_id,
            endpoint_id=delivery.endpoint_id,
            attempt=delivery.attempts,
            status=receipt.http_status,
            code=receipt.code,
            milliseconds=receipt.duration_ms,
        )
        with self.open_unit() as unit:
            if receipt.is_success:
                self._succeed(unit, consignment, _attempt(delivery, receipt, now), now)
                told: tuple[str, ...] = ()
            else:
                told = self._fail(unit, consignment, receipt, now)
            freed = unit.deliveries.next_in_line(delivery.endpoint_id, now=now)
            unit.commit()
        for delivery_id in (*freed, *told):
            self.publisher.publish_delivery(delivery_id)

    def _succeed(self, unit: UnitOfWork, consignment: Consignment, attempt: DeliveryAttempt, now: datetime) -> None:
        """The first success after a pause brings everything that waits for the endpoint forward."""
        endpoint, event = consignment.endpoint, consignment.event
        if not unit.deliveries.finish(consignment.delivery, attempt, status=DeliveryStatus.SUCCEEDED):
            return
        unit.endpoints.note_success(endpoint.id, now=now)
        if endpoint.paused_until is not None:
            unit.deliveries.bring_forward(endpoint.id, now=now, afresh=False)
        if event.name is EventName.ENDPOINT_VERIFICATION:
            accept_challenge(unit, endpoint, now)

    def _fail(self, unit: UnitOfWork, consignment: Consignment, receipt: Receipt, now: datetime) -> tuple[str, ...]:
        delivery, endpoint = consignment.delivery, consignment.endpoint
        attempt = _attempt(delivery, receipt, now)
        is_hopeless = receipt.code in {"gone", NOT_ECHOED}
        at = None if is_hopeless else next_try(delivery, receipt, now=now)
        if at is None:
            is_ours = unit.deliveries.finish(delivery, attempt, status=DeliveryStatus.FAILED)
        else:
            is_ours = unit.deliveries.retry(delivery, attempt, at=at)
        if not is_ours:
            return ()
        unit.endpoints.note_failure(delivery, now=now, paused_until=pause_after(endpoint, receipt, now=now))
        if receipt.code == "gone":
            return self._disable(unit, endpoint, DisabledReason.GONE, now)
        if at is None and not is_hopeless and is_beyond_hope(delivery, endpoint):
            return self._disable(unit, endpoint, DisabledReason.FAILING, now)
        return ()

    def _disable(self, unit: UnitOfWork, endpoint: Endpoint, reason: DisabledReason, now: datetime) -> tuple[str, ...]:
        """What waits for it stays; the organization's other endpoints are told."""
        if not unit.endpoints.disable(endpoint.id, reason, now=now):
            return ()
        log.warning("endpoint_disabled", endpoint_id=endpoint.id, reason=reason.value)
        return record_event(unit, _disabled_event(endpoint, reason, now))


def _attempt(delivery: Delivery, receipt: Receipt, now: datetime) -> DeliveryAttempt:
    return DeliveryAttempt(
        number=delivery.attempts,
        fence=delivery.fence,
        started_at=now - timedelta(milliseconds=receipt.duration_ms),
        finished_at=now,
        duration_ms=receipt.duration_ms,
        http_status=receipt.http_status,
        code=receipt.code,
        response=receipt.response,
    )


def _disabled_event(endpoint: Endpoint, reason: DisabledReason, now: datetime) -> Event:
    data = {
        "version": SCHEMA_VERSION,
        "org_id": endpoint.org_id,
        "endpoint_id": endpoint.id,
        "url": endpoint.url,
        "reason": reason.value,
        "failures": endpoint.failures + 1,
        "failing_since": utc_text(endpoint.failing_since or now),
        "disabled_at": utc_text(now),
    }
    return Event(name=EventName.ENDPOINT_DISABLED, org_id=endpoint.org_id, occurred_at=now, data=data)

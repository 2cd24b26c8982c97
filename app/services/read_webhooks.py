"""List and show endpoints and deliveries."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.domain.api_keys import Scope
from app.domain.events import Event
from app.domain.paging import WHOLE, Span
from app.domain.stores import OpenUnit
from app.domain.webhook_stores import DeliveryFilter
from app.domain.webhooks import Delivery, Endpoint
from app.services.endpoint_settings import delivery_named, endpoint_named
from app.services.named import organization_named, refused

MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEndpoints:
    """In the order of their making. Raises UnknownNameError and ForbiddenError."""

    read_unit: OpenUnit

    def __call__(self, scope: Scope, org_id: str | None = None, span: Span = WHOLE) -> list[Endpoint]:
        with self.read_unit() as unit:
            if org_id is not None:
                scope.check(org_id)
                org_id = organization_named(unit.directory, org_id).id
            return unit.endpoints.all(org_id or scope.org_id, span)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowEndpoint:
    """Raises UnknownNameError."""

    read_unit: OpenUnit

    def __call__(self, endpoint_id: str, scope: Scope) -> Endpoint:
        with self.read_unit() as unit:
            return endpoint_named(unit.endpoints, endpoint_id, scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDeliveries:
    """Newest first. Raises UnknownNameError, ForbiddenError, and RefusedError for a limit beyond 1 to 500."""

    read_unit: OpenUnit

    def __call__(self, wanted: DeliveryFilter, scope: Scope) -> list[Delivery]:
        if not 1 <= wanted.limit <= MOST:
            raise refused("limit", f"It must be between 1 and {MOST}.")
        if wanted.org_id is not None:
            scope.check(wanted.org_id)
        with self.read_unit() as unit:
            if wanted.endpoint_id is not None:
                endpoint = endpoint_named(unit.endpoints, wanted.endpoint_id, scope)
                wanted = replace(wanted, endpoint_id=endpoint.id)
            if wanted.before is not None:
                wanted = replace(wanted, before=delivery_named(unit.deliveries, wanted.before, scope).id)
            return unit.deliveries.search(replace(wanted, org_id=wanted.org_id or scope.org_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDelivery:
    """A delivery with its attempts, and the event it carries."""

    delivery: Delivery
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowDelivery:
    """Raises UnknownNameError."""

    read_unit: OpenUnit

    def __call__(self, delivery_id: str, scope: Scope) -> ShownDelivery:
        with self.read_unit() as unit:
            delivery = delivery_named(unit.deliveries, delivery_id, scope)
            event = unit.deliveries.event(delivery.event_id)
        if event is None:
            raise LookupError(delivery.event_id)
        return ShownDelivery(delivery=delivery, event=event)

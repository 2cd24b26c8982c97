"""Take an endpoint out of use, or back into it; remove it for good."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.api_keys import Scope
from app.domain.audit import Deed
from app.domain.errors import ConflictError
from app.domain.ports import Clock, DeliveryPublisher
from app.domain.stores import OpenUnit
from app.domain.webhooks import DisabledReason, Endpoint
from app.services.endpoint_settings import endpoint_named
from app.services.record_deed import record_deed


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableEndpoint:
    """What still waited for it when it was disabled is sent now, on a fresh schedule. What happened meanwhile is not:
    recover it. Raises UnknownNameError, and ConflictError where it was not disabled.
    """

    open_unit: OpenUnit
    publisher: DeliveryPublisher
    clock: Clock

    def __call__(self, endpoint_id: str, scope: Scope, *, actor: str) -> Endpoint:
        now = self.clock()
        with self.open_unit() as unit:
            endpoint = endpoint_named(unit.endpoints, endpoint_id, scope)
            if not unit.endpoints.enable(endpoint.id):
                raise ConflictError(f"The endpoint is {endpoint.status}, not disabled.")
            unit.deliveries.bring_forward(endpoint.id, now=now, afresh=True)
            freed = unit.deliveries.next_in_line(endpoint.id, now=now)
            enabled = endpoint_named(unit.endpoints, endpoint_id, scope)
            record_deed(unit, Deed.ENDPOINT_ENABLE, endpoint.id, actor=actor, at=now, org_id=endpoint.org_id)
            unit.commit()
        for delivery_id in freed:
            self.publisher.publish_delivery(delivery_id)
        return enabled


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableEndpoint:
    """What waits for it stays, until it is enabled again. Raises UnknownNameError and ConflictError."""

    open_unit: OpenUnit
    clock: Clock

    def __call__(self, endpoint_id: str, scope: Scope, *, actor: str) -> Endpoint:
        now = self.clock()
        with self.open_unit() as unit:
            endpoint = endpoint_named(unit.endpoints, endpoint_id, scope)
            if not unit.endpoints.disable(endpoint.id, DisabledReason.BY_OWNER, now=now):
                raise ConflictError(f"The endpoint is {endpoint.status}, not enabled.")
            disabled = endpoint_named(unit.endpoints, endpoint_id, scope)
            record_deed(unit, Deed.ENDPOINT_DISABLE, endpoint.id, actor=actor, at=now, org_id=endpoint.org_id)
            unit.commit()
        return disabled


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveEndpoint:
    """With all that was or was to be sent there. Raises UnknownNameError."""

    open_unit: OpenUnit
    clock: Clock

    def __call__(self, endpoint_id: str, scope: Scope, *, actor: str) -> None:
        now = self.clock()
        with self.open_unit() as unit:
            endpoint = endpoint_named(unit.endpoints, endpoint_id, scope)
            unit.endpoints.remove(endpoint.id)
            record_deed(unit, Deed.ENDPOINT_REMOVE, endpoint.id, actor=actor, at=now, org_id=endpoint.org_id)
            unit.commit()

"""Give an endpoint a new secret; for a day deliveries are signed with the old one as well."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.api_keys import Scope
from app.domain.audit import Deed
from app.domain.ports import Clock
from app.domain.sending import new_endpoint_secret
from app.domain.stores import OpenUnit
from app.domain.webhooks import ROTATION_OVERLAP
from app.services.add_endpoint import NewEndpoint
from app.services.endpoint_settings import endpoint_named
from app.services.record_deed import record_deed


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateEndpointSecret:
    """Doing it twice within the overlap makes the first of the three secrets useless. Raises UnknownNameError."""

    open_unit: OpenUnit
    clock: Clock

    def __call__(self, endpoint_id: str, scope: Scope, *, actor: str) -> NewEndpoint:
        now, secret = self.clock(), new_endpoint_secret()
        with self.open_unit() as unit:
            endpoint = endpoint_named(unit.endpoints, endpoint_id, scope)
            unit.endpoints.replace_secret(endpoint.id, secret, previous_until=now + ROTATION_OVERLAP)
            record_deed(unit, Deed.ENDPOINT_ROTATE, endpoint.id, actor=actor, at=now, org_id=endpoint.org_id)
            unit.commit()
        return NewEndpoint(endpoint=endpoint, secret=secret)

"""Show how endpoints fare: what waits for them, and what of their secrets may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.api_keys import Scope
from app.domain.directory import Organization
from app.domain.errors import KeyUnreadableError
from app.domain.paging import Place, Span
from app.domain.ports import Clock
from app.domain.stores import OpenUnit
from app.domain.webhooks import Endpoint, KnownSecret
from app.services.endpoint_settings import endpoint_named

MOST = 1000
"""Waiting deliveries are counted so far, and no further: more is too many in any case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointHealth:
    """`waiting`: deliveries that wait for it or are under way; MOST stands for that many or more."""

    endpoint: Endpoint
    organization: Organization | None
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthPage:
    """One page of endpoints, and where the next one begins; None on the last."""

    rows: list[EndpointHealth]
    next_after: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEndpointHealth:
    """Of all organizations, in the order of their making."""

    read_unit: OpenUnit

    def __call__(self, *, limit: int, after: Place | None = None) -> HealthPage:
        with self.read_unit() as unit:
            found = unit.endpoints.all(None, Span(limit=limit + 1, after=after))
            shown = found[:limit]
            names = {each.org_id for each in shown}
            organizations: Mapping[str, Organization | None] = {
                name: unit.directory.organization(name) for name in names
            }
            rows = [
                EndpointHealth(
                    endpoint=each,
                    organization=organizations[each.org_id],
                    waiting=unit.deliveries.waiting_at(each.id, most=MOST),
                )
                for each in shown
            ]
        last = shown[-1] if len(found) > limit else None
        return HealthPage(rows=rows, next_after=Place(at=last.created_at, id=last.id) if last else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownHealth:
    """One endpoint with what may be shown of its secrets; `unreadable` says why nothing can be."""

    health: EndpointHealth
    secrets: tuple[KnownSecret, ...] = ()
    unreadable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowEndpointHealth:
    """Raises UnknownNameError."""

    read_unit: OpenUnit
    clock: Clock

    def __call__(self, endpoint_id: str, scope: Scope) -> ShownHealth:
        with self.read_unit() as unit:
            endpoint = endpoint_named(unit.endpoints, endpoint_id, scope)
            health = EndpointHealth(
                endpoint=endpoint,
                organization=unit.directory.organization(endpoint.org_id),
                waiting=unit.deliveries.waiting_at(endpoint.id, most=MOST),
            )
            try:
                secrets = unit.endpoints.known_secrets(endpoint.id, now=self.clock())
            except KeyUnreadableError as error:
                return ShownHealth(health=health, unreadable=str(error))
        return ShownHealth(health=health, secrets=secrets)

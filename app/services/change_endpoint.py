"""Change what an endpoint is told, or where it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.domain.api_keys import Scope
from app.domain.audit import Deed
from app.domain.ports import Clock, DeliveryPublisher
from app.domain.sending import Sender
from app.domain.stores import OpenUnit, UnitOfWork
from app.domain.webhooks import Endpoint
from app.services.challenge_endpoint import send_challenge
from app.services.endpoint_settings import (
    checked_agents,
    checked_description,
    checked_events,
    checked_url,
    endpoint_named,
)
from app.services.record_deed import record_deed


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointChange:
    """None leaves as it is; no events or no agents means all of them."""

    url: str | None = None
    description: str | None = None
    events: Sequence[str] | None = None
    agents: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEndpoint:
    """At a new address the endpoint has to answer a challenge again before it gets anything else.

    Raises UnknownNameError and RefusedError.
    """

    open_unit: OpenUnit
    sender: Sender
    publisher: DeliveryPublisher
    clock: Clock

    def __call__(self, endpoint_id: str, change: EndpointChange, scope: Scope, *, actor: str) -> Endpoint:
        now = self.clock()
        url = None if change.url is None else checked_url(self.sender, change.url)
        with self.open_unit() as unit:
            before = endpoint_named(unit.endpoints, endpoint_id, scope)
            unit.endpoints.save(_changed(unit, before, change, url))
            sent = ""
            if url is not None and url != before.url:
                unit.endpoints.unverify(before.id)
                sent = send_challenge(unit, before, now)
            changed = endpoint_named(unit.endpoints, endpoint_id, scope)
            record_deed(unit, Deed.ENDPOINT_CHANGE, before.id, actor=actor, at=now, org_id=before.org_id)
            unit.commit()
        if sent:
            self.publisher.publish_delivery(sent)
        return changed


def _changed(unit: UnitOfWork, endpoint: Endpoint, change: EndpointChange, url: str | None) -> Endpoint:
    if url is not None:
        endpoint = replace(endpoint, url=url)
    if change.description is not None:
        endpoint = replace(endpoint, description=checked_description(change.description))
    if change.events is not None:
        endpoint = replace(endpoint, events=checked_events(change.events))
    if change.agents is not None:
        endpoint = replace(endpoint, agent_ids=checked_agents(unit.directory, endpoint.org_id, change.agents))
    return endpoint

"""Register an endpoint of an organization, and send it the challenge that makes it one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.domain.api_keys import Scope
from app.domain.audit import Deed
from app.domain.errors import ConflictError
from app.domain.identifiers import new_endpoint_id
from app.domain.ports import Clock, DeliveryPublisher
from app.domain.sending import Sender, new_endpoint_secret
from app.domain.stores import OpenUnit
from app.domain.webhooks import Endpoint
from app.services.challenge_endpoint import send_challenge
from app.services.endpoint_settings import (
    MOST_ENDPOINTS,
    checked_agents,
    checked_description,
    checked_events,
    checked_url,
)
from app.services.named import checked_uuid, organization_named
from app.services.record_deed import record_deed


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEndpoint:
    """The endpoint and its secret, which its owner needs to verify what comes in."""

    endpoint: Endpoint
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddEndpoint:
    """Until the challenge has come back the endpoint gets nothing else. `events` and `agents`: none means all.

    Raises UnknownNameError, ConflictError, ForbiddenError and RefusedError.
    """

    open_unit: OpenUnit
    sender: Sender
    publisher: DeliveryPublisher
    clock: Clock

    def __call__(
        self,
        *,
        org_id: str,
        url: str,
        scope: Scope,
        actor: str,
        description: str = "",
        events: Sequence[str] = (),
        agents: Sequence[str] = (),
    ) -> NewEndpoint:
        org_id = checked_uuid(org_id, "org")
        scope.check(org_id)
        new = NewEndpoint(
            endpoint=Endpoint(
                id=new_endpoint_id(),
                org_id=org_id,
                url=checked_url(self.sender, url),
                created_at=self.clock(),
                description=checked_description(description),
                events=checked_events(events),
                agent_ids=tuple(agents),
            ),
            secret=new_endpoint_secret(),
        )
        return self._store(new, actor)

    def _store(self, new: NewEndpoint, actor: str) -> NewEndpoint:
        with self.open_unit() as unit:
            org_id = organization_named(unit.directory, new.endpoint.org_id).id
            if len(unit.endpoints.of_organization(org_id)) >= MOST_ENDPOINTS:
                raise ConflictError(f"The organization has {MOST_ENDPOINTS} endpoints, as many as it may have.")
            chosen = checked_agents(unit.directory, org_id, new.endpoint.agent_ids)
            endpoint = replace(new.endpoint, agent_ids=chosen)
            unit.endpoints.add(endpoint, new.secret)
            sent = send_challenge(unit, endpoint, endpoint.created_at)
            record_deed(unit, Deed.ENDPOINT_ADD, endpoint.id, actor=actor, at=endpoint.created_at, org_id=org_id)
            unit.commit()
        self.publisher.publish_delivery(sent)
        return replace(new, endpoint=endpoint)

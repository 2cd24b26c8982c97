"""Reads what is wanted of an endpoint, or says plainly what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.api_keys import Scope
from app.domain.directory_store import Directory
from app.domain.errors import UnknownNameError
from app.domain.events import SUBSCRIBABLE, EventName
from app.domain.sending import Sender, TargetError
from app.domain.webhook_stores import DeliveryStore, EndpointStore
from app.domain.webhooks import Delivery, Endpoint
from app.services.named import checked_uuid, refused

MOST_ENDPOINTS = 50
"""Of one organization: each event looks at all of them."""

MOST_AGENTS = 100
"""One endpoint may choose among."""

DESCRIPTION_LIMIT = 200


def endpoint_named(endpoints: EndpointStore, endpoint_id: str, scope: Scope) -> Endpoint:
    """Another organization's is not there, as far as this key is concerned. Raises UnknownNameError."""
    found = endpoints.get(endpoint_id.strip())
    if found is None or not scope.covers(found.org_id):
        raise UnknownNameError(f"There is no webhook endpoint {endpoint_id}.")
    return found


def delivery_named(deliveries: DeliveryStore, delivery_id: str, scope: Scope) -> Delivery:
    """With its attempts. Raises UnknownNameError."""
    found = deliveries.get_with_history(delivery_id.strip())
    if found is None or not scope.covers(found.org_id):
        raise UnknownNameError(f"There is no delivery {delivery_id}. Old ones are deleted after a while.")
    return found


def checked_url(sender: Sender, url: str) -> str:
    """Raises RefusedError where no event may be sent there. Looks its name up, so call it outside a unit of work."""
    address = url.strip()
    try:
        sender.check(address)
    except TargetError as error:
        raise refused("url", str(error)) from None
    return address


def checked_events(names: Sequence[str]) -> tuple[EventName, ...]:
    """Without repeats; none stands for all. Raises RefusedError."""
    known = {name.value: name for name in SUBSCRIBABLE}
    for name in names:
        if name not in known:
            raise refused("events", f"{name!r} is none of {', '.join(known)}.")
    return tuple(dict.fromkeys(known[name] for name in names))


def checked_agents(directory: Directory, org_id: str, agent_ids: Sequence[str]) -> tuple[str, ...]:
    """Without repeats; none stands for all. Raises RefusedError for one that is not the organization's."""
    wanted = tuple(dict.fromkeys(checked_uuid(agent_id, "agents") for agent_id in agent_ids))
    for agent_id in wanted:
        agent = directory.agent(agent_id)
        if agent is None or agent.org_id != org_id:
            raise refused("agents", f"The organization has no agent {agent_id}.")
    return wanted


def checked_description(text: str) -> str:
    """One printable line, or nothing. Raises RefusedError."""
    description = text.strip()
    if len(description) > DESCRIPTION_LIMIT or (description and not description.isprintable()):
        raise refused("description", f"It must be one line of at most {DESCRIPTION_LIMIT} characters.")
    return description

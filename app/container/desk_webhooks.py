"""What operators do about webhooks at the desk: all that owners do, and what shows how endpoints fare."""

from __future__ import annotations

from dataclasses import dataclass

from app.container.adapters import Adapters
from app.container.webhooks import WebhookCases, bind_webhooks
from app.services.read_endpoint_health import ListEndpointHealth, ShowEndpointHealth


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskWebhookCases:
    """The use cases behind the pages of endpoints and deliveries."""

    owners: WebhookCases
    list_health: ListEndpointHealth
    show_health: ShowEndpointHealth


def bind_desk_webhooks(adapters: Adapters) -> DeskWebhookCases:
    read_unit = adapters.search_unit
    return DeskWebhookCases(
        owners=bind_webhooks(adapters),
        list_health=ListEndpointHealth(read_unit=read_unit),
        show_health=ShowEndpointHealth(read_unit=read_unit, clock=adapters.clock),
    )

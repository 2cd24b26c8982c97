"""All routes behind an API key, in the order of the OpenAPI document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.routing import BaseConverter

from app.api.endpoints import Endpoints
from app.api.provider.accounts import account_endpoints
from app.api.provider.agent_connections import add_agent_connections
from app.api.provider.agents import agent_endpoints
from app.api.provider.api_keys import api_key_endpoints
from app.api.provider.appointments import add_appointments
from app.api.provider.connections import add_connections
from app.api.provider.event_types import add_event_types
from app.api.provider.jobs import provider_job_endpoints
from app.api.provider.organizations import organization_endpoints
from app.api.provider.webhook_decisions import add_webhook_decisions
from app.api.provider.webhook_deliveries import add_webhook_deliveries
from app.api.provider.webhook_endpoints import add_webhook_endpoints

if TYPE_CHECKING:
    from app.container.providers import ProviderCases


class NotManageConverter(BaseConverter):
    """An id in a path, but for the one word that is another route: GET on that stays a 405."""

    regex = r"(?!manage(?:/|$))[^/]+"


CONVERTERS = {"not_manage": NotManageConverter}


def calcom_endpoints(cases: ProviderCases) -> Endpoints:
    """The routes that the provider's own API has."""
    endpoints = Endpoints("CalcomService", url_prefix="/api/v1/calcom")
    for add in (add_connections, add_event_types, add_agent_connections, add_appointments):
        add(endpoints, cases)
    return endpoints


def webhook_routes(cases: ProviderCases) -> Endpoints:
    """Where events are sent, and what became of them."""
    endpoints = Endpoints("WebhookService", url_prefix="/api/v1/webhooks")
    for add in (add_webhook_endpoints, add_webhook_decisions, add_webhook_deliveries):
        add(endpoints, cases)
    return endpoints


def provider_endpoints(cases: ProviderCases) -> list[Endpoints]:
    """Their blueprints; `CONVERTERS` must be known to the application."""
    return [
        calcom_endpoints(cases),
        provider_job_endpoints(cases),
        organization_endpoints(cases),
        account_endpoints(cases),
        agent_endpoints(cases),
        api_key_endpoints(cases),
        webhook_routes(cases),
    ]

"""All routes behind an API key, in the order of the OpenAPI document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.routing import BaseConverter

from app.api.endpoints import Endpoints
from app.api.provider.accounts import account_endpoints
from app.api.provider.agent_connections import agent_connection_endpoints
from app.api.provider.agents import agent_endpoints
from app.api.provider.api_keys import api_key_endpoints
from app.api.provider.appointments import appointment_endpoints
from app.api.provider.connections import connection_endpoints
from app.api.provider.event_types import event_type_endpoints
from app.api.provider.jobs import provider_job_endpoints
from app.api.provider.organizations import organization_endpoints
from app.api.provider.webhook_decisions import webhook_decisions
from app.api.provider.webhook_deliveries import webhook_deliveries
from app.api.provider.webhook_endpoints import webhook_endpoints

if TYPE_CHECKING:
    from app.container.providers import ProviderCases


class NotManageConverter(BaseConverter):
    """An id in a path, but for the one word that is another route: GET on that stays a 405."""

    regex = r"(?!manage(?:/|$))[^/]+"


CONVERTERS = {"not_manage": NotManageConverter}


def provider_endpoints(cases: ProviderCases) -> list[Endpoints]:
    """Their blueprints; `CONVERTERS` must be known to the application."""
    return [
        appointment_endpoints(cases),
        provider_job_endpoints(cases),
        connection_endpoints(cases),
        event_type_endpoints(cases),
        agent_connection_endpoints(cases),
        organization_endpoints(cases),
        account_endpoints(cases),
        agent_endpoints(cases),
        api_key_endpoints(cases),
        webhook_endpoints(cases),
        webhook_decisions(cases),
        webhook_deliveries(cases),
    ]

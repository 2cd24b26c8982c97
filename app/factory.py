"""Puts the web application together from a container of use cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from app.api.calcom_events import calcom_event_endpoints
from app.api.docs import docs_pages
from app.api.endpoints import Document
from app.api.errors import register_error_handlers
from app.api.guards import enforce_guards
from app.api.health import health_endpoints
from app.api.jobs import job_endpoints
from app.api.manage import manage_endpoints
from app.api.manners import AgentManners
from app.api.metrics import RequestMetrics
from app.api.observation import observe_requests
from app.api.replies import Replies
from app.api.security_headers import add_security_headers
from app.api.use_cases import UseCases

if TYPE_CHECKING:
    from app.container.providers import ProviderCases


def create_app(container: UseCases, providers: ProviderCases, *, public_url: str) -> Flask:
    """The WSGI application. `public_url` is where callers reach it, for links in answers and in the document."""
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the contract shows an order
    app.url_map.merge_slashes = False  # a stray slash is a 404 in our shape, not a redirect in HTML
    replies = Replies(clock=container.clock, public_url=public_url, manners=AgentManners(container.connect_agent))
    metrics = RequestMetrics(container.check_health, container.read_traffic)
    observe_requests(app, metrics)
    add_security_headers(app, public_url)
    document = Document(app, public_url=public_url)
    for endpoints in (
        manage_endpoints(container, replies),
        job_endpoints(container, replies),
        calcom_event_endpoints(container),
        health_endpoints(container, metrics),
    ):
        document.add(endpoints)
    app.register_blueprint(docs_pages())
    enforce_guards(app, providers.check_api_key)
    register_error_handlers(app, replies)
    return app

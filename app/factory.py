"""Puts the web applications together from a container of use cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from wsgiref.types import WSGIApplication

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from app.admin.desk import PREFIX, create_desk
from app.admin.place import Place
from app.api.calcom_events import calcom_event_endpoints
from app.api.docs import docs_pages
from app.api.endpoints import Document
from app.api.errors import register_error_handlers
from app.api.gate import Gate, guard_requests
from app.api.guards import enforce_guards
from app.api.health import health_endpoints
from app.api.jobs import BLUEPRINT as JOBS
from app.api.jobs import job_endpoints
from app.api.manage import BLUEPRINT as MANAGE
from app.api.manage import manage_endpoints, only_reads
from app.api.manners import AgentManners
from app.api.metrics import RequestMetrics
from app.api.provider.routes import CONVERTERS, provider_endpoints
from app.api.replies import Replies
from app.api.use_cases import UseCases
from app.web.client_address import Proxies
from app.web.observation import observe_requests
from app.web.security_headers import add_security_headers
from app.web.turns import work_in_turn

if TYPE_CHECKING:
    from app.container.composition import Container
    from app.container.providers import ProviderCases


def create_site(
    container: Container, *, public_url: str, proxies: Proxies, secret_keys: Sequence[str]
) -> WSGIApplication:
    """All that the web process serves: the API, and the desk beside it."""
    callers = container.callers
    metrics = RequestMetrics(callers.check_health, callers.count_ended, callers.read_traffic)
    api = create_app(callers, container.providers, public_url=public_url, proxies=proxies, metrics=metrics)
    place = Place(public_url=public_url, proxies=proxies, secret_keys=secret_keys)
    return DispatcherMiddleware(api, {PREFIX: create_desk(container.desk, place, metrics)})


def create_app(
    container: UseCases,
    providers: ProviderCases,
    *,
    public_url: str,
    proxies: Proxies | None = None,
    metrics: RequestMetrics | None = None,
) -> Flask:
    """The API's application. `public_url` is where callers reach it, for links in answers and in the document.

    `proxies` in front of it are believed what they say about the client's address.
    """
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the contract shows an order
    app.url_map.merge_slashes = False  # a stray slash is a 404 in our shape, not a redirect in HTML
    app.url_map.converters |= CONVERTERS
    replies = Replies(clock=container.clock, public_url=public_url, manners=AgentManners(container.connect_agent))
    metrics = metrics or RequestMetrics(container.check_health, container.count_ended, container.read_traffic)
    observe_requests(app, metrics)
    gate = Gate(container.limits, proxies or Proxies())
    guard_requests(app, gate)
    work_in_turn(app, container.turns, {MANAGE: only_reads, JOBS: lambda: True})
    add_security_headers(app, public_url)
    document = Document(app, public_url=public_url)
    for endpoints in (
        manage_endpoints(container, replies, gate),
        job_endpoints(container, replies),
        calcom_event_endpoints(container),
        *provider_endpoints(providers),
        health_endpoints(container, metrics),
    ):
        document.add(endpoints)
    app.register_blueprint(docs_pages())
    enforce_guards(app, providers.check_api_key)
    register_error_handlers(app, replies)
    return app

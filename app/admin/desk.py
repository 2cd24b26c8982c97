"""Puts the desk together: an application of its own, beside the API."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask, Response, g, request, send_from_directory

from app.admin.pages.accounts import account_pages
from app.admin.pages.agents import agent_pages
from app.admin.pages.audit import audit_pages
from app.admin.pages.bulk import bulk_pages
from app.admin.pages.callers import caller_pages
from app.admin.pages.jobs import job_pages
from app.admin.pages.mending import mending_pages
from app.admin.pages.operators import operator_pages
from app.admin.pages.overview import overview_pages
from app.admin.pages.settings import setting_pages
from app.admin.pages.sign_in import sign_in_pages
from app.admin.pages.webhooks import webhook_pages
from app.admin.place import Place
from app.admin.refusals import register_refusals
from app.admin.roles import enforce_roles, for_anyone, form_token, role_of
from app.admin.words import FILTERS
from app.container.desk import DeskCases
from app.web.observation import Metrics, observe_requests
from app.web.security_headers import add_security_headers

STATIC = Path(__file__).parent / "static"
PREFIX = "/desk"
FORM_LIMIT = 256 * 1024

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)


MENU = (
    ("Overview", "overview.show", ("overview",)),
    ("Jobs", "jobs.list_all", ("jobs", "mending")),
    ("Bulk", "bulk.list_all", ("bulk",)),
    ("Callers", "callers.list_all", ("callers",)),
    ("Webhooks", "webhooks.list_all", ("webhooks",)),
    ("Accounts", "accounts.list_all", ("accounts",)),
    ("Agents", "agents.list_all", ("agents",)),
    ("Audit", "audit.list_all", ("audit",)),
    ("Settings", "settings.show", ("settings",)),
    ("Operators", "operators.list_all", ("operators",)),
)
"""Label, endpoint and blueprints of each page family, in their order."""

PAGES = (
    sign_in_pages,
    overview_pages,
    job_pages,
    mending_pages,
    bulk_pages,
    caller_pages,
    webhook_pages,
    account_pages,
    agent_pages,
    audit_pages,
    setting_pages,
    operator_pages,
)


def create_desk(cases: DeskCases, place: Place, metrics: Metrics) -> Flask:
    """The WSGI application, to be mounted at /desk."""
    app = Flask(__name__, static_folder=None, template_folder="templates")
    keys = [hashlib.sha256(f"desk {key}".encode()).hexdigest() for key in place.secret_keys]
    app.config.update(
        SECRET_KEY=keys[0],
        SECRET_KEY_FALLBACKS=keys[1:],
        SESSION_COOKIE_NAME=f"{place.cookie}-visit",
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_SECURE=place.is_https,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=FORM_LIMIT,
        MAX_FORM_MEMORY_SIZE=FORM_LIMIT,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(FILTERS)
    observe_requests(app, metrics)
    add_security_headers(app, place.public_url)
    _set_policy(app)
    for pages in PAGES:
        app.register_blueprint(pages(cases, place))
    _serve_assets(app)
    register_refusals(app, place.public_url)
    enforce_roles(app, cases.check_session, place.cookie, place.public_url)
    return app


def _set_policy(app: Flask) -> None:
    @app.after_request
    def add(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Referrer-Policy"] = "same-origin"  # with none at all, forms come from the origin "null"
        return response


def _serve_assets(app: Flask) -> None:
    """A new version of a file has a new address, so that browsers may keep what they have."""
    versions = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in STATIC.iterdir()}

    @app.get("/static/<version>/<name>")
    @for_anyone
    def asset(version: str, name: str) -> Response:
        response = send_from_directory(STATIC, name)
        if versions.get(name) == version:
            response.headers["Cache-Control"] = "public, immutable, max-age=31536000"
        return response

    @app.context_processor
    def names() -> dict[str, object]:
        return {
            "asset": lambda name: f"{request.script_root}/static/{versions[name]}/{name}",
            "form_token": form_token,
            "signed_in": g.get("signed_in"),
            "menu": [entry for entry in MENU if _may_see(app, entry[1])],
        }


def _may_see(app: Flask, endpoint: str) -> bool:
    signed_in, role = g.get("signed_in"), role_of(app, endpoint)
    return role is None or (signed_in is not None and signed_in.operator.role.covers(role))

"""GET /docs: the OpenAPI document as a page, served whole from here so that it works without the internet."""

from __future__ import annotations

from pathlib import Path

import flask_swagger_ui
from flask import Blueprint, Response, abort, send_from_directory

from app.api.guards import Guard, guarded

OWN = Path(__file__).parent / "docs_page"
VENDOR = Path(flask_swagger_ui.__file__).parent / "dist"

ASSETS = {
    "start.js": OWN,
    "swagger-ui.css": VENDOR,
    "swagger-ui-bundle.js": VENDOR,
    "favicon-32x32.png": VENDOR,
}

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # Swagger UI writes style attributes
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)


def docs_pages() -> Blueprint:
    """The blueprint of the page and the files it loads."""
    pages = Blueprint("docs", __name__)

    @pages.get("/docs")
    @guarded(Guard.OPEN)
    def page() -> Response:
        response = send_from_directory(OWN, "index.html", max_age=0)
        response.headers["Content-Security-Policy"] = POLICY
        return response

    @pages.get("/docs/<name>")
    @guarded(Guard.OPEN)
    def asset(name: str) -> Response:
        if name not in ASSETS:
            abort(404)
        return send_from_directory(ASSETS[name], name, max_age=3600)

    return pages

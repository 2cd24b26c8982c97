"""Headers that keep browsers from doing with our answers what nobody asked for."""

from __future__ import annotations

from flask import Flask, Response

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Defaults: a page that needs more sets its own."""

HSTS = "max-age=31536000"


def add_security_headers(app: Flask, public_url: str) -> None:
    """Put the headers on every answer; those served over HTTPS also ask browsers to stay with it for a year."""
    headers = HEADERS | ({"Strict-Transport-Security": HSTS} if public_url.startswith("https://") else {})
    defaults = {name.lower(): (name, value) for name, value in headers.items()}

    @app.after_request
    def add(response: Response) -> Response:
        there = {name.lower() for name, _ in response.headers}  # to ask the response for each takes five times as long
        response.headers.extend([header for name, header in defaults.items() if name not in there])
        return response

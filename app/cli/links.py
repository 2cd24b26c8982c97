"""Where to look once Ringbook runs."""

from __future__ import annotations

from app.cli.terminal import Terminal

MANAGE = "/api/v1/calcom/appointments/manage"


def show_links(terminal: Terminal, url: str) -> None:
    """Print the addresses an operator or a developer opens next."""
    terminal.say_heading("Where to look")
    pages = [
        ("endpoint", f"POST {url}{MANAGE}"),
        ("documentation", f"{url}/docs"),
        ("OpenAPI", f"{url}/openapi.json"),
        ("retry desk", f"{url}/desk"),
        ("alive", f"{url}/healthz"),
        ("ready", f"{url}/readyz"),
        ("metrics", f"{url}/metrics"),
    ]
    terminal.show_pairs(pages)

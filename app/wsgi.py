"""The web process: what a WSGI server loads as `app.wsgi:app`."""

from __future__ import annotations

from wsgiref.types import WSGIApplication

from app.container import build_container
from app.factory import create_app
from config.logs import configure_logging
from config.settings import load_settings


def start() -> WSGIApplication:
    """Raises SettingsError if the environment cannot be used."""
    settings = load_settings()
    configure_logging("web", settings.log_level)
    return create_app(build_container(settings).callers, public_url=settings.public_url)


app = start()

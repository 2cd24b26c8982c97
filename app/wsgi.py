"""The web process: what a WSGI server loads as `app.wsgi:app`."""

from __future__ import annotations

from wsgiref.types import WSGIApplication

from app.container import build_container
from app.factory import create_app
from config.logs import configure_logging
from config.settings import SettingsError, load_settings


def start() -> WSGIApplication:
    """Ends the process, one line per fault, where the environment cannot be used."""
    try:
        settings = load_settings()
    except SettingsError as error:
        raise SystemExit(str(error)) from None
    configure_logging("web", settings.log_level)
    container = build_container(settings)
    return create_app(container.callers, container.providers, public_url=settings.public_url)


app = start()

"""The web process: what a WSGI server loads as `app.wsgi:app`."""

from __future__ import annotations

import atexit
from wsgiref.types import WSGIApplication

from app.container.composition import build_container
from app.domain.processes import Kind
from app.factory import create_site
from app.web.client_address import Proxies
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
    life = container.begin_life(Kind.WEB, threads=settings.web_threads)
    atexit.register(life.end)
    life.start()
    return create_site(
        container,
        public_url=settings.public_url,
        proxies=Proxies.parse(settings.trusted_proxies),
        secret_keys=settings.secret_keys,
    )


app = start()

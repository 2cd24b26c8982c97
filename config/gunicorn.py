"""How gunicorn serves the API: `gunicorn -c python:config.gunicorn`."""

from __future__ import annotations

from threading import Barrier
from typing import Any

from gunicorn.glogging import Logger

from config.lifeline import die_with_parent
from config.logs import logging_config
from config.settings import SettingsError, load_settings

THREADS_WITHIN = 10.0
"""Seconds within which all threads have started."""

try:
    _settings = load_settings()
except SettingsError as error:
    raise SystemExit(str(error)) from None

wsgi_app = "app.wsgi:app"
bind = f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"

# One process with many threads: a waiting caller costs a thread, not a core, and SQLite has one writer anyway.
# To use more cores, run more web processes.
worker_class = "gthread"
workers = 1
threads = _settings.web_threads
worker_connections = _settings.web_threads * 2

# A long Idempotency-Key and a signature fit; bodies are capped by who reads them (json_body.MAX_BODY).
limit_request_line = 4096
limit_request_fields = 64
limit_request_field_size = 8190

timeout = 60  # seconds without a heartbeat of the main thread, which serves no requests itself
graceful_timeout = 30  # longer than the longest wait a caller may ask for
keepalive = 5


class OwnLinesOnly(Logger):
    """Without gunicorn's access log, which config.logs silences: it would put each line together all the same."""

    access_log_enabled = False


logger_class = OwnLinesOnly
control_socket_disable = True  # its path is one per user: two instances would share it
logconfig_dict = logging_config("web", _settings.log_level)


def post_worker_init(worker: Any) -> None:
    """All threads from the start: making one while a burst comes in keeps the next connections from being taken."""
    all_there = Barrier(threads)
    for _ in range(threads):
        worker.tpool.submit(all_there.wait, THREADS_WITHIN)


def post_fork(server: Any, _worker: Any) -> None:
    """A killed master takes its worker along at once, so that the port is free for the next one."""
    die_with_parent(server.pid)

"""What a worker process runs on: settings, the container, and whether it is stopping."""

from __future__ import annotations

import threading
from functools import cache

from app.container import Container, build_container
from config.settings import Settings, load_settings

stopping = threading.Event()
"""Set when the process was asked to stop: jobs not yet sent are handed back."""


@cache
def settings() -> Settings:
    return load_settings()


@cache
def container() -> Container:
    """Built once per process, after any fork."""
    return build_container(settings(), stopping=stopping.is_set)

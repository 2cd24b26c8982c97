"""What a worker process runs on: settings, the container, and whether it is stopping."""

from __future__ import annotations

import threading
from functools import cache

from app.container.composition import Container, build_container
from app.services.work_turns import WorkTurns
from config.settings import Settings, SettingsError, load_settings

stopping = threading.Event()
"""Set when the process was asked to stop: jobs not yet sent are handed back."""

turns = WorkTurns()
"""Of the threads that run jobs."""


@cache
def settings() -> Settings:
    """Ends the process, one line per fault, where the environment cannot be used."""
    try:
        return load_settings()
    except SettingsError as error:
        raise SystemExit(str(error)) from None


@cache
def container() -> Container:
    """Built once per process, after any fork."""
    return build_container(settings(), stopping=stopping.is_set, aside=turns.aside)

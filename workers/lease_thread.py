"""The thread of a worker process that keeps the leases of its running jobs."""

from __future__ import annotations

import os
import signal
import threading

import structlog

from app.services.keep_leases import KeepLeases

log = structlog.get_logger(__name__)


def start(keep_leases: KeepLeases, *, every: float) -> threading.Event:
    """Runs until the returned event is set. Should it fail, the process ends: a worker must not run without leases."""
    over = threading.Event()

    def keep() -> None:
        try:
            while not over.wait(every):
                keep_leases()
        except BaseException:
            log.critical("lease_thread_died", exc_info=True)
            os.kill(os.getpid(), signal.SIGTERM)
            raise

    threading.Thread(target=keep, name="leases", daemon=True).start()
    return over

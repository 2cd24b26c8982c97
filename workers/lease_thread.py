"""The thread of a worker process that keeps the leases of its running jobs."""

from __future__ import annotations

import threading

from app.services.keep_leases import KeepLeases


def start(keep_leases: KeepLeases, *, every: float) -> threading.Event:
    """Runs until the returned event is set, or the process ends."""
    over = threading.Event()

    def keep() -> None:
        while not over.wait(every):
            keep_leases()

    threading.Thread(target=keep, name="leases", daemon=True).start()
    return over

"""The scheduler: twice a second publishes what is due, now and then prunes what is long over; run one or several."""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType

import structlog

from app.domain.errors import StoreUnavailableError
from config.logs import configure_logging
from workers.runtime import container, settings

PAUSE = 0.5
PAUSE_AFTER_FAULT = 2.0
PRUNE_EVERY = 600.0
ENROLL_EVERY = 10.0
log = structlog.get_logger(__name__)


def run(stop: threading.Event) -> None:
    """Rounds until `stop`; a database that is away is waited for."""
    use = container().workers
    prune_at = enroll_at = time.monotonic()
    while not stop.is_set():
        pause = PAUSE
        try:
            published = use.rescue_jobs()
            if published:
                log.info("jobs_published", count=published)
            published = use.rescue_deliveries()
            if published:
                log.info("deliveries_published", count=published)
            use.notices.rescue()
            if time.monotonic() >= enroll_at:
                enroll_at = time.monotonic() + ENROLL_EVERY
                use.notices.rescue.enroll()
            if time.monotonic() >= prune_at:
                prune_at = time.monotonic() + PRUNE_EVERY
                use.prune_jobs()
                use.prune_events()
                use.notices.rescue.prune()
        except StoreUnavailableError:
            log.warning("database_unavailable")
            pause = PAUSE_AFTER_FAULT
        stop.wait(pause)
    try:
        use.rescue_jobs.step_down()
    except StoreUnavailableError:
        log.warning("leadership_not_given_up")


def main() -> None:
    configure_logging("scheduler", settings().log_level)
    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    run(stop)


if __name__ == "__main__":
    main()

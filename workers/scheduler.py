"""The scheduler: publishes what is due twice a second, and does what is due now and then; run one or several."""

from __future__ import annotations

import math
import signal
import threading
import time
from types import FrameType

import structlog

from app.container.schedule import Chore
from app.domain.errors import StoreUnavailableError
from app.domain.processes import SHOWN_EVERY, Kind
from config.logs import configure_logging
from workers.runtime import container, settings

PAUSE = 0.5
PAUSE_AFTER_FAULT = 2.0
log = structlog.get_logger(__name__)


def run(stop: threading.Event) -> None:
    """Rounds until `stop`; a database that is away is waited for."""
    schedule, life = container().schedule, container().begin_life(Kind.SCHEDULER)
    # Not in a thread of its own: a scheduler whose rounds do not go on is not at work.
    chores = (Chore(name="show_life", every=SHOWN_EVERY, do=life), *schedule.chores)
    done_at: dict[str, float] = {}
    while not stop.is_set():
        try:
            for chore in chores:
                if time.monotonic() >= done_at.get(chore.name, -math.inf) + chore.every.total_seconds():
                    done_at[chore.name] = time.monotonic()
                    _do(chore)
            pause = PAUSE
        except StoreUnavailableError:
            log.warning("database_unavailable")
            pause = PAUSE_AFTER_FAULT
        stop.wait(pause)
    try:
        schedule.step_down()
    except StoreUnavailableError:
        log.warning("leadership_not_given_up")
    life.end()


def _do(chore: Chore) -> None:
    done = chore.do()
    if isinstance(done, int) and done:
        log.info("chore_done", chore=chore.name, count=done)


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

"""The real worker with a death in it, or a wrong clock, or without one of its guards.

A parent that has imported everything forks the worker and forks it anew whenever it is gone, so that hundreds of
deaths do not take hundreds of starts.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from types import FrameType
from typing import Any

from app.container.adapters import choose_adapters
from app.container.composition import Container, build_container
from app.container.workers import bind_workers
from app.storage.database import utc_now
from config.lifeline import die_with_parent
from tests.faults.dooms import DoomedCalendar, DoomedDoorbell, Dooms, doomed_units
from tests.faults.unguarded import GUARDS, cases_without, without
from workers import lease_thread, runtime

QUEUES = "live,background,webhooks,maintenance"


def doomed_container(chosen: argparse.Namespace) -> Container:
    """What a worker runs on, with its ports wrapped."""
    settings, stopping, dooms = runtime.settings(), runtime.stopping.is_set, Dooms(chosen.dooms)
    local = partial(host_time, timedelta(seconds=chosen.ahead))
    adapters: Any = without(choose_adapters(settings, local=local), chosen.without, local=local)
    wrapped = replace(
        adapters,
        open_unit=doomed_units(adapters.open_unit, dooms, timedelta(seconds=chosen.lease)),
        calendar_at=lambda priority: DoomedCalendar(adapters.calendar_at(priority), dooms),
        doorbell=DoomedDoorbell(adapters.doorbell, dooms),
    )
    cases = bind_workers(wrapped, settings, stopping=stopping)
    return replace(build_container(settings), workers=cases_without(cases, chosen.without))


def host_time(ahead: timedelta) -> datetime:
    return utc_now() + ahead


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--dooms", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--lease", type=float, default=2.0)
    parser.add_argument("--ahead", type=float, default=0.0, help="seconds by which this host's clock is wrong")
    parser.add_argument("--without", choices=GUARDS, default="", help="a guard to take out")
    return parser.parse_args()


def main() -> int:
    chosen = parse()
    # The worker's modules take the container by name: it has to be another one before they are read.
    runtime.container = cache(lambda: doomed_container(chosen))
    from workers.celery_app import app

    app.loader.import_default_modules()
    words = ["worker", "-c", str(chosen.threads), "-Q", QUEUES, "--without-gossip", "--without-mingle"]

    def work() -> None:
        lease_thread.start(runtime.container().workers.keep_leases, every=chosen.lease / 4)
        app.worker_main([*words, "-n", f"doomed-{os.getpid()}@localhost"])

    return Nursery(work).run()


class Nursery:
    """Keeps one child running until it is asked to stop by SIGTERM, which the child gets as well."""

    def __init__(self, work: Any) -> None:
        self._work = work
        self._child = 0
        self._stopping = False

    def run(self) -> int:
        signal.signal(signal.SIGTERM, self._stop)
        while not self._stopping:
            parent = os.getpid()
            self._child = os.fork()
            if not self._child:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                die_with_parent(parent)
                self._work()
                sys.exit(0)
            os.waitpid(self._child, 0)
        return 0

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True
        if self._child:  # 0 would mean everybody in the group
            with suppress(ProcessLookupError):
                os.kill(self._child, signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())

"""The real worker with a death in it: `python -m tests.faults.doomed_worker --dooms DIR --threads N --lease SECONDS`.

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
from datetime import timedelta
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from app.container import Container, build_container
from app.container.adapters import choose_adapters
from app.container.workers import bind_workers
from config.lifeline import die_with_parent
from tests.faults.dooms import DoomedCalendar, DoomedDoorbell, Dooms, doomed_units
from workers import lease_thread, runtime

QUEUES = "live,background,webhooks,maintenance"


def doomed_container(dooms: Dooms, lease: timedelta) -> Container:
    """What a worker runs on, with its ports wrapped."""
    settings, stopping = runtime.settings(), runtime.stopping.is_set
    adapters: Any = choose_adapters(settings)
    wrapped = replace(
        adapters,
        open_unit=doomed_units(adapters.open_unit, dooms, lease),
        calendar_at=lambda priority: DoomedCalendar(adapters.calendar_at(priority), dooms),
        doorbell=DoomedDoorbell(adapters.doorbell, dooms),
    )
    return replace(
        build_container(settings),
        workers=bind_workers(
            wrapped,
            worker_threads=settings.worker_threads,
            sweep_every=timedelta(seconds=settings.sweep_seconds),
            webhook_threads=settings.webhook_threads,
            stopping=stopping,
        ),
    )


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--dooms", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--lease", type=float, default=2.0)
    return parser.parse_args()


def main() -> int:
    chosen = parse()
    dooms, lease = Dooms(chosen.dooms), timedelta(seconds=chosen.lease)
    # The worker's modules take the container by name: it has to be another one before they are read.
    runtime.container = cache(lambda: doomed_container(dooms, lease))
    from workers.celery_app import app

    app.loader.import_default_modules()
    words = ["worker", "-P", "threads", "-c", str(chosen.threads), "-Q", QUEUES, "--without-gossip", "--without-mingle"]

    def work() -> None:
        lease_thread.start(runtime.container().workers.keep_leases, every=lease.total_seconds() / 4)
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

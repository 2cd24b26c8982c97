"""The processes of one site: any number of web, workers and schedulers, killed, frozen and started again by name."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil

from config.lifeline import die_with_parent
from tests.support.stack import ROOT, Stack
from tests.support.waiting import eventually

LEASE = 2.0
DOOMED = {"doomed": 4, "lone": 1, "ahead": 1, "behind": 1}
"""Threads of the workers that are forked anew after each death."""

AHEAD = {"ahead": 60.0, "behind": -60.0}
"""Seconds by which the clocks of their hosts are wrong."""


class Crew(Stack):
    """`web`, `scheduler` and `worker-N` are the product's own commands; `doomed-N` keeps a doomed worker going, and
    `lone-N` one that runs a single job at a time, so that its death meets that one alone. `ahead-N` and `behind-N` are
    doomed workers on hosts whose clocks are wrong. What `without` names is a guard that doomed workers do without.

    Start and revive from the main thread alone: the kernel ends a process with the thread that started it.
    """

    def __init__(self, directory: Path, *, without: str = "", **where: str) -> None:
        super().__init__(directory, **where)
        self._without = without
        self._log_was: dict[str, int] = {}
        self._environ |= {"WEB_THREADS": "160"}

    @property
    def dooms(self) -> Path:
        path = self.directory / "dooms"
        path.mkdir(exist_ok=True)
        return path

    def start(self, *names: str) -> None:
        for name in names:
            self._spawn(name)
        if "web" in names:
            self._await_web()

    def _await_web(self) -> None:
        try:
            eventually(self.is_ready, within=180)
        except AssertionError:
            raise AssertionError(f"web did not become ready: {self.log('web')}") from None

    def await_workers(self) -> None:
        """Until each that was started takes messages."""
        for name in self.workers():
            eventually(partial(self._takes_messages, name), within=180, what=f"{name} takes messages")

    def _takes_messages(self, name: str) -> bool:
        with (self.directory / f"{name}.log").open("rb") as log:
            log.seek(self._log_was[name])
            return b"@localhost ready." in log.read()

    def _spawn(self, name: str) -> None:
        with (self.directory / f"{name}.log").open("ab") as log:
            self._log_was[name] = log.tell()
            self.processes[name] = subprocess.Popen(
                self._command(name),
                env=self._environ,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509 - one prctl, loaded ahead
            )

    def _command(self, name: str) -> list[str]:
        role = name.partition("-")[0]
        if role in DOOMED:
            options = ["--dooms", str(self.dooms), "--threads", str(DOOMED[role]), "--lease", str(LEASE)]
            options += ["--ahead", str(AHEAD[role])] if role in AHEAD else []
            options += ["--without", self._without] if self._without else []
            return [sys.executable, "-m", "tests.faults.doomed_worker", *options]
        return [*self._commands[role], *(("-n", f"{name}@localhost") if role == "worker" else ())]

    def revive(self) -> int:
        """Start again whatever is gone; returns how many."""
        gone = [name for name, process in self.processes.items() if process.poll() is not None]
        for name in gone:
            self._spawn(name)
        return len(gone)

    def dismiss(self, name: str) -> None:
        """Ask it to stop, and see to it that it does."""
        process = self.processes.pop(name)
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=10)

    def signal(self, name: str, number: signal.Signals) -> None:
        self.processes[name].send_signal(number)

    def children(self, name: str) -> list[psutil.Process]:
        """The worker forked by a doomed one's parent."""
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self.processes[name].pid).children()
        return []

    def shoot(self, dice: random.Random) -> bool:
        """SIGKILL one forked worker at random; False if there is none at this moment."""
        aims = [child for name in self.doomed() for child in self.children(name)]
        if not aims:
            return False
        with suppress(psutil.NoSuchProcess):
            dice.choice(aims).kill()
            return True
        return False

    def doomed(self) -> Iterator[str]:
        return (name for name in list(self.processes) if name.partition("-")[0] in DOOMED)

    def workers(self) -> list[str]:
        return [*self.doomed(), *(name for name in self.processes if name.startswith("worker"))]

    def stopped(self) -> list[psutil.Process]:
        """The forked workers that are frozen at this moment."""
        found = [child for name in self.doomed() for child in self.children(name)]
        return [child for child in found if _is_stopped(child)]

    def logs(self) -> Iterator[Path]:
        yield from self.directory.rglob("*.log")


def _is_stopped(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.status() == psutil.STATUS_STOPPED)
    return False

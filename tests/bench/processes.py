"""Processes of a measurement: started with a log each, looked into, and stopped with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Self

import psutil

from config.lifeline import die_with_parent
from tests.support.stack import ROOT
from tests.support.waiting import eventually


class Processes:
    """Call `start` from a thread that lives as long as the processes should: the kernel ends them with it."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: Iterable[str], environ: Mapping[str, str]) -> int:
        with (self.directory / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                list(command),
                env=dict(environ),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509 - one prctl, loaded ahead
            )
        return self._running[name].pid

    @property
    def running(self) -> list[subprocess.Popen[bytes]]:
        return list(self._running.values())

    def await_ready(self, name: str, is_ready: Callable[[], bool], within: float = 90.0) -> None:
        """Raises with the end of the log where it does not become ready."""

        def ready_or_dead() -> bool:
            return is_ready() or self._running[name].poll() is not None

        try:
            eventually(ready_or_dead, within=within)
            assert self._running[name].poll() is None
        except AssertionError:
            raise RuntimeError(f"{name} did not become ready: {self.log(name)}") from None

    def said(self, name: str, words: str) -> bool:
        return words in (self.directory / f"{name}.log").read_text(errors="replace")

    def log(self, name: str) -> str:
        return (self.directory / f"{name}.log").read_text(errors="replace")[-3000:]

    def stop(self) -> None:
        for process in self._running.values():
            process.send_signal(signal.SIGTERM)
        for process in self._running.values():
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=10)
        self._running.clear()


def python(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", *words)


def memory(pids: Iterable[int]) -> float:
    """Resident megabytes of the processes and all they started, shared pages counted once (PSS)."""
    found = [psutil.Process(pid) for pid in pids]
    family = {child.pid: child for parent in found for child in (parent, *parent.children(recursive=True))}
    return sum(process.memory_full_info().pss for process in family.values()) / 1e6


def processor_seconds(pids: Iterable[int]) -> float:
    """What the processes and all they started have used so far."""
    found = [psutil.Process(pid) for pid in pids]
    family = {child.pid: child for parent in found for child in (parent, *parent.children(recursive=True))}
    return sum(sum(process.cpu_times()[:2]) for process in family.values())


class Peak:
    """By how many megabytes some processes grew at most while the block ran."""

    def __init__(self, pids: Iterable[int]) -> None:
        self._pids = list(pids)
        self._over = threading.Event()
        self._most = 0.0
        self._before = 0.0
        self._thread = threading.Thread(target=self._look, daemon=True)

    @property
    def growth(self) -> float:
        return self._most - self._before

    def __enter__(self) -> Self:
        self._before = memory(self._pids)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.5):
            self._most = max(self._most, memory(self._pids))

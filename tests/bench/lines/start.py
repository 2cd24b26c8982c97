"""From `ringbook up` to ready, with nothing there and with everything there, and what each process takes when idle."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.bench.figures import Aim, Figure, Row, Scale
from tests.bench.processes import python
from tests.support.stack import ROOT, free_port

LINE = "start"
NAMES = {"valkey": "valkey-server", "sandbox": "app.sandbox", "web": "gunicorn", "scheduler": "workers.scheduler"}
IDLE_FOR = 3.0


def measure(scale: Scale) -> Iterator[Row]:
    first: list[float] = []
    again: list[float] = []
    taken: dict[str, list[float]] = {}
    for _ in range(min(scale.repeats, 3)):
        with tempfile.TemporaryDirectory(prefix="bench-") as directory:
            first.append(_up(Path(directory), {}))
            again.append(_up(Path(directory), taken))
    yield Row(line=LINE, what="an empty directory", ours=Figure.of(first, "s"), aim=Aim(at_most=5, of_ours=True))
    yield Row(line=LINE, what="once more", ours=Figure.of(again, "s"), aim=Aim(at_most=5, of_ours=True))
    for name, megabytes in taken.items():
        yield Row(line="idle memory", what=name, ours=Figure.of(megabytes, "MB"))


def _up(directory: Path, taken: dict[str, list[float]]) -> float:
    """Seconds until it says that it runs; adds what its processes take to `taken`."""
    environ = {
        "PATH": os.environ["PATH"],  # noqa: TID251
        "PYTHONUNBUFFERED": "1",
        "DATA_DIR": str(directory / "var"),
        "PORT": str(free_port()),
        "SANDBOX_PORT": str(free_port()),
    }
    began = time.monotonic()
    with subprocess.Popen(
        python("app.cli.main", "up", "--no-demo"),
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            lines = []
            for line in process.stdout:
                lines.append(line)
                if line.startswith("Running."):
                    break
            else:
                raise RuntimeError("".join(lines))
            seconds = time.monotonic() - began
            time.sleep(IDLE_FOR)
            for child in psutil.Process(process.pid).children():
                _add(child, taken)
            return seconds
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


def _add(child: psutil.Process, taken: dict[str, list[float]]) -> None:
    words = child.cmdline()
    name = next((name for name, word in NAMES.items() if any(word in each for each in words)), "")
    name = name or next((word.partition("@")[0] for word in words if "@%h" in word), "")
    if name:
        family = (child, *child.children(recursive=True))
        taken.setdefault(name, []).append(sum(each.memory_full_info().pss for each in family) / 1e6)

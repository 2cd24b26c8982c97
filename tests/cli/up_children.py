"""Small programs for the supervisor to run, and a supervisor as a process of its own that can be killed."""

from __future__ import annotations

import sys
from pathlib import Path

from app.cli.child import Program
from app.cli.stop_signals import StopSignals
from app.cli.supervisor import Supervisor

SERVER = """
import pathlib, signal, sys
name, place = sys.argv[1], pathlib.Path(sys.argv[2])
def note(what):
    with (place / "journal").open("a") as journal:
        journal.write(f"{name} {what}\\n")
def stop(*_):
    note("stopped")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
note("started")
(place / f"{name}.ready").touch()
while True:
    signal.pause()
"""

STUBBORN = """
import signal, subprocess, sys, pathlib
signal.signal(signal.SIGTERM, signal.SIG_IGN)
grandchild = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
(pathlib.Path(sys.argv[2]) / "grandchild").write_text(str(grandchild.pid))
(pathlib.Path(sys.argv[2]) / f"{sys.argv[1]}.ready").touch()
while True:
    signal.pause()
"""

CHATTY = """
import pathlib, sys, time
name, place = sys.argv[1], pathlib.Path(sys.argv[2])
(place / f"{name}.ready").touch()
print("x" * 6_000_000, flush=True)
while not (place / "go on").exists():
    time.sleep(0.02)
print("still here", flush=True)
time.sleep(60)
"""

FORKING = """
import os, pathlib, signal, sys
from config.lifeline import die_with_parent
parent = os.getpid()
if os.fork() == 0:
    die_with_parent(parent)
    (pathlib.Path(sys.argv[2]) / f"{sys.argv[1]}.ready").touch()
signal.pause()
"""


def server(name: str, place: Path, code: str = SERVER, *, stop_within: float = 10.0) -> Program:
    """A program that is ready once it said so, and notes when it starts and stops."""
    return Program(
        name=name,
        command=(sys.executable, "-c", code, name, str(place)),
        ready=(place / f"{name}.ready").exists,
        stop_within=stop_within,
    )


def main() -> None:
    place = Path(sys.argv[1])
    with StopSignals() as signals:
        supervisor = Supervisor(signals=signals, say=print, log_dir=place)
        try:
            supervisor.start(server("plain", place))
            supervisor.start(server("forking", place, FORKING))
            (place / "all.ready").touch()
            supervisor.watch()
        finally:
            supervisor.stop()


if __name__ == "__main__":
    main()

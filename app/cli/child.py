"""One process under supervision: what to run, and its life from start to end."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from config.lifeline import die_with_parent

LARGEST_LOG = 5_000_000  # bytes; a longer log is set aside as NAME.log.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run and how to tell that it works. `ready` is asked again and again until it says yes; times in seconds.

    Without `ready` the program counts as working as soon as it runs. A `shown` one writes to the terminal, not its log.
    """

    name: str
    command: tuple[str, ...]
    ready: Callable[[], bool] | None = None
    ready_within: float = 30.0
    stop_within: float = 10.0
    shown: bool = False


class Child:
    """A started program, in a session of its own so that Ctrl-C reaches only the supervisor."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program = program
        self._log = log
        self._log_start = log.stat().st_size if log.exists() else 0
        self.keep_log_short()
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own programs, no shell
                program.command,
                stdin=subprocess.DEVNULL,
                stdout=None if program.shown else output,
                stderr=None if program.shown else subprocess.STDOUT,
                start_new_session=True,
                # Safe: the supervisor has one thread, and the call does nothing but two system calls.
                preexec_fn=functools.partial(die_with_parent, os.getpid()),  # noqa: PLW1509
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def exit_code(self) -> int | None:
        """None while it runs; negative where a signal ended it. What it left running in its group is killed."""
        was_running = self._process.returncode is None
        code = self._process.poll()
        if was_running and code is not None:
            self._kill_group()
        return code

    def ask_to_stop(self) -> None:
        if self.exit_code() is None:
            self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it and all it started, now."""
        if self._process.returncode is None:
            self._kill_group()
            self._process.wait()

    def last_lines(self, count: int) -> list[str]:
        """The end of what it wrote since it was started."""
        with self._log.open("rb") as log:
            log.seek(max(self._log_start, log.seek(0, os.SEEK_END) - 20_000))
            return log.read().decode(errors="replace").splitlines()[-count:]

    def keep_log_short(self) -> None:
        """Set a log that grew too long aside. It is emptied, not replaced, as the program goes on writing to it.

        A line written between copying and emptying is lost.
        """
        if self._log.exists() and self._log.stat().st_size > LARGEST_LOG:
            with contextlib.suppress(OSError):  # where the disk is full, emptying it helps more than keeping it
                shutil.copyfile(self._log, self._log.with_suffix(".log.1"))
            os.truncate(self._log, 0)
            self._log_start = 0

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)


def describe_exit(code: int) -> str:
    """`exit code 3`, or the signal's name."""
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name

"""Notes requests to stop, and lets one thread wait without missing a signal."""

from __future__ import annotations

import contextlib
import select
import signal
import socket
import time
from types import FrameType, TracebackType
from typing import Any, Self

ECHO = 0.5  # seconds in which a further signal is the same request, sent to the process and to its group
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopSignals:
    """A context in which SIGINT, SIGTERM and SIGHUP are counted instead of ending the process (main thread only).

    A child's end (SIGCHLD) interrupts `pause` as well. SIGHUP stays ignored where nohup(1) had it ignored.
    """

    def __init__(self) -> None:
        self.count = 0
        self._noted_at = -ECHO
        self._replaced: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._previous_fd = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        for number in STOPPING:
            if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                self._replaced[number] = signal.signal(number, self._note)
        self._replaced[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, previous in self._replaced.items():
            signal.signal(number, previous)
        signal.set_wakeup_fd(self._previous_fd)
        self._reader.close()
        self._writer.close()

    def pause(self, seconds: float) -> None:
        """Wait, at most until the next signal. One that came since the last pause ends it at once."""
        if select.select([self._reader], [], [], seconds)[0]:
            with contextlib.suppress(BlockingIOError):
                self._reader.recv(4096)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if now - self._noted_at > ECHO:
            self.count += 1
            self._noted_at = now

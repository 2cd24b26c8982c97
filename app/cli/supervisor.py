"""Starts programs in order, keeps them running, and stops them in the reverse order within a bound."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from app.cli.child import Child, Program, describe_exit
from app.cli.stop_signals import StopSignals
from app.cli.watchdog import Watchdog

Say = Callable[[str], None]
"""Shows one line to whoever started the supervisor."""

POLL = 0.1  # seconds between two looks while waiting for readiness; a signal or a child's end is seen at once
TAIL = 15  # lines of a failed program's log that are shown


class StartError(Exception):
    """A program did not start; the text says which and why, with the end of its log."""


class StopRequestedError(Exception):
    """A signal asked for the end while something was still being started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartPolicy:
    """A crashed program is started again after a pause that doubles, up to `limit` times within `window` seconds."""

    first_pause: float = 0.5
    longest_pause: float = 10.0
    limit: int = 6
    window: float = 120.0

    def pause(self, crashes: int) -> float:
        return float(min(self.longest_pause, self.first_pause * 2 ** (crashes - 1)))


@dataclass(slots=True, kw_only=True)
class _Post:
    """One supervised program: the child that fills the post now (None: it crashed), and its crashes of late."""

    program: Program
    child: Child | None
    kept: bool = False  # started for good, so that its end is a crash
    restart_at: float = 0.0
    crashes: deque[float] = field(default_factory=deque)


class Supervisor:
    """Owns child processes. Use it from the main thread, inside `signals`, and call `stop` whatever happens.

    Nothing outlives it, even if it is killed: on Linux by PR_SET_PDEATHSIG, elsewhere by a watchdog process.
    """

    def __init__(
        self,
        *,
        signals: StopSignals,
        say: Say,
        log_dir: Path,
        restarts: RestartPolicy | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._signals = signals
        self._say = say
        self._log_dir = log_dir
        self._restarts = restarts or RestartPolicy()
        self._clock = clock
        self._posts: list[_Post] = []
        self._watchdog = None if sys.platform == "linux" else Watchdog()

    def start(self, *programs: Program, meanwhile: Program | None = None) -> None:
        """Start them side by side and wait until each is ready. Raises StartError, StopRequestedError.

        `meanwhile` is run to its end beside them, before the first of them is asked.
        """
        began = self._clock()
        started = []
        for program in programs:
            child = self._spawn(program)
            post = _Post(program=program, child=child)
            self._posts.append(post)
            started.append((post, child))
        if meanwhile is not None:
            self.run(meanwhile)
        for post, child in started:
            self._await(post, child, began)

    def _await(self, post: _Post, child: Child, began: float) -> None:
        program = post.program
        while program.ready is not None and not program.ready():
            if (code := child.exit_code()) is not None:
                raise StartError(_failure(child, describe_exit(code)))
            self._pause(child, until=began + program.ready_within)
            if not self.revive():
                raise StartError(f"{program.name} was not started: another program crashed too often")
        post.kept = True
        verb = "was started" if program.ready is None else "is ready"
        self._say(f"{program.name} {verb} ({self._clock() - began:.1f} s)")

    def run(self, program: Program) -> None:
        """Run a program to its end within `ready_within` seconds. Raises StartError where that is not exit code 0."""
        child = self._spawn(program)
        deadline = self._clock() + program.ready_within
        try:
            while (code := child.exit_code()) is None:
                self._pause(child, until=deadline)
        finally:
            child.kill()
            self._forget(child)
        if code != 0:
            raise StartError(_failure(child, describe_exit(code)))

    def watch(self) -> bool:
        """Keep everything running until a signal asks to stop (True), or a program crashes too often (False).

        Raises StartError, StopRequestedError where one cannot be started again.
        """
        while not self._signals.count:
            if not self.revive():
                return False
            self._signals.pause(self._time_to_next_restart())
        return True

    def revive(self) -> bool:
        """Start what crashed again, once its pause is over; False if one crashed too often."""
        return all(self._revive_post(post) for post in self._posts if post.kept)

    def stop(self) -> None:
        """Stop everything, last started first; what does not stop in time, or after a further signal, is killed."""
        asked = self._signals.count
        for post in reversed(self._posts):
            if post.child is not None:
                self._stop_child(post.child, asked)
                post.child = None
        self._posts.clear()
        if self._watchdog is not None:
            self._watchdog.close()

    def _spawn(self, program: Program) -> Child:
        if self._signals.count:
            raise StopRequestedError
        try:
            child = Child(program, self._log_dir / f"{program.name}.log")
        except OSError as error:
            raise StartError(f"{program.name} cannot be started: {error}") from None
        if self._watchdog is not None:
            self._watchdog.watch(child.pid)
        return child

    def _pause(self, child: Child, *, until: float) -> None:
        if self._signals.count:
            raise StopRequestedError
        if self._clock() > until:
            raise StartError(_failure(child, f"not ready after {child.program.ready_within:g} s"))
        self._signals.pause(POLL)

    def _revive_post(self, post: _Post) -> bool:
        if post.child is not None:
            code = post.child.exit_code()
            post.child.keep_log_short()
            return code is None or self._note_crash(post, post.child, code)
        if self._clock() >= post.restart_at:
            post.child = self._spawn(post.program)
            self._say(f"{post.program.name} was started again")
        return True

    def _note_crash(self, post: _Post, child: Child, code: int) -> bool:
        now = self._clock()
        post.child = None
        self._forget(child)
        post.crashes.append(now)
        while post.crashes[0] < now - self._restarts.window:
            post.crashes.popleft()
        if len(post.crashes) > self._restarts.limit:
            self._say(_failure(child, f"{describe_exit(code)}, {len(post.crashes)} times in a row; giving up"))
            return False
        pause = self._restarts.pause(len(post.crashes))
        post.restart_at = now + pause
        self._say(f"{post.program.name} ended by itself ({describe_exit(code)}); starting it again in {pause:g} s")
        return True

    def _time_to_next_restart(self) -> float:
        waiting = [post.restart_at - self._clock() for post in self._posts if post.child is None]
        return max(0.0, min([1.0, *waiting]))

    def _stop_child(self, child: Child, asked: int) -> None:
        child.ask_to_stop()
        deadline = self._clock() + child.program.stop_within
        while child.exit_code() is None:
            if self._clock() > deadline or self._signals.count > asked:
                self._say(f"{child.program.name} did not stop in time and was killed")
                child.kill()
            else:
                self._signals.pause(POLL)
        self._forget(child)

    def _forget(self, child: Child) -> None:
        if self._watchdog is not None:
            self._watchdog.forget(child.pid)


def _failure(child: Child, reason: str) -> str:
    return "\n".join([f"{child.program.name} failed: {reason}", *(f"    {line}" for line in child.last_lines(TAIL))])

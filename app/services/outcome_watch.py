"""Looks after all who wait for an outcome, in one thread: whose job is final, and whose time ends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from app.domain.errors import StoreUnavailableError
from app.domain.jobs import Job
from app.domain.ports import Clock
from app.domain.stores import OpenUnit

LOOK_EVERY = timedelta(seconds=0.5)
"""How often their jobs are looked at: that finds what a lost ring would have told."""

EACH_TAKES = timedelta(seconds=0.007)
"""What it takes to answer one, until it is known how long it takes here. Of many whose time ends at one moment each is
called so much before the next, or the last ones would be late."""

SHORTEST_EACH, LONGEST_EACH = timedelta(seconds=0.001), timedelta(seconds=0.02)
"""Bounds of what is believed of that."""

ENOUGH = 20
"""Answers in a row, of which that is learned: the first few, and those of single callers, wait for nobody's turn."""

SPARE = 1.5
"""Times as long as it took is what is counted on: the last of a crowd have more beside them than the first."""

MOST_EARLY = 0.15
"""Of the time somebody waits, so much may be given up for that."""

ROUND_EVERY = timedelta(seconds=0.05)
"""Those whose time ends before the next round share one note."""

SOON = 3 * ROUND_EVERY
"""So much work may lie before those who are called, that there is always some until the next round."""

log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False, kw_only=True)
class Waiter:
    """One request that waits until `answer_by` for `job`, which is as it was when it was looked at last, or noted.

    `call` has the request come back. `is_told`: its caller will hear "still confirming", which has to be noted first.
    """

    job: Job
    answer_by: datetime
    call: Callable[[], None]
    is_told: bool
    since: datetime
    time_is_up: bool = False

    @property
    def earliest(self) -> datetime:
        return self.answer_by - MOST_EARLY * (self.answer_by - self.since)


class OutcomeWatch:
    """Each looking for itself, a thousand would ask the database all the time, and take the processor from each other
    when their time ends.

    Nobody depends on it: where the database holds it up, each who waits still has a time of its own.
    """

    def __init__(self, *, read_unit: OpenUnit, note: Callable[[Sequence[Job]], Sequence[Job]], clock: Clock) -> None:
        """`note` writes down who is told that it is not over, and gives the jobs as they are then."""
        self._read_unit = read_unit
        self._note = note
        self._clock = clock
        self._lock = threading.Lock()
        self._waiters: set[Waiter] = set()
        self._looked_at: datetime | None = None
        self._round_took = timedelta()
        self._pace = _Pace()
        self._somebody_waits = threading.Event()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    @contextmanager
    def watching(self, job: Job, answer_by: datetime, call: Callable[[], None], *, is_told: bool) -> Iterator[Waiter]:
        """Have the job looked after until the block is left."""
        waiter = Waiter(job=job, answer_by=answer_by, call=call, is_told=is_told, since=self._clock())
        with self._lock:
            self._start()
            self._waiters.add(waiter)
            self._somebody_waits.set()
        try:
            yield waiter
        finally:
            with self._lock:
                self._waiters.discard(waiter)
                if waiter.time_is_up:
                    self._pace.answered(self._clock())

    def round(self) -> None:
        """Call those who need not wait any longer."""
        now = self._clock()
        with self._lock:
            self._pace.learn(now)
            waiting = [waiter for waiter in self._waiters if not waiter.time_is_up]
        waiting.sort(key=lambda waiter: waiter.answer_by)
        if self._looked_at is None or abs(now - self._looked_at) >= LOOK_EVERY:
            self._looked_at = now
            with suppress(StoreUnavailableError):
                waiting = self._look(waiting)
        if due := _due(waiting, self._pace, now + ROUND_EVERY + self._round_took):
            self._end_time_of(due)
        self._round_took = max(self._clock() - now, timedelta())

    def close(self) -> None:
        """End the thread, within `ROUND_EVERY`."""
        self._closing.set()
        self._somebody_waits.set()

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="outcome-watch", daemon=True)
            with suppress(RuntimeError):  # the system has no thread left; who comes next tries again
                self._thread.start()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._somebody_waits.wait()
            try:
                self.round()
            except Exception:  # one job that cannot be read must not end the watch over all others
                log.exception("outcome_watch_failed")
            self._closing.wait(ROUND_EVERY.total_seconds())
            with self._lock:
                if not self._waiters:
                    self._somebody_waits.clear()

    def _look(self, waiting: list[Waiter]) -> list[Waiter]:
        """Those whose job is not final."""
        with self._read_unit() as unit:
            statuses = unit.jobs.statuses([waiter.job.id for waiter in waiting])
        still = []
        for waiter in waiting:
            status = statuses.get(waiter.job.id, waiter.job.status)
            if status.is_final:
                waiter.call()  # to read all of it
            else:
                waiter.job = replace(waiter.job, status=status)
                still.append(waiter)
        return still

    def _end_time_of(self, due: list[Waiter]) -> None:
        """Who cannot be noted is left until its own time ends: it is not told before that."""
        told = [waiter for waiter in due if waiter.is_told]
        try:
            noted = self._note([waiter.job for waiter in told]) if told else []
        except StoreUnavailableError:
            due = [waiter for waiter in due if not waiter.is_told]
        else:
            for waiter, job in zip(told, noted, strict=True):
                waiter.job = job
        with self._lock:
            due = [waiter for waiter in due if waiter in self._waiters]
            self._pace.called(len(due), self._clock())
            for waiter in due:
                waiter.time_is_up = True
        for waiter in due:
            waiter.call()


def _due(waiting: list[Waiter], pace: _Pace, by: datetime) -> list[Waiter]:
    """Of those that wait, in the order in which their time ends, as many as have to be called by then if each answer
    takes so long and nobody is to be late. Before their time no more than are answered soon: who hears of an outcome
    meanwhile stands behind them.
    """
    needed = 0
    for number, waiter in enumerate(waiting, 1):
        needed = max(needed, number - max(0, (waiter.answer_by - by) // pace.each))
    early = [waiter for waiter in waiting[:needed] if waiter.earliest <= by]
    room = SOON // pace.each - pace.answering
    return [waiter for place, waiter in enumerate(early) if place < room or waiter.answer_by <= by]


class _Pace:
    """How long it takes to answer one, as told by how fast those who were called get their turn; `answering` have none
    yet.
    """

    def __init__(self) -> None:
        self.each = EACH_TAKES
        self.answering = 0
        self._answered = 0
        self._since: datetime | None = None
        self._busy = timedelta()

    def called(self, number: int, now: datetime) -> None:
        if not self.answering:
            self._answered, self._busy = 0, timedelta()
            self.each += (EACH_TAKES - self.each) / 16  # what took long once need not do so for ever
        self._count(now)
        self.answering += number

    def answered(self, now: datetime) -> None:
        self._count(now)
        self.answering -= 1
        self._answered += 1

    def learn(self, now: datetime) -> None:
        """From those that were answered one after another."""
        self._count(now)
        if self._answered >= ENOUGH:
            took = max(SHORTEST_EACH, min(SPARE * self._busy / self._answered, LONGEST_EACH))
            self.each += (took - self.each) / 4
            self._answered, self._busy = 0, timedelta()

    def _count(self, now: datetime) -> None:
        if self.answering and self._since:
            self._busy += now - self._since
        self._since = now

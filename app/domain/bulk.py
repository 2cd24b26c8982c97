"""Runs over many jobs at once: what is wanted of which jobs, how far it has come, and what became of each job."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.job_search import JobSearch
from app.domain.paging import Place
from app.domain.preflight import Verdict

MOST_JOBS = 100_000
"""Of one run. A filter that matches more is cut off there, and says so."""

MOST_AT_WORK = 10
"""Runs that collect, check or act at a time."""

USUAL_RATE, MOST_RATE = 60, 600
"""Jobs a minute."""

LEASE = timedelta(seconds=30)
"""How long a worker holds a run without a sign of life: longer than anything it does in between may take."""

UNDER_WAY = 50
"""Jobs of one run that were requeued and have not ended, at most: where Cal.com or the workers are slower than the
rate, the run waits for them, and no job's time runs out in a queue."""

MOST_CRASHES = 10
"""Workers that may die on a run, one after the other and without any progress, before it is paused for a person."""

MOST_TRIES = 3
"""How often Cal.com is asked about one job that it gives no answer for."""


class BulkAction(StrEnum):
    RETRY = "retry"
    DISCARD = "discard"


class Stage(StrEnum):
    """Where a run stands. It goes on by itself but from `ready`, where a person says that it shall."""

    COLLECTING = "collecting"  # which jobs match
    CHECKING = "checking"  # what would come of each
    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


OVER = frozenset({Stage.DONE, Stage.CANCELLED})
AT_WORK = frozenset({Stage.COLLECTING, Stage.CHECKING, Stage.RUNNING})


class ItemState(StrEnum):
    """What became of one job of a run."""

    FOUND = "found"  # not checked yet
    READY = "ready"  # to be acted on
    SKIPPED = "skipped"  # its verdict says that nothing would come of it
    STARTED = "started"  # requeued, not ended yet
    ENDED = "ended"  # and how: `result`
    REFUSED = "refused"  # it changed after it was checked, or could not be acted on: `result` says why


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRun:
    """One run, over the jobs that were `wanted` when it began: that has an `until`, and no `contacts`.

    `collected` jobs were found so far, the last one at `place`; `capped`: there were more than it takes. Nothing is
    done before `next_at`. `fence` grows with every claim; a write that carries an old fence changes nothing.
    `crashes`: workers that died on it since it last went on. `number`: how many jobs its confirmation named.
    """

    id: str
    action: BulkAction
    wanted: JobSearch
    rate: int
    reason: str
    actor: str
    created_at: datetime
    next_at: datetime
    stage: Stage = Stage.COLLECTING
    paused_at: datetime | None = None
    collected: int = 0
    capped: bool = False
    place: Place | None = None
    number: int = 0
    started_at: datetime | None = None
    finished_at: datetime | None = None
    fence: int = 0
    crashes: int = 0

    @property
    def is_at_work(self) -> bool:
        return self.stage in AT_WORK and self.paused_at is None

    @property
    def pace(self) -> timedelta:
        """Between two jobs: with less in any place, some minute would have more than `rate`."""
        return timedelta(minutes=1) / self.rate


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkItem:
    """One job of a run. `version` is the job's when it was checked, `result` how it ended or why it was refused."""

    position: int
    job_id: str
    state: ItemState = ItemState.FOUND
    verdict: Verdict | None = None
    version: str = ""
    tries: int = 0
    result: str = ""
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many jobs of a run have this verdict, stand there and ended so."""

    verdict: Verdict | None
    state: ItemState
    result: str
    number: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come, counted from its items."""

    tallies: tuple[Tally, ...] = field(default=())

    @property
    def checked(self) -> int:
        return self.of(state for state in ItemState if state is not ItemState.FOUND)

    @property
    def ready(self) -> int:
        """Those that a confirmation would act on, or that are still to be acted on."""
        return self.of([ItemState.READY])

    @property
    def acted_on(self) -> int:
        return self.of([ItemState.STARTED, ItemState.ENDED, ItemState.REFUSED])

    @property
    def ended(self) -> int:
        return self.of([ItemState.ENDED, ItemState.REFUSED])

    @property
    def open_outcomes(self) -> int:
        """Left out of a run that discards, unless its confirmation takes them in."""
        skipped = (each for each in self.tallies if each.state is ItemState.SKIPPED)
        return sum(each.number for each in skipped if each.verdict is Verdict.OUTCOME_UNKNOWN)

    def of(self, states: Iterable[ItemState]) -> int:
        wanted = set(states)
        return sum(tally.number for tally in self.tallies if tally.state in wanted)

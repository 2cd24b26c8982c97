"""Show runs over many jobs: which there are, how far one has come, and what became of each of its jobs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.bulk import UNDER_WAY, BulkItem, BulkRun, ItemState, Progress, Tally
from app.domain.jobs import Job
from app.domain.paging import Place
from app.domain.stores import OpenUnit, UnitOfWork
from app.services.decide_bulk import run_named
from app.services.run_bulk import ended_as

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBulk:
    """A run, how far it has come, one page of its jobs as they are now, and whether there are more behind it."""

    run: BulkRun
    progress: Progress
    items: tuple[BulkItem, ...]
    jobs: Mapping[str, Job]
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowBulk:
    """Raises UnknownNameError."""

    read_unit: OpenUnit

    def __call__(self, run_id: str, *, after: int = -1, state: ItemState | None = None) -> ShownBulk:
        with self.read_unit() as unit:
            run = run_named(unit, run_id)
            items = unit.bulk.items(run.id, PAGE + 1, after=after, state=state)
            shown = items[:PAGE]
            return ShownBulk(
                run=run,
                progress=_progress(unit, run),
                items=tuple(shown),
                jobs=unit.bulk.jobs_of(shown),
                has_more=len(items) > PAGE,
            )

    def recent(self, after: Place | None = None) -> tuple[list[BulkRun], bool]:
        """A page of runs, the youngest first, and whether there are older ones."""
        with self.read_unit() as unit:
            runs = unit.bulk.recent(PAGE + 1, after)
        return runs[:PAGE], len(runs) > PAGE


def _progress(unit: UnitOfWork, run: BulkRun) -> Progress:
    """As the jobs are now: a run notes their ends only when it goes on, and one that was cancelled never does."""
    counted = Counter({(each.verdict, each.state, each.result): each.number for each in unit.bulk.tallies(run.id)})
    started = unit.bulk.items(run.id, UNDER_WAY, state=ItemState.STARTED)
    jobs = unit.bulk.jobs_of(started)
    for item in started:
        ended = ended_as(jobs.get(item.job_id))
        if ended:
            counted[item.verdict, item.state, item.result] -= 1
            counted[item.verdict, ItemState.ENDED, ended] += 1
    return Progress(tuple(Tally(*kind, number) for kind, number in counted.items() if number))

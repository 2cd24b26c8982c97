"""What runs over many jobs need of the database, as a protocol; `app.storage` fulfils it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from app.domain.bulk import BulkItem, BulkRun, ItemState, Tally
from app.domain.job_search import JobSearch
from app.domain.jobs import Job
from app.domain.paging import Place


class BulkStore(Protocol):
    """Runs and their items. Every change is conditional; a method that returns False or None changed nothing."""

    def add(self, run: BulkRun) -> None: ...

    def get(self, run_id: str) -> BulkRun | None: ...

    def recent(self, limit: int, after: Place | None = None) -> list[BulkRun]:
        """The youngest first, behind that place."""
        ...

    def at_work(self) -> int:
        """How many runs collect, check or act, paused ones too."""
        ...

    def due(self, *, now: datetime, unpublished_since: datetime, limit: int) -> list[str]: ...

    def mark_published(self, run_ids: Sequence[str], *, now: datetime) -> None: ...

    def claim(self, run_id: str, *, now: datetime, lease_until: datetime) -> BulkRun | None:
        """Take a due run that nobody holds, or whose lease ran out: fence + 1."""
        ...

    def hold(self, run: BulkRun, *, lease_until: datetime) -> bool:
        """Hold a claimed run for longer, and keep others from deciding about it until the unit ends.

        False: the lease was lost, or somebody paused, cancelled or moved it meanwhile: nothing may be done.
        """
        ...

    def save(self, run: BulkRun) -> None:
        """How far a run that is held has come."""
        ...

    def release(self, run: BulkRun) -> None:
        """Let others have it, when its time comes."""
        ...

    def decide(self, run: BulkRun, changed: BulkRun) -> bool:
        """Put `changed` in the place of `run`, as long as nobody moved or paused it meanwhile."""
        ...

    def matching(self, wanted: JobSearch, *, after: Place | None, look_at: int) -> tuple[list[str], Place | None]:
        """Ids, oldest first, of those of the next `look_at` jobs behind the place that match, and where to go on.

        None: there are no more.
        """
        ...

    def add_items(self, run: BulkRun, job_ids: Sequence[str]) -> int:
        """Behind those it has; returns how many it has then."""
        ...

    def items(self, run_id: str, limit: int, *, after: int = -1, state: ItemState | None = None) -> list[BulkItem]:
        """By their place in the run, behind the position `after`."""
        ...

    def mark(self, run: BulkRun, items: Sequence[BulkItem]) -> None:
        """What became of them."""
        ...

    def take_in_open_outcomes(self, run: BulkRun) -> None:
        """Act on those too that were left out because their outcome is open."""
        ...

    def check_again(self, run: BulkRun) -> None:
        """Forget what was found out about its jobs."""
        ...

    def tallies(self, run_id: str) -> list[Tally]: ...

    def jobs_of(self, items: Sequence[BulkItem]) -> dict[str, Job]:
        """Those that are still there."""
        ...

    def prune(self, *, before: datetime, limit: int) -> int:
        """Delete a run that ended before, or was never confirmed, or `limit` of its jobs; returns how many rows."""
        ...

"""Runs over many jobs, in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, delete, func, insert, or_, select, update

from app.domain.bulk import AT_WORK, BulkItem, BulkRun, ItemState, Stage, Tally
from app.domain.job_search import JobSearch
from app.domain.jobs import Job
from app.domain.paging import Place
from app.storage import bulk_items
from app.storage.bulk_rows import run_from_row, run_to_row
from app.storage.dialects import rows_changed
from app.storage.job_store import CLOCKS_DIFFER
from app.storage.mending_tables import bulk_runs
from app.storage.places import stands_before

_PROGRESS = ("stage", "collected", "capped", "place_at", "place_id", "next_at", "started_at", "finished_at")


class SqlBulkStore:
    """What concerns single jobs of a run is in `bulk_items`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, run: BulkRun) -> None:
        self._connection.execute(insert(bulk_runs).values(run_to_row(run)))

    def get(self, run_id: str) -> BulkRun | None:
        row = self._connection.execute(select(bulk_runs).where(bulk_runs.c.id == run_id)).one_or_none()
        return run_from_row(row) if row else None

    def recent(self, limit: int, after: Place | None = None) -> list[BulkRun]:
        found = select(bulk_runs)
        if after is not None:
            found = found.where(stands_before(bulk_runs.c.created_at, bulk_runs.c.id, after))
        newest = found.order_by(bulk_runs.c.created_at.desc(), bulk_runs.c.id.desc()).limit(limit)
        return [run_from_row(row) for row in self._connection.execute(newest)]

    def at_work(self) -> int:
        counted = select(func.count()).select_from(bulk_runs)
        busy = bulk_runs.c.finished_at.is_(None), bulk_runs.c.stage.in_(AT_WORK)
        return self._connection.scalar(counted.where(*busy)) or 0

    def due(self, *, now: datetime, unpublished_since: datetime, limit: int) -> list[str]:
        unheard = or_(bulk_runs.c.published_at.is_(None), bulk_runs.c.published_at < unpublished_since)
        waiting = select(bulk_runs.c.id).where(_is_due(now), unheard)
        return list(self._connection.scalars(waiting.order_by(bulk_runs.c.next_at).limit(limit)))

    def mark_published(self, run_ids: Sequence[str], *, now: datetime) -> None:
        told = update(bulk_runs).where(bulk_runs.c.id.in_(run_ids), _is_free(now))
        self._connection.execute(told.values(published_at=now))

    def claim(self, run_id: str, *, now: datetime, lease_until: datetime) -> BulkRun | None:
        taken = (
            update(bulk_runs)
            .where(bulk_runs.c.id == run_id, _is_due(now + CLOCKS_DIFFER, lease_before=now))
            .values(
                fence=bulk_runs.c.fence + 1,
                crashes=bulk_runs.c.crashes + case((bulk_runs.c.lease_until.is_not(None), 1), else_=0),
                lease_until=lease_until,
                published_at=None,
            )
            .returning(bulk_runs)
        )
        row = self._connection.execute(taken).one_or_none()
        return run_from_row(row) if row else None

    def hold(self, run: BulkRun, *, lease_until: datetime) -> bool:
        return self._changed(_as_seen(run), {"lease_until": lease_until})

    def save(self, run: BulkRun) -> None:
        row = run_to_row(run)
        held = bulk_runs.c.id == run.id, bulk_runs.c.fence == run.fence
        progress = {name: row[name] for name in _PROGRESS} | {"crashes": 0}
        self._connection.execute(update(bulk_runs).where(*held).values(progress))

    def release(self, run: BulkRun) -> None:
        held = bulk_runs.c.id == run.id, bulk_runs.c.fence == run.fence
        self._connection.execute(update(bulk_runs).where(*held).values(lease_until=None, published_at=None))

    def decide(self, run: BulkRun, changed: BulkRun) -> bool:
        """A worker that holds it finds out at its next step: the fence stays."""
        row = run_to_row(changed)
        names = "stage", "paused_at", "number", "next_at", "started_at", "finished_at", "crashes"
        return self._changed(_as_seen(run), {name: row[name] for name in names} | {"published_at": None})

    def matching(self, wanted: JobSearch, *, after: Place | None, look_at: int) -> tuple[list[str], Place | None]:
        return bulk_items.matching(self._connection, wanted, after, look_at)

    def add_items(self, run: BulkRun, job_ids: Sequence[str]) -> int:
        return bulk_items.add(self._connection, run, job_ids)

    def items(self, run_id: str, limit: int, *, after: int = -1, state: ItemState | None = None) -> list[BulkItem]:
        return bulk_items.read(self._connection, run_id, limit, after, state)

    def mark(self, run: BulkRun, items: Sequence[BulkItem]) -> None:
        bulk_items.mark(self._connection, run, items)

    def take_in_open_outcomes(self, run: BulkRun) -> None:
        bulk_items.take_in_open_outcomes(self._connection, run)

    def check_again(self, run: BulkRun) -> None:
        bulk_items.check_again(self._connection, run)

    def tallies(self, run_id: str) -> list[Tally]:
        return bulk_items.tallies(self._connection, run_id)

    def jobs_of(self, items: Sequence[BulkItem]) -> dict[str, Job]:
        return bulk_items.jobs_of(self._connection, items)

    def prune(self, *, before: datetime, limit: int) -> int:
        """Its jobs first, for a run may have many; the run itself goes with the last of them."""
        unconfirmed = and_(bulk_runs.c.stage == Stage.READY, bulk_runs.c.created_at < before)
        old = select(bulk_runs.c.id).where(or_(bulk_runs.c.finished_at < before, unconfirmed))
        run_id = self._connection.scalar(old.order_by(bulk_runs.c.created_at).limit(1))
        if run_id is None:
            return 0
        removed = bulk_items.remove_some(self._connection, run_id, limit)
        if removed < limit:
            removed += rows_changed(self._connection.execute(delete(bulk_runs).where(bulk_runs.c.id == run_id)))
        return removed

    def _changed(self, held: list[ColumnElement[bool]], values: dict[str, Any]) -> bool:
        return rows_changed(self._connection.execute(update(bulk_runs).where(*held).values(values))) > 0


def _is_due(now: datetime, *, lease_before: datetime | None = None) -> ColumnElement[bool]:
    free = _is_free(lease_before or now)
    goes_on = bulk_runs.c.stage.in_(AT_WORK), bulk_runs.c.paused_at.is_(None), bulk_runs.c.next_at <= now
    return and_(bulk_runs.c.finished_at.is_(None), *goes_on, free)


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(bulk_runs.c.lease_until.is_(None), bulk_runs.c.lease_until < now)


def _as_seen(run: BulkRun) -> list[ColumnElement[bool]]:
    """Nobody claimed, moved, paused or resumed it since."""
    paused = bulk_runs.c.paused_at.is_(None) if run.paused_at is None else bulk_runs.c.paused_at == run.paused_at
    return [bulk_runs.c.id == run.id, bulk_runs.c.fence == run.fence, bulk_runs.c.stage == run.stage, paused]

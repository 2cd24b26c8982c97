"""The jobs of a run: which match, what was found out about each, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, delete, func, insert, select, true, update

from app.domain.bulk import BulkItem, BulkRun, ItemState, Tally
from app.domain.job_search import JobSearch
from app.domain.jobs import Job
from app.domain.paging import Place
from app.domain.preflight import Verdict
from app.storage import job_facts
from app.storage.bulk_rows import item_from_row, item_to_row
from app.storage.dialects import rows_changed
from app.storage.job_rows import job_from_row
from app.storage.mending_tables import bulk_items
from app.storage.places import stands_behind
from app.storage.tables import jobs

PART = 10_000


def matching(
    connection: Connection, wanted: JobSearch, after: Place | None, look_at: int
) -> tuple[list[str], Place | None]:
    """A fixed number of rows along one index, the rest of the filter applied to them: however few match, each step is
    as short as any other.
    """
    rows = connection.execute(_along_an_index(wanted, after).limit(look_at)).all()
    fitting = [row.id for row in rows if row.fits]
    more = len(rows) == look_at
    return fitting, Place(at=rows[-1].created_at, id=rows[-1].id) if more else None


def _along_an_index(wanted: JobSearch, after: Place | None) -> Select[Any]:
    fits = and_(true() if wanted.status is None else jobs.c.status == wanted.status, *job_facts.fits(jobs, wanted))
    seen = select(jobs.c.id, jobs.c.created_at, fits.label("fits")).where(jobs.c.created_at < wanted.until)
    if wanted.since is not None:
        seen = seen.where(jobs.c.created_at >= wanted.since)
    if wanted.org_id is not None:
        seen = seen.where(jobs.c.org_id == wanted.org_id)
    elif wanted.status is not None:
        seen = seen.where(jobs.c.status == wanted.status)
    if after is not None:
        seen = seen.where(stands_behind(jobs.c.created_at, jobs.c.id, after))
    return seen.order_by(jobs.c.created_at, jobs.c.id)


def add(connection: Connection, run: BulkRun, job_ids: Sequence[str]) -> int:
    numbered = enumerate(job_ids, start=run.collected)
    rows = [item_to_row(BulkItem(position=number, job_id=job_id)) | {"run_id": run.id} for number, job_id in numbered]
    if rows:
        connection.execute(insert(bulk_items), rows)
    return run.collected + len(rows)


def read(connection: Connection, run_id: str, limit: int, after: int, state: ItemState | None) -> list[BulkItem]:
    found = select(bulk_items).where(bulk_items.c.run_id == run_id, bulk_items.c.position > after)
    if state is not None:
        found = found.where(bulk_items.c.state == state)
    return [item_from_row(row) for row in connection.execute(found.order_by(bulk_items.c.position).limit(limit))]


def mark(connection: Connection, run: BulkRun, items: Sequence[BulkItem]) -> None:
    if not items:
        return
    one = bulk_items.c.run_id == run.id, bulk_items.c.position == bindparam("place")
    names = "state", "verdict", "version", "tries", "result", "done_at"
    rows = [item_to_row(item) for item in items]
    statement = update(bulk_items).where(*one).values({name: bindparam(f"new_{name}") for name in names})
    connection.execute(
        statement, [{"place": row["position"]} | {f"new_{name}": row[name] for name in names} for row in rows]
    )


def take_in_open_outcomes(connection: Connection, run: BulkRun) -> None:
    left_out = bulk_items.c.state == ItemState.SKIPPED, bulk_items.c.verdict == Verdict.OUTCOME_UNKNOWN
    for part in _parts(run):
        connection.execute(update(bulk_items).where(*part, *left_out).values(state=ItemState.READY))


def check_again(connection: Connection, run: BulkRun) -> None:
    anew = {"state": ItemState.FOUND, "verdict": None, "version": "", "tries": 0, "result": ""}
    for part in _parts(run):
        connection.execute(update(bulk_items).where(*part).values(anew))


def remove_some(connection: Connection, run_id: str, limit: int) -> int:
    some = select(bulk_items.c.position).where(bulk_items.c.run_id == run_id).limit(limit)
    gone = delete(bulk_items).where(bulk_items.c.run_id == run_id, bulk_items.c.position.in_(some))
    return rows_changed(connection.execute(gone))


def _parts(run: BulkRun) -> Iterator[tuple[ColumnElement[bool], ...]]:
    """Each small enough for one statement to end in good time."""
    for first in range(0, run.collected, PART):
        yield (
            bulk_items.c.run_id == run.id,
            bulk_items.c.position >= first,
            bulk_items.c.position < first + PART,
        )


def tallies(connection: Connection, run_id: str) -> list[Tally]:
    kinds = bulk_items.c.verdict, bulk_items.c.state, bulk_items.c.result
    counted = select(*kinds, func.count()).where(bulk_items.c.run_id == run_id).group_by(*kinds)
    return [
        Tally(Verdict(verdict) if verdict else None, ItemState(state), result, number)
        for verdict, state, result, number in connection.execute(counted)
    ]


def jobs_of(connection: Connection, items: Sequence[BulkItem]) -> dict[str, Job]:
    ids = [item.job_id for item in items]
    found = connection.execute(select(jobs).where(jobs.c.id.in_(ids))) if ids else ()
    return {row.id: job_from_row(row) for row in found}

"""The jobs a run is over are found in steps, all of them, and without looking through the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.domain.answers import Final, Result
from app.domain.job_search import JobSearch
from app.domain.jobs import Status
from app.domain.paging import Place
from app.storage.bulk_items import _along_an_index
from app.storage.database import Database
from tests.storage import rows
from tests.storage.bulk_rows import EVERYTHING, FULL
from tests.storage.rows import NOW, SECOND

HOUR = timedelta(hours=1)


def test_jobs_are_found_oldest_first_whatever_part_of_the_filter_fits(database: Database) -> None:
    jobs = [rows.added(database, created_at=NOW + number * SECOND) for number in range(6)]
    elsewhere = rows.added(database, org_id="other", agent_id="other")
    for job in jobs[:3]:
        down = Final(result=Result.UPSTREAM_DOWN)
        assert rows.finish(database, rows.claimed(database, job, now=NOW + HOUR), status=Status.FAILED, final=down)

    def found(**changes) -> list[str]:
        with database.reading_unit() as unit:
            return unit.bulk.matching(replace(EVERYTHING, **changes), after=None, look_at=50)[0]

    first, rest = [job.id for job in jobs[:3]], [job.id for job in jobs[3:]]
    assert found(org_id="org") == [*first, *rest]
    assert found(agent_id="other") == [elsewhere.id]
    assert found(status=Status.QUEUED, org_id="org") == rest
    assert found(status=Status.FAILED) == first
    assert found(result=Result.UPSTREAM_DOWN, org_id="org") == first
    assert found(result=Result.SLOT_TAKEN) == []
    assert found(since=NOW + 2 * SECOND, until=NOW + 4 * SECOND) == [jobs[2].id, jobs[3].id]


def test_they_are_found_in_steps_that_leave_none_out(database: Database) -> None:
    jobs = {rows.added(database).id for _ in range(7)}
    found: list[str] = []
    place, steps = None, 0
    with database.reading_unit() as unit:
        while place is not None or not steps:
            some, place = unit.bulk.matching(EVERYTHING, after=place, look_at=3)
            found, steps = found + some, steps + 1
    assert (set(found), len(found), steps) == (jobs, 7, 3)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (EVERYTHING, "ix_jobs_created_at"),
        (FULL, "ix_jobs_org_id"),
        (replace(FULL, org_id=None), "ix_jobs_status"),
    ],
)
@pytest.mark.parametrize("place", [None, Place(at=NOW - HOUR, id="job")])
def test_collecting_walks_along_an_index(
    database: Database, wanted: JobSearch, index: str, place: Place | None
) -> None:
    assert index in plan_of(database, _along_an_index(wanted, place).limit(1000))


def plan_of(database: Database, statement) -> str:
    engine = database._engine
    spelt = str(statement.compile(engine, compile_kwargs={"literal_binds": True}))
    postgresql = engine.dialect.name == "postgresql"
    with engine.connect() as connection:
        if postgresql:
            connection.execute(text("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off"))
        explained = connection.execute(text(("EXPLAIN " if postgresql else "EXPLAIN QUERY PLAN ") + spelt))
        return "\n".join(str(tuple(row)) for row in explained)

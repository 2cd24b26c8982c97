"""Times and texts come back as they went in, and compare in SQL as they do in Python."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import StatementError

from app.storage.database import Database
from tests.storage import rows
from tests.storage.rows import NOW

MOMENTS = [
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2026, 3, 29, 0, 59, 59, 999999, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
    datetime(2026, 11, 22, 9, 5, 6, 7, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_time_comes_back_aware_in_utc_to_the_microsecond(database: Database, moment: datetime) -> None:
    with database.unit() as unit:
        unit.leases.acquire("x", owner="w", now=NOW, until=NOW)
        job = rows.make_job(created_at=moment)
        unit.jobs.add(job)
        found = unit.jobs.get(job.id)
    assert found is not None
    assert found.created_at == moment
    assert found.created_at.tzinfo is UTC


def test_a_time_of_another_zone_is_the_same_moment_in_utc(database: Database) -> None:
    there = datetime(2026, 11, 22, 23, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    job = rows.added(database, created_at=there)
    found = rows.stored(database, job).created_at
    assert (found, found.utcoffset()) == (datetime(2026, 11, 22, 18, 0, tzinfo=UTC), timedelta())


def test_times_compare_in_sql_to_the_microsecond(database: Database) -> None:
    micro = timedelta(microseconds=1)
    whole = NOW.replace(microsecond=0)
    rows.added(database, next_attempt_at=whole, published_at=None)
    with database.reading_unit() as unit:
        assert unit.jobs.oldest_due(now=whole - micro) is None
        assert unit.jobs.oldest_due(now=whole) == whole


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="without a zone"), database.unit() as unit:
        unit.jobs.add(rows.make_job(created_at=datetime(2026, 11, 22, 10, 0)))


@pytest.mark.parametrize("odd", ["nul \x00 inside", "half \ud800 pair", "", "\N{GRINNING FACE}", "' OR 1=1 --"])
def test_no_text_makes_a_look_up_fail(database: Database, odd: str) -> None:
    with database.reading_unit() as unit:
        assert unit.jobs.get(odd) is None
        assert unit.appointments.get(odd, odd) is None
        assert unit.directory.agent(odd) is None

"""What is written to SQLite is carried over into its file in the background, not by whoever commits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from app.domain.errors import StoreUnavailableError
from app.storage.database import Database
from app.storage.tables import jobs
from tests.storage import rows
from tests.support.sqlite import migrated

PAGES = 1_100
"""More than SQLite would leave in its log by itself."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ringbook.db"


@pytest.fixture
def database(file: Path, secret_key: str) -> Iterator[Database]:
    opened = Database(migrated(f"sqlite:///{file}"), secret_keys=(secret_key,))
    yield opened
    opened.dispose()


def log_of(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


def write_pages(database: Database, file: Path) -> None:
    """One row again and again, so that the file needs no room for it."""
    job = rows.make_job()
    with database.unit() as unit:
        unit.jobs.add(job)
        unit.commit()
    for _ in range(PAGES):
        with database.unit() as unit:
            unit._connection.execute(update(jobs).values(attempts=jobs.c.attempts + 1))
            unit.commit()
        if log_of(file).stat().st_size >= PAGES * 4096:
            return
    raise AssertionError("the log never came to hold so many pages")


def test_who_commits_leaves_the_log_to_the_scheduler(database: Database, file: Path) -> None:
    before = file.read_bytes()
    write_pages(database, file)
    assert file.read_bytes() == before

    database.checkpoint()

    assert file.read_bytes() != before


def test_the_log_begins_anew_after_that(database: Database, file: Path) -> None:
    write_pages(database, file)
    size = log_of(file).stat().st_size
    database.checkpoint()
    write_pages(database, file)
    assert log_of(file).stat().st_size == size


def test_it_does_not_wait_for_who_reads_and_who_writes(database: Database, file: Path) -> None:
    write_pages(database, file)
    with database.reading_unit() as reading, database.unit() as writing:
        reading.jobs.get("job_of_nobody")
        writing.jobs.mark_unpublished("job_of_nobody")
        database.checkpoint()


def test_a_database_that_cannot_be_written_is_unavailable(database: Database, file: Path) -> None:
    write_pages(database, file)
    database.dispose()
    file.unlink()
    file.mkdir()
    with pytest.raises(StoreUnavailableError):
        database.checkpoint()


@pytest.mark.postgres
def test_on_postgresql_nothing_is_to_be_done(postgres_url: str, secret_key: str) -> None:
    Database(postgres_url, secret_keys=(secret_key,)).checkpoint()

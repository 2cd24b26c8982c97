"""Indexes that only make reading faster are built after the migrations, and on PostgreSQL hold up nobody."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex

from app.storage.database import Database
from app.storage.engines import make_engine, parse_url
from app.storage.job_facts import INDEXES
from app.storage.late_indexes import LOCK_NUMBER
from app.storage.schema import MIGRATIONS, migrate
from tests.storage import rows
from tests.support.waiting import eventually

NAMES = {str(index.name) for index in INDEXES}
VICTIM = "ix_jobs_email"


def run_sql(url: str, *statements: str) -> None:
    engine = create_engine(parse_url(url))
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def valid(url: str) -> set[str]:
    """The late indexes that can be used."""
    asked = "SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indisvalid"
    with make_engine(url).connect() as connection:
        return NAMES & set(connection.scalars(text(asked)))


def watching(url: str) -> Connection:
    """Sees what others do as it is now, not as it was when its own transaction began."""
    return make_engine(url).connect().execution_options(isolation_level="AUTOCOMMIT")


def test_sqlite_has_them_as_they_are_described(tmp_path: object) -> None:
    url = f"sqlite:///{tmp_path}/ringbook.db"
    migrate(url)
    with make_engine(url).connect() as connection:
        listed = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'index'"))
        found = {row.name: row.sql for row in listed}
    wanted = {str(index.name): str(CreateIndex(index).compile(dialect=sqlite.dialect())) for index in INDEXES}
    assert {name: found.get(name) for name in wanted} == wanted


def test_the_migration_takes_all_of_them_away_again() -> None:
    migration = (MIGRATIONS / "versions" / "0009_jobs_at_the_desk.py").read_text(encoding="utf-8")
    assert set(re.findall(r'"(ix_\w+)"', migration)) == NAMES


@pytest.mark.postgres
def test_one_that_is_missing_or_was_interrupted_is_built_anew(postgres_url: str) -> None:
    assert valid(postgres_url) == NAMES
    run_sql(
        postgres_url,
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_jobs_email'::regclass",
        "DROP INDEX ix_jobs_phone",
    )
    assert valid(postgres_url) == NAMES - {VICTIM, "ix_jobs_phone"}
    migrate(postgres_url)
    assert valid(postgres_url) == NAMES


@pytest.mark.postgres
def test_while_another_process_is_at_it_it_is_left_to_that_one(postgres_url: str) -> None:
    run_sql(postgres_url, f"DROP INDEX {VICTIM}")
    with make_engine(postgres_url).connect() as other:
        other.execute(text("SELECT pg_advisory_lock(:number)"), {"number": LOCK_NUMBER})
        migrate(postgres_url)
        assert VICTIM not in valid(postgres_url)
    migrate(postgres_url)
    assert VICTIM in valid(postgres_url)


@pytest.mark.postgres
def test_who_writes_meanwhile_does_not_wait(postgres_url: str, secret_key: str) -> None:
    """The index waits for a transaction that began before it; those that begin after it wait for neither."""
    run_sql(postgres_url, f"DROP INDEX {VICTIM}")
    database = Database(postgres_url, secret_keys=(secret_key,))
    waiting = text("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%' AND wait_event_type = 'Lock'")
    with ThreadPoolExecutor(1) as pool:
        with database.unit() as unit, watching(postgres_url) as watch:
            assert unit.jobs.add(rows.make_job())
            building = pool.submit(migrate, postgres_url)
            eventually(lambda: watch.scalar(waiting), what="the index waits")
            written = rows.added(database)
            assert not building.done()
            unit.commit()
        building.result(timeout=60)
    assert VICTIM in valid(postgres_url)
    assert rows.stored(database, written) == written
    database.dispose()

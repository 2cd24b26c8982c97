"""A unit keeps nothing unless it was committed, and says StoreUnavailableError whenever the database fails it."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from cryptography.fernet import Fernet
from sqlalchemy.exc import IntegrityError

from app.domain.errors import StoreUnavailableError
from app.storage.database import Database
from app.storage.schema import current_revision, migrate
from tests.storage import rows
from tests.storage.rows import NOW, at_once
from tests.support.postgres import PostgresDatabases, PostgresServer
from tests.support.waiting import eventually

KEYS = (Fernet.generate_key().decode(),)


def test_nothing_is_kept_without_a_commit(database: Database) -> None:
    job = rows.make_job()
    with database.unit() as unit:
        unit.jobs.add(job)
        assert unit.jobs.get(job.id) == job
    with database.reading_unit() as unit:
        assert unit.jobs.get(job.id) is None


def test_an_exception_undoes_the_unit(database: Database) -> None:
    job = rows.make_job()

    def fail_half_way() -> None:
        with database.unit() as unit:
            unit.jobs.add(job)
            raise KeyError

    with pytest.raises(KeyError):
        fail_half_way()
    with database.reading_unit() as unit:
        assert unit.jobs.get(job.id) is None


def test_a_commit_keeps_what_was_done_before_it_and_not_what_came_after(database: Database) -> None:
    kept, lost = rows.make_job(), rows.make_job()
    with database.unit() as unit:
        unit.jobs.add(kept)
        unit.commit()
        unit.jobs.add(lost)
    with database.reading_unit() as unit:
        assert unit.jobs.get(kept.id) == kept
        assert unit.jobs.get(lost.id) is None


def test_a_unit_holds_one_connection_and_gives_it_back(database: Database) -> None:
    assert database.checked_out() == 0
    with database.unit():
        assert database.checked_out() == 1
    assert database.checked_out() == 0
    with pytest.raises(KeyError), database.reading_unit():
        raise KeyError
    assert database.checked_out() == 0


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    job = rows.added(database)
    with database.unit() as writer:
        writer.jobs.release_key(job.id, "none")
        writer.jobs.add(rows.make_job())
        with database.reading_unit() as reader:
            assert reader.jobs.get(job.id) == job


def test_many_threads_read_and_write_through_a_small_pool(database_url: str) -> None:
    database = Database(database_url, secret_keys=KEYS, pool_size=4)

    def work(number: int) -> int:
        for _ in range(3):
            job = rows.added(database)
            rows.stored(database, job)
        return number

    assert at_once(40, work) == list(range(40))
    assert database.checked_out() == 0
    database.dispose()


def test_a_pool_without_a_free_connection_is_unavailable_and_recovers(database_url: str) -> None:
    database = Database(database_url, secret_keys=KEYS, pool_size=1, pool_wait=0.2)
    with database.reading_unit():
        with pytest.raises(StoreUnavailableError, match="no database connection became free"):
            database.ping()
        with pytest.raises(StoreUnavailableError, match="no database connection became free"), database.unit():
            pass
    database.ping()
    database.dispose()


def test_a_database_that_is_up_answers_a_ping(database: Database) -> None:
    database.ping()


@pytest.mark.parametrize("url", ["mysql://root@localhost/x", "oracle://x"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="not supported"):
        Database(url, secret_keys=KEYS)


@pytest.mark.parametrize(
    "url", ["postgresql://u:p@127.0.0.1:1/x", "postgres://u:p@127.0.0.1:1/x", "sqlite:////nowhere/at/all.db"]
)
def test_a_database_that_cannot_be_reached_is_unavailable(url: str) -> None:
    database = Database(url, secret_keys=KEYS)
    for open_unit in (database.unit, database.reading_unit):
        with pytest.raises(StoreUnavailableError), open_unit():
            pass
    for look in (database.ping, lambda: migrate(url), lambda: current_revision(url)):
        with pytest.raises(StoreUnavailableError):
            look()
    assert database.checked_out() == 0


def test_sqlite_is_set_up_to_keep_what_it_took(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ringbook.db'}"
    migrate(url)
    database = Database(url, secret_keys=KEYS)
    with database._engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    database.dispose()
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


def test_a_locked_sqlite_file_is_unavailable_and_recovers(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ringbook.db'}"
    migrate(url)
    database = Database(url, secret_keys=KEYS)
    stranger = sqlite3.connect(tmp_path / "ringbook.db", isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailableError), database.unit():
        pass
    assert database.checked_out() == 0
    stranger.execute("ROLLBACK")
    stranger.close()
    rows.added(database)
    database.dispose()


@pytest.mark.postgres
def test_a_row_that_stays_locked_is_unavailable_after_two_seconds(postgres_url: str) -> None:
    database = Database(postgres_url, secret_keys=KEYS)
    job = rows.added(database)
    with database.unit() as holder:
        assert holder.jobs.claim(job.id, owner="w", now=NOW, lease_until=NOW + timedelta(seconds=90))
        with pytest.raises(StoreUnavailableError, match="LockNotAvailable"), database.unit() as unit:
            unit.jobs.discard(job.id, now=NOW, final=rows.DISCARDED)
    assert rows.claim(database, job) is not None
    database.dispose()


@pytest.mark.postgres
def test_a_server_that_ends_in_the_middle_is_unavailable_and_found_again(own_postgres: PostgresServer) -> None:
    migrate(own_postgres.url)
    database = Database(own_postgres.url, secret_keys=KEYS)
    job = rows.make_job()

    def commit_too_late() -> None:
        with database.unit() as unit:
            unit.jobs.add(job)
            own_postgres.stop()
            unit.commit()

    with pytest.raises(StoreUnavailableError):
        commit_too_late()
    with pytest.raises(StoreUnavailableError), database.unit():
        pass
    own_postgres.start()
    with database.unit() as unit:
        assert unit.jobs.get(job.id) is None
    assert database.checked_out() == 0
    database.dispose()


@pytest.mark.postgres
def test_connections_the_server_closed_are_replaced_unnoticed(postgres_url: str) -> None:
    database = Database(postgres_url, secret_keys=KEYS)
    database.ping()
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        alone = "SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database()"
        eventually(lambda: other.execute(alone).fetchone() == (True,), what="the server ended it")
    database.ping()
    database.dispose()


@pytest.mark.postgres
def test_postgresql_gives_up_after_the_limits_we_set(postgres_url: str) -> None:
    database = Database(postgres_url, secret_keys=KEYS)
    with database._engine.connect() as connection:
        limits = {
            name: connection.exec_driver_sql(f"SHOW {name}").scalar()
            for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        }
    database.dispose()
    assert limits == {
        "statement_timeout": "5s",
        "lock_timeout": "2s",
        "idle_in_transaction_session_timeout": "10s",
    }


def test_no_error_shows_what_a_caller_said(database: Database) -> None:
    job = rows.added(database)
    with pytest.raises(IntegrityError) as caught, database.unit() as unit:
        unit.jobs.add(job)
    assert "ann@example.org" not in str(caught.value)
    assert "Ann Bell" not in str(caught.value)


def test_a_database_without_a_schema_says_what_to_do(postgres: PostgresDatabases) -> None:
    with postgres.empty() as url:
        database = Database(url, secret_keys=KEYS)
        with pytest.raises(StoreUnavailableError, match="ringbook migrate"), database.reading_unit() as unit:
            unit.jobs.open_counts()
        database.dispose()


def test_the_server_tells_its_name_and_version(database: Database) -> None:
    name, version = database.server()

    assert name in {"sqlite", "postgresql"}
    assert int(version.split(".")[0]) >= 3

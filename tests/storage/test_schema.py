"""The migrations build what `tables` describes, undo it, and may be started by several processes at once."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from cryptography.fernet import Fernet
from sqlalchemy import Column, Engine, Index, Integer, MetaData, create_engine, inspect, text

from app.domain.caller_secrets import Proof, hash_of, is_proven
from app.storage.database import Database
from app.storage.engines import parse_url
from app.storage.schema import _locked, current_revision, migrate, newest_revision, roll_back
from app.storage.tables import metadata

PROCESSES = 4

pytestmark = [
    pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index"),
    pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index"),
]
"""Of SQLite, which does not tell what such an index is of: the plans of the queries show it instead."""


def differences(database_url: str, wanted: MetaData) -> list[object]:
    engine = create_engine(parse_url(database_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = list(compare_metadata(context, wanted))
    engine.dispose()
    return found


def table_names(engine: Engine) -> set[str]:
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names - {"alembic_version"}


def test_migrating_reaches_the_newest_revision_and_doing_it_again_changes_nothing(empty_url: str) -> None:
    assert current_revision(empty_url) is None
    assert migrate(empty_url) == newest_revision()
    assert current_revision(empty_url) == newest_revision()
    assert migrate(empty_url) == newest_revision()


def test_the_migrated_schema_is_the_one_the_code_describes(database_url: str) -> None:
    assert differences(database_url, metadata) == []


def test_a_forgotten_migration_would_be_noticed(database_url: str) -> None:
    changed = MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.tables.values():
        table.to_metadata(changed)
    jobs = changed.tables["jobs"]
    jobs.append_column(Column("forgotten", Integer))
    Index("ix_jobs_forgotten", jobs.c.zone)
    jobs.c.zone.type = Integer()
    assert len(differences(database_url, changed)) == 3


def test_rolling_back_leaves_no_table_and_migrating_brings_them_back(empty_url: str) -> None:
    migrate(empty_url)
    roll_back(empty_url)
    assert table_names(create_engine(parse_url(empty_url))) == set()
    assert current_revision(empty_url) is None
    migrate(empty_url)
    assert table_names(create_engine(parse_url(empty_url))) == set(metadata.tables)


def test_the_database_itself_refuses_a_job_that_is_final_without_an_end(database_url: str) -> None:
    checks = inspect(create_engine(parse_url(database_url))).get_check_constraints("jobs")
    assert [check["name"] for check in checks] == ["ck_jobs_finished_when_final"]


def test_a_second_migration_waits_until_the_first_has_ended(empty_url: str) -> None:
    with ThreadPoolExecutor(1) as pool:
        with _locked(empty_url):
            second = pool.submit(migrate, empty_url)
            assert wait([second], timeout=2).done == set()
        assert second.result(timeout=60) == newest_revision()


@pytest.mark.slow
def test_processes_that_migrate_at_once_do_not_get_in_each_others_way(empty_url: str) -> None:
    program = "import sys; from app.storage.schema import migrate; sys.stdin.read(1); print(migrate(sys.argv[1]))"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, empty_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("g")
        process.stdin.flush()
    for process in started:
        output, errors = process.communicate(timeout=90)
        assert (process.returncode, output.strip()) == (0, newest_revision()), errors


def test_caller_secrets_of_the_version_before_go_on_holding(empty_url: str) -> None:
    migrate(empty_url)
    roll_back(empty_url, "0002")
    engine = create_engine(parse_url(empty_url))
    with engine.begin() as connection:
        for org_id, secret_hash in (("org-1", hash_of("the secret")), ("org-2", "")):
            connection.execute(
                text(
                    "INSERT INTO organizations (id, name, created_at, caller_secret_hash) VALUES (:id, 'x', :at, :hash)"
                ),
                {"id": org_id, "at": "2026-11-22T10:00:00+00:00", "hash": secret_hash},
            )
    engine.dispose()

    migrate(empty_url)

    database = Database(empty_url, secret_keys=(Fernet.generate_key().decode(),))
    with database.reading_unit() as unit:
        assert unit.caller_secrets.of_organization("org-2") == []
        kept = unit.caller_secrets.of_organization("org-1")
        assert is_proven(Proof(secret="the secret"), kept, datetime.now(UTC))
    database.dispose()

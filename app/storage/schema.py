"""Brings a database to the schema this code needs, and says which one it has."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, text

from app.storage.engines import make_engine
from app.storage.late_indexes import build_beside_writers, build_in_transaction

MIGRATIONS = Path(__file__).parent / "migrations"

PATIENCE = 60
"""Seconds to wait for another process that migrates the same database."""

LOCK_NUMBER = 7_464_268_266_562
"""Any number nobody else takes: PostgreSQL's advisory lock that lets one process at a time migrate."""


def migrate(database_url: str) -> str:
    """Apply what is missing, in one transaction, then build the late indexes, and return the revision reached.

    Safe to call from several processes at once: one migrates, the others wait. Raises StoreUnavailableError.
    """
    with _locked(database_url) as connection:
        command.upgrade(_config(connection), "head")
        revision = str(MigrationContext.configure(connection).get_current_revision())
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            build_in_transaction(connection)
    if not is_sqlite:
        build_beside_writers(database_url)
    return revision


def roll_back(database_url: str, revision: str = "base") -> None:
    """Undo what came after `revision`. Data that has no place in the older schema is lost."""
    with _locked(database_url) as connection:
        command.downgrade(_config(connection), revision)


def current_revision(database_url: str) -> str | None:
    """Which schema the database has; None for an empty one. Raises StoreUnavailableError."""
    with make_engine(database_url).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    """Which schema this code needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


@contextmanager
def _locked(database_url: str) -> Iterator[Connection]:
    """A transaction, committed at the end, in which nobody else migrates."""
    engine = make_engine(database_url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _be_patient)
    with engine.connect() as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}s'"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": LOCK_NUMBER})
        yield connection


def _be_patient(connection: sqlite3.Connection, record: Any) -> None:
    connection.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config

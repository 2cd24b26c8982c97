"""Builds the indexes that only make reading faster: after the migrations, and without holding up who writes."""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.schema import CreateIndex

from app.storage.engines import make_engine
from app.storage.job_facts import INDEXES

LOCK_NUMBER = 7_464_268_266_563
"""As that of the migrations, one further: one process at a time builds."""

PATIENCE = 60
"""Seconds to wait for a table that somebody else changes."""


def build_in_transaction(connection: Connection) -> None:
    """For SQLite, which has one writer at a time anyway."""
    for index in INDEXES:
        connection.execute(CreateIndex(index, if_not_exists=True))


def build_beside_writers(database_url: str) -> None:
    """For PostgreSQL, which can do it outside of a transaction alone. An index whose building was interrupted is there
    but not valid, and is built anew.

    Where another process is at it already, it is left to that one. Raises StoreUnavailableError.
    """
    with make_engine(database_url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"SET lock_timeout = '{PATIENCE}s'"))
        connection.execute(text("SET statement_timeout = 0"))
        if connection.scalar(text("SELECT pg_try_advisory_lock(:number)"), {"number": LOCK_NUMBER}):
            _build_missing(connection)


def _build_missing(connection: Connection) -> None:
    valid = _found(connection)
    missing = [index for index in INDEXES if not valid.get(str(index.name), False)]
    for index in missing:
        if str(index.name) in valid:
            connection.execute(text(f"DROP INDEX CONCURRENTLY {index.name}"))
        connection.execute(CreateIndex(index))
    for table in sorted({str(index.table) for index in missing}):
        connection.execute(text(f"ANALYZE {table}"))  # until then nothing is known of what an expression yields


def _found(connection: Connection) -> dict[str, bool]:
    """Whether each index of the schema is valid, by name."""
    found = text(
        "SELECT relname, indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
        " WHERE relnamespace = current_schema()::regnamespace"
    )
    return {row.relname: row.indisvalid for row in connection.execute(found)}

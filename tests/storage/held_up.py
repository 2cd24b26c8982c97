"""Tells when somebody waits for what another one holds in the database."""

from __future__ import annotations

from sqlalchemy import text

from app.storage.database import Database

WAITING = text("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")


def is_kept_waiting(database: Database) -> bool:
    """Units of SQLite that write are alone from the beginning."""
    with database.reading_unit() as unit:
        connection = unit._connection
        return connection.dialect.name == "sqlite" or connection.scalar(WAITING) is not None

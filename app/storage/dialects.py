"""What differs between writing to SQLite and to PostgreSQL, in SQLAlchemy's spelling."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CursorResult, Result, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def insert_into(session: Session, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if on_postgresql(session):
        return postgresql.insert(table)
    return sqlite.insert(table)


def on_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def rows_changed(result: Result[Any]) -> int:
    """Of an UPDATE or DELETE."""
    return cast(CursorResult[Any], result).rowcount

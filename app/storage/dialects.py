"""What differs between writing to SQLite and to PostgreSQL, in SQLAlchemy's spelling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import CursorResult, Result, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

INSERT: dict[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "postgresql": postgresql.insert,
    "sqlite": sqlite.insert,
}
"""By dialect, the INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""


def insert_into(session: Session, table: Table) -> sqlite.Insert | postgresql.Insert:
    return INSERT[dialect_of(session)](table)


def on_postgresql(session: Session) -> bool:
    return dialect_of(session) == "postgresql"


def dialect_of(session: Session) -> str:
    return session.get_bind().dialect.name


def rows_changed(result: Result[Any]) -> int:
    """Of an UPDATE or DELETE."""
    return cast(CursorResult[Any], result).rowcount

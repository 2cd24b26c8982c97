"""What differs between SQLite and PostgreSQL, in SQLAlchemy's spelling."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, CursorResult, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from app.storage.columns import UtcTime

INSERT: dict[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "postgresql": postgresql.insert,
    "sqlite": sqlite.insert,
}
"""By dialect, the INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""


class DayBefore(FunctionElement[datetime]):
    """One to two days before a time of a row: the lower bound of a search for what overlaps with that row."""

    name = "day_before"
    inherit_cache = True
    type = UtcTime()

    def __init__(self, moment: ColumnElement[datetime]) -> None:
        super().__init__(moment)


@compiles(DayBefore, "postgresql")
def _as_interval(element: DayBefore, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} - interval '1 day')"


@compiles(DayBefore, "sqlite")
def _as_text(element: DayBefore, compiler: SQLCompiler, **options: Any) -> str:
    """A date alone, in the order of text, comes before all times of its day."""
    return f"date({compiler.process(element.clauses, **options)}, '-1 day')"


def insert_into(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    return INSERT[dialect_of(connection)](table)


def on_postgresql(connection: Connection) -> bool:
    return dialect_of(connection) == "postgresql"


def dialect_of(connection: Connection) -> str:
    return connection.dialect.name


def rows_changed(result: CursorResult[Any]) -> int:
    """Of an UPDATE or DELETE."""
    return result.rowcount

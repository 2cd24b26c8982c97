"""Notes which statements a database is asked, and by which ways it would answer them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, event

from app.storage.database import Database
from app.storage.engines import parse_url

Statement = tuple[str, Any]


@contextmanager
def noted(database: Database) -> Iterator[list[Statement]]:
    """The reading and writing statements, with their parameters, that are sent while the block runs."""
    found: list[Statement] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if re.match(r"SELECT|UPDATE|DELETE", statement):
            found.append((statement, parameters))

    engine = database._engine
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def plans_of(url: str, statements: list[Statement], *, prefer_indexes: bool = False) -> list[tuple[str, list[str]]]:
    """Each statement with the lines of its plan. `prefer_indexes`: read a table itself only where nothing else can be
    done, as PostgreSQL would if the table were large; SQLite never looks at how large tables are.
    """
    engine = create_engine(parse_url(url))
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql" and prefer_indexes:
            connection.exec_driver_sql("SET enable_seqscan = off")
        found = [(statement, _plan(connection, statement, parameters)) for statement, parameters in statements]
        connection.rollback()
    engine.dispose()
    return found


def _plan(connection: Connection, statement: str, parameters: Any) -> list[str]:
    explain = "EXPLAIN " if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    return [str(row[-1]).strip() for row in connection.exec_driver_sql(explain + statement, parameters).all()]


def whole_tables(plan: list[str]) -> list[str]:
    """The lines of a plan that read a table from its beginning to its end; an index on few of its rows is none."""
    return [line for line in plan if "Seq Scan on" in line or re.match(r"SCAN (?!\(?anon_|\(subquery)", line)]

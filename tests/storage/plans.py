"""How a database carries out what a store asks: every statement is asked about, with what it was given."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, event

from app.storage.engines import make_engine, reading


@dataclass(frozen=True)
class Step:
    """Reading a table once: by which index (none: all of it), and how many rows were looked at, where that is told."""

    table: str
    index: str = ""
    looked_at: int = 0


def steps_of(database_url: str, ask: Callable[[Connection], Any]) -> list[Step]:
    """Of every statement that `ask` makes."""
    engine = reading(make_engine(database_url))
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        ask(connection)
    event.remove(engine, "before_cursor_execute", note)
    return [step for statement, parameters in asked for step in _steps(engine, statement, parameters)]


def _steps(engine: Engine, statement: str, parameters: Any) -> Iterator[Step]:
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
        yield from (step for row in rows if (step := _of_sqlite(row[3])))
        return
    with engine.connect() as connection:
        explained = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
        plan = connection.exec_driver_sql(explained, parameters).scalar_one()
    plan = json.loads(plan) if isinstance(plan, str) else plan
    yield from _of_postgresql(plan[0]["Plan"])


def _of_sqlite(detail: str) -> Step | None:
    """Such as: SEARCH jobs USING COVERING INDEX ix_jobs_status (status=?)"""
    words = detail.split()
    if words[0] not in {"SEARCH", "SCAN"} or not words[1].isidentifier() or words[1] == "CONSTANT":
        return None
    if words[0] == "SCAN" and "INDEX" not in words and not words[1].startswith("jobs"):
        return None  # what was put together before, and small tables
    if "INDEX" in words:
        name = words[words.index("INDEX") + 1]
        return Step(words[1], name if words[0] == "SEARCH" else f"all of {name}")
    return Step(words[1], "primary key" if "PRIMARY" in words else "")


def _of_postgresql(plan: dict[str, Any]) -> Iterator[Step]:
    kind = plan["Node Type"]
    looked_at = plan["Actual Loops"] * (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0))
    if kind == "Seq Scan":
        yield Step(plan["Relation Name"], "", round(looked_at))
    if kind in {"Index Scan", "Index Only Scan", "Bitmap Index Scan"}:
        yield Step(plan.get("Relation Name", ""), plan["Index Name"], round(looked_at))
    for inner in plan.get("Plans", ()):
        yield from _of_postgresql(inner)
